"""Values of another type, and how they are written right."""

from __future__ import annotations

import pytest

from tests.rules.checking import findings_of, fixed

NET = 'layer {{ name: "x" type: "{type}" {block} {{ {field} }} }}\n'


@pytest.mark.parametrize(
    ("block", "field", "mended"),
    [
        ("inner_product_param", 'num_output: "20"', "num_output: 20"),
        ("inner_product_param", "num_output: 20.0", "num_output: 20"),
        ("inner_product_param", "num_output: 1e3", "num_output: 1000"),
        ("inner_product_param", "bias_term: TRUE", "bias_term: true"),
        ("inner_product_param", "bias_term: no", "bias_term: false"),
        ("inner_product_param", 'bias_term: "False"', "bias_term: false"),
        ("inner_product_param", 'weight_filler: "xavier"', 'weight_filler { type: "xavier" }'),
        ("pooling_param", 'pool: "MAX"', "pool: MAX"),
        ("pooling_param", "pool: 'ave'", "pool: AVE"),
        ("pooling_param", "stride: [2]", "stride: 2"),
        ("pooling_param", "stride { value: 2 }", "stride: 2"),
        ("input_param", "shape: [1, 3]", "shape { dim: 1 dim: 3 }"),
        ("dropout_param", 'dropout_ratio: "0.5"', "dropout_ratio: 0.5"),
        ("python_param", "module: rois", 'module: "rois"'),
        ("data_param", "source: 5", 'source: "5"'),
    ],
)
def test_the_value_is_rewritten(block: str, field: str, mended: str) -> None:
    before = NET.format(type="Silence", block=block, field=field)
    assert [finding.rule for finding in findings_of(before)] == ["wrong-value-type"]
    after = fixed(before)
    assert after == NET.format(type="Silence", block=block, field=mended)
    assert [finding for finding in findings_of(after) if finding.rule == "wrong-value-type"] == []


@pytest.mark.parametrize("field", ['num_output: "many"', "axis: foo", "bias_term: maybe"])
def test_what_cannot_be_guessed_has_no_fix(field: str) -> None:
    found = findings_of(NET.format(type="Silence", block="inner_product_param", field=field))
    assert [finding.rule for finding in found] == ["wrong-value-type"]
    assert found[0].fixes == ()


def test_old_and_new_names_of_layer_types_are_told_apart() -> None:
    assert fixed('layer { name: "c" type: CONVOLUTION }\n', "Write") == 'layer { name: "c" type: "Convolution" }\n'
    assert fixed('layers { name: "c" type: "Convolution" }\n', "Write") == 'layers { name: "c" type: CONVOLUTION }\n'


def test_the_message_says_what_is_taken_and_what_stands_there() -> None:
    found = findings_of(NET.format(type="Silence", block="pooling_param", field='pool: "max"'))
    assert found[0].message == '`pool` takes `MAX`, `AVE` or `STOCHASTIC`, found the text "max"'


def test_a_fraction_is_rounded_only_on_demand() -> None:
    found = findings_of(NET.format(type="Silence", block="inner_product_param", field="num_output: 10.5"))
    assert [(fix.title, fix.safe) for fix in found[0].fixes] == [("Round down to `10`", False)]
