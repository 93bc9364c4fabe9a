"""Numbers and letters in the place of booleans and enum values are found however they are written."""

from __future__ import annotations

import pytest

from caffe_ls.schema import catalog
from caffe_ls.schema.upgrade.plain_values import may_have_plain_values, plain_value_edits
from caffe_ls.syntax.parser import parse


@pytest.mark.parametrize(
    "written",
    [
        "pooling_param { pool: 1 }", "pooling_param { pool:1 }", "pooling_param{pool : 0x1}",
        "pooling_param { pool\n: 1 }", "pooling_param { pool # average\n: 1 }", "pooling_param { pool:\n1 }",
        "convolution_param { bias_term: t }", "convolution_param { bias_term: f}", "convolution_param { bias_term:0}",
        "dummy_data_param { refill: [1, 0] } include { phase: [0] }", "include { phase: 1 }",
    ],
)  # fmt: skip
def test_the_first_look_misses_none(written: str) -> None:
    schema = catalog.load(catalog.BVLC)
    text = f"layer {{ {written} }}\n"
    assert list(plain_value_edits(parse(text), schema, "NetParameter"))
    assert may_have_plain_values(text, schema)


def test_words_and_numbers_of_other_fields_need_no_second_look() -> None:
    text = 'layer { name: "pool1" pooling_param { pool: MAX kernel_size: 3 } convolution_param { bias_term: false } }\n'
    assert not may_have_plain_values(text, catalog.load(catalog.BVLC))
