"""Fillers matter where a layer fills with them."""

from __future__ import annotations

import pytest

from caffe_ls.rules.finding import Severity
from tests.rules.checking import findings_of

CASES = [
    ("Convolution", "", 'convolution_param { num_output: 1 weight_filler { type: "Msra" } }', Severity.ERROR),
    ("Convolution", "", 'convolution_param { bias_term: false bias_filler { type: "Zero" } }', Severity.HINT),
    ("Convolution", "blobs { }", 'convolution_param { weight_filler { type: "Msra" } }', Severity.HINT),
    ("ReLU", "", 'convolution_param { weight_filler { type: "Msra" } }', Severity.HINT),
    ("Pooling", "", 'convolution_param { weight_filler { type: "Msra" } }', Severity.HINT),
    ("Scale", 'bottom: "a"', 'scale_param { bias_filler { type: "Zero" } }', Severity.HINT),
    ("Scale", 'bottom: "a"', 'scale_param { bias_term: true bias_filler { type: "Zero" } }', Severity.ERROR),
    ("Scale", 'bottom: "a" bottom: "b"', 'scale_param { filler { type: "Zero" } }', Severity.HINT),
    ("DummyData", "", 'dummy_data_param { data_filler { type: "Zero" } }', Severity.ERROR),
    ("LSTM", "", 'recurrent_param { weight_filler { type: "Zero" } }', Severity.ERROR),
    ("OwnLayer", "", 'convolution_param { weight_filler { type: "Zero" } }', Severity.INFORMATION),
]


@pytest.mark.parametrize(("layer_type", "more", "block", "severity"), CASES)
def test_severity_follows_the_use(layer_type: str, more: str, block: str, severity: Severity) -> None:
    found = findings_of(f'layer {{ name: "x" type: "{layer_type}" {more} {block} }}\n')
    fillers = [finding for finding in found if finding.rule == "unknown-filler-type"]
    assert [finding.severity for finding in fillers] == [severity]


def test_old_forms() -> None:
    v1 = 'layers { name: "x" type: CONVOLUTION convolution_param { weight_filler { type: "Msra" } } }\n'
    v0 = 'layers { layer { name: "x" type: "conv" weight_filler { type: "Msra" } } }\n'
    for text in (v1, v0):
        found = [finding for finding in findings_of(text) if finding.rule == "unknown-filler-type"]
        assert [finding.severity for finding in found] == [Severity.ERROR]


def test_a_layer_that_is_not_built_is_not_filled() -> None:
    data = 'layer { name: "d" type: "DummyData" top: "d" dummy_data_param { shape { dim: 1 dim: 2 } } }\n'
    block = 'inner_product_param { num_output: 1 weight_filler { type: "Msra" } }'
    fields = f'name: "x" type: "InnerProduct" bottom: "d" top: "x" {block}'
    found = findings_of(f"{data}layer {{ {fields} include {{ phase: TEST }} }}\n")
    assert [finding.phases for finding in found] == [("TEST",)]
    assert findings_of(f"{data}layer {{ {fields} include {{ min_level: 9 }} }}\n") == []
