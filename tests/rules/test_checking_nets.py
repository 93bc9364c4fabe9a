"""Findings of nets: one for all phases in which it holds, and none that only follows from another."""

from __future__ import annotations

from caffe_ls.rules.finding import Severity
from tests.rules.checking import findings_of

_DATA = """\
layer {
  name: "data" type: "Data" top: "data" top: "label" include { phase: TRAIN }
  transform_param { scale: 0.004 } data_param { source: "${LISTS}/train" batch_size: 64 }
}
layer {
  name: "data" type: "Data" top: "data" top: "label" include { phase: TEST }
  transform_param { scale: 0.004 } data_param { source: "${LISTS}/test" batch_size: 100 }
}
"""
_CONV = """\
layer {{
  name: "{0}" type: "Convolution" bottom: "data" top: "{0}"
  convolution_param {{ num_output: {1} kernel_size: 3 weight_filler {{ type: "xavier" }} }}
}}
"""


def told(text: str, *rules: str) -> list[tuple[str, tuple[str, ...]]]:
    found = findings_of(text.replace("${LISTS}", "lists"))
    return [(finding.rule, finding.phases) for finding in found if not rules or finding.rule in rules]


def test_a_fault_whose_numbers_differ_with_the_batch_is_told_once_for_both_phases() -> None:
    eltwise = 'layer { name: "sum" type: "Eltwise" bottom: "a" bottom: "b" top: "sum" }\n'
    text = _DATA + _CONV.format("a", 4) + _CONV.format("b", 5) + eltwise
    assert told(text, "input-shapes-differ") == [("input-shapes-differ", ())]


def test_a_fault_of_one_phase_names_it() -> None:
    accuracy = 'layer { name: "acc" type: "Accuracy" bottom: "a" top: "acc" include { phase: TEST } }\n'
    text = _DATA + _CONV.format("a", 4) + accuracy
    assert told(text, "wrong-number-of-bottoms") == [("wrong-number-of-bottoms", ("TEST",))]


def test_what_the_whole_net_would_do_is_not_told_while_its_connections_are_wrong() -> None:
    rest = (
        'layer { name: "ip" type: "InnerProduct" bottom: "%s" top: "ip" '
        'inner_product_param { num_output: 3 weight_filler { type: "xavier" } } }\n'
        'layer { name: "loss" type: "SoftmaxWithLoss" bottom: "ip" bottom: "label" top: "loss" }\n'
    )
    rules = "layer-gets-no-gradient", "unknown-bottom"
    text = _DATA + _CONV.format("conv", 4) + rest
    assert [rule for rule, _ in told(text % "data", *rules)] == ["layer-gets-no-gradient"]
    assert [rule for rule, _ in told(text % "cnov", *rules)] == ["unknown-bottom"]


def test_a_misspelt_bottom_of_a_layer_in_place_is_one_mistake() -> None:
    relu = 'layer { name: "relu" type: "ReLU" bottom: "cnov" top: "conv" }\n'
    rules = [rule for rule, _ in told(_DATA + _CONV.format("conv", 4) + relu)]
    assert rules.count("unknown-bottom") == 1
    assert "top-made-twice" not in rules


def test_a_comment_behind_a_byte_order_mark_silences_the_next_line() -> None:
    text = '# caffe-ls: ignore[unknown-bottom]\nlayer { name: "relu" type: "ReLU" bottom: "gone" top: "relu" }\n'
    assert "unknown-bottom" not in [rule for rule, _ in told("\ufeff" + text)]


def test_what_the_settings_make_an_error_says_at_which_stage_caffe_stops() -> None:
    text = '#- settings {"rules": {"engine-needs-cudnn": "error", "stochastic-pooling-on-cpu": "error"}}\n'
    text += 'layer { name: "d" type: "Input" top: "d" input_param { shape { dim: 1 dim: 3 dim: 8 dim: 8 } } }\n'
    text += (
        'layer { name: "p" type: "Pooling" bottom: "d" top: "p" pooling_param { kernel_size: 2 pool: STOCHASTIC } }\n'
    )
    text += 'layer { name: "r" type: "ReLU" bottom: "p" top: "p" relu_param { engine: CUDNN } }\n'
    found = {finding.rule: (finding.severity, finding.stage) for finding in findings_of(text)}
    assert found["engine-needs-cudnn"] == (Severity.ERROR, "init")
    assert found["stochastic-pooling-on-cpu"] == (Severity.ERROR, "first-iteration")
