"""Layers that cannot work in place, though nothing refuses it."""

from __future__ import annotations

import pytest

from caffe_ls.rules.finding import Finding, Severity
from tests.rules.checking import findings_of, fixed

HEAD = (
    'layer { name: "data" type: "DummyData" top: "data" dummy_data_param { shape { dim: 8 dim: 3 dim: 4 dim: 4 } } }\n'
    'layer { name: "l" type: "DummyData" top: "label" dummy_data_param { shape { dim: 8 } } }\n'
    'layer { name: "conv" type: "Convolution" bottom: "data" top: "x" convolution_param { num_output: 4 kernel_size: 1'
    ' weight_filler { type: "xavier" } } }\n'
)
TAIL = (
    'layer { name: "fc" type: "InnerProduct" bottom: "x" top: "fc" inner_product_param { num_output: 5'
    ' weight_filler { type: "xavier" } } }\n'
    'layer { name: "loss" type: "SoftmaxWithLoss" bottom: "fc" bottom: "label" top: "loss" }\n'
)


def _text(kind: str, fields: str = "", bottoms: str = 'bottom: "x"') -> str:
    return f'{HEAD}layer {{ name: "f" type: "{kind}" {bottoms} top: "x" {fields} }}\n{TAIL}'


def _found(text: str) -> list[Finding]:
    return [finding for finding in findings_of(text) if finding.rule == "in-place-loses-input"]


@pytest.mark.parametrize(
    ("kind", "fields", "severity"),
    [
        ("Log", "log_param { shift: 9 }", Severity.WARNING),
        ("BNLL", "", Severity.WARNING),
        ("LRN", "", Severity.WARNING),
        ("Power", "power_param { power: 2 }", Severity.WARNING),
        ("ReLU", "relu_param { negative_slope: -0.1 }", Severity.WARNING),
        ("Clip", "clip_param { min: 0 max: 6 }", Severity.INFORMATION),
        ("Pooling", "pooling_param { kernel_size: 3 stride: 1 pad: 1 }", Severity.WARNING),
        ("Convolution", "convolution_param { num_output: 4 kernel_size: 1 }", Severity.WARNING),
    ],
)
def test_what_needs_its_input_again(kind: str, fields: str, severity: Severity) -> None:
    (found,) = _found(_text(kind, fields))
    assert (found.severity, found.layer) == (severity, "f")


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        ("ReLU", ""),
        ("ReLU", "relu_param { negative_slope: 0.1 }"),
        ("PReLU", ""),
        ("Sigmoid", ""),
        ("TanH", ""),
        ("Exp", ""),
        ("Dropout", ""),
        ("BatchNorm", ""),
        ("Scale", ""),
        ("Power", "power_param { scale: 0.5 shift: 1 }"),
    ],
)
def test_what_is_written_for_it(kind: str, fields: str) -> None:
    assert _found(_text(kind, fields)) == []


def test_products_of_blobs_need_both_and_sums_neither() -> None:
    other = 'layer { name: "o" type: "Convolution" bottom: "data" top: "o"'
    other += " convolution_param { num_output: 4 kernel_size: 1 } }\n"
    both = 'bottom: "x" bottom: "o"'
    text = _text("Eltwise", "eltwise_param { operation: %s }", both).replace(TAIL, "")
    assert [len(_found(HEAD + other + (text % kind).replace(HEAD, "") + TAIL)) for kind in ("PROD", "SUM")] == [1, 0]


def test_a_net_that_is_only_run_needs_nothing_for_the_way_back() -> None:
    run = 'layer { name: "d" type: "Input" top: "x" input_param { shape { dim: 1 dim: 3 } } }\n'
    assert _found(run + 'layer { name: "f" type: "Log" bottom: "x" top: "x" }') == []


def test_the_fix_renames_what_is_read_behind_the_layer_and_not_before() -> None:
    in_place = 'layer { name: "r" type: "ReLU" bottom: "x" top: "x" }\n'
    text = _text("BNLL").replace(TAIL, in_place + TAIL)
    mended = fixed(text, "a top of its own")
    assert 'bottom: "x" top: "f"' in mended
    assert 'name: "r" type: "ReLU" bottom: "f" top: "f"' in mended
    assert 'name: "fc" type: "InnerProduct" bottom: "f"' in mended
    assert _found(mended) == []


@pytest.mark.parametrize(
    ("fields", "severity"),
    [
        ("k: 0", Severity.INFORMATION),
        ("k: -0.5", Severity.WARNING),
        ("k: 2", None),
        ("", None),
        ("k: 0 norm_region: WITHIN_CHANNEL", None),
    ],
)
def test_what_an_lrn_divides_by(fields: str, severity: Severity | None) -> None:
    text = f'{HEAD}layer {{ name: "f" type: "LRN" bottom: "x" top: "y" lrn_param {{ {fields} }} }}\n'
    found = [finding.severity for finding in findings_of(text) if finding.rule == "lrn-k-not-positive"]
    assert found == ([severity] if severity else [])


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (_text("ReLU", "loss_weight: 1").removesuffix(TAIL), 1),
        # Read by another layer, the blob is copied, and the copy has the weight.
        (_text("ReLU", "loss_weight: 1"), 0),
        (_text("ReLU", "loss_weight: 0").removesuffix(TAIL), 0),
        (_text("ReLU", "loss_weight: 1").removesuffix(TAIL).replace('top: "x" loss', 'top: "y" loss'), 0),
        # Nothing below learns, so no backward pass comes by.
        (HEAD[: HEAD.index("layer", 9 + HEAD.index("label"))] + 'layer { name: "f" type: "ReLU" bottom: "data" '
         'top: "data" loss_weight: 1 }\n', 0),
    ],
)  # fmt: skip
def test_a_loss_weight_that_the_way_back_overwrites(text: str, told: int) -> None:
    assert [finding.rule for finding in findings_of(text)].count("loss-weight-in-place") == told
