"""Recurrent layers with the solver that trains them, their markers and their steps."""

from __future__ import annotations

import pytest

from caffe_ls.rules.finding import Finding, Severity
from caffe_ls.text.edit import apply_edits
from tests.rules.checking import document_of, findings_of

UNCLIPPED = "recurrent-gradient-unclipped"
NET = """\
layer { name: "d" type: "Input" top: "x" top: "cont"
  input_param { shape { dim: 20 dim: 4 dim: 8 } shape { dim: 20 dim: 4 } } }
layer { name: "lstm" type: "LSTM" bottom: "x" bottom: "cont" top: "h" recurrent_param { num_output: 16 } }
"""
SOLVER = 'net: "%s"\nbase_lr: 0.1\nlr_policy: "fixed"\n%s'


def _found(rule: str, text: str) -> list[Finding]:
    return [finding for finding in findings_of(text) if finding.rule == rule]


def _pair(clip: str = "", net: str = "net.prototxt") -> str:
    return f"#- /net.prototxt\n{NET}#- /solver.prototxt\n{SOLVER % (net, clip)}"


def _pair_from_solver(clip: str = "", net: str = NET) -> str:
    return f"#- /solver.prototxt\n{SOLVER % ('net.prototxt', clip)}#- /net.prototxt\n{net}"


def test_the_net_is_told_of_its_solver_and_the_fix_writes_there() -> None:
    (found,) = _found(UNCLIPPED, _pair())
    assert found.severity is Severity.INFORMATION
    assert found.message == "`solver.prototxt` clips no gradients: those of an LSTM over 20 steps may explode"
    (change,) = found.fixes[0].edits
    assert change.path == "/solver.prototxt"
    solver = SOLVER % ("net.prototxt", "")
    assert (
        apply_edits(solver, [change.edit])
        == 'net: "net.prototxt"\nbase_lr: 0.1\nclip_gradients: 10\nlr_policy: "fixed"\n'
    )


@pytest.mark.parametrize("clip", ["clip_gradients: 5\n", "clip_gradients: 0\n"])
def test_a_solver_that_clips_is_left_alone(clip: str) -> None:
    assert _found(UNCLIPPED, _pair(clip)) == []
    assert _found(UNCLIPPED, _pair_from_solver(clip)) == []


def test_a_threshold_below_0_clips_nothing() -> None:
    (found,) = _found(UNCLIPPED, _pair_from_solver("clip_gradients: -1\n"))
    assert [edit.edit.new_text for edit in found.fixes[0].edits] == ["10"]


def test_the_solver_is_told_too() -> None:
    text = _pair_from_solver()
    (found,) = _found(UNCLIPPED, text)
    assert "`net.prototxt` has an LSTM" in found.message
    document = document_of(text)
    mended = apply_edits(document.text, [edit.edit for edit in found.fixes[0].edits])
    assert mended == SOLVER.replace("base_lr: 0.1\n", "base_lr: 0.1\nclip_gradients: 10\n") % ("net.prototxt", "")


def test_nets_without_recurrent_layers_need_no_clipping() -> None:
    assert _found(UNCLIPPED, _pair_from_solver(net=NET.replace("LSTM", "ReLU"))) == []


def test_a_recurrent_layer_in_tests_alone_needs_no_clipping() -> None:
    tested = NET.replace('top: "h" ', 'top: "h" include { phase: TEST } ')
    assert _found(UNCLIPPED, _pair_from_solver(net=tested)) == []


def test_solvers_of_other_nets_and_no_solver_say_nothing() -> None:
    assert _found(UNCLIPPED, _pair(net="other.prototxt")) == []
    assert _found(UNCLIPPED, NET) == []


def test_a_net_in_the_solver_itself() -> None:
    text = f'#- /solver.prototxt\nnet_param {{\n{NET}}}\nbase_lr: 0.1\nlr_policy: "fixed"\n#- /readme\n'
    (found,) = _found(UNCLIPPED, text)
    assert "its net has an LSTM" in found.message


MARKED = """\
layer { name: "d" type: "DummyData" top: "x" dummy_data_param { shape { dim: %d dim: 4 dim: 8 } } }
layer { name: "c" type: "DummyData" top: "cont" dummy_data_param { shape { dim: %d dim: 4 } data_filler { %s } } }
layer { name: "rnn" type: "RNN" bottom: "x" bottom: "cont" top: "h" recurrent_param { num_output: 16 } }
"""


@pytest.mark.parametrize(
    ("steps", "filler", "severities"),
    [
        (20, "value: 0", [Severity.WARNING]),
        (20, "value: 1", [Severity.INFORMATION]),
        (20, 'type: "uniform" min: 0 max: 255', [Severity.WARNING]),
        (20, 'type: "uniform" min: 0 max: 1', []),
        (1, "value: 0", []),
    ],
)
def test_markers_that_are_always_the_same(steps: int, filler: str, severities: list[Severity]) -> None:
    found = _found("sequence-markers-constant", MARKED % (steps, steps, filler))
    assert [finding.severity for finding in found] == severities


def test_a_net_that_is_run_step_by_step_is_right() -> None:
    assert _found("sequence-of-one-step", MARKED % (1, 1, "value: 0")) == []


def _weights(kind: str, fillers: str) -> list[tuple[str, str]]:
    layer = f'layer {{ name: "r" type: "{kind}" bottom: "x" bottom: "cont" top: "h"\n'
    layer += f"recurrent_param {{ num_output: 64 {fillers} }} }}\n"
    data = 'layer { name: "data" type: "HDF5Data" top: "x" top: "cont" top: "y" hdf5_data_param { source: "s" } }\n'
    loss = 'layer { name: "loss" type: "EuclideanLoss" bottom: "h" bottom: "y" top: "loss" }\n'
    found = findings_of(data + layer + loss)
    return [
        (one.severity.value, one.message)
        for one in found
        if one.rule == "recurrent-weights-out-of-proportion" and one.severity
    ]


def test_an_rnn_of_zeros_never_learns_and_an_lstm_of_zeros_does() -> None:
    assert [severity for severity, _ in _weights("RNN", "")] == ["warning"]
    assert _weights("LSTM", "") == []


def test_an_rnn_of_zeros_learns_by_its_bias() -> None:
    assert _weights("RNN", 'bias_filler { type: "constant" value: 0.1 }') == []


def test_recurrent_weights_are_compared_with_the_number_of_units() -> None:
    wide = 'weight_filler { type: "gaussian" std: 1 }'
    for kind in ("RNN", "LSTM"):
        assert _weights(kind, wide) == [
            ("information", "weights of size 1 multiply the 64 units by about 8 at each step")
        ]
        assert _weights(kind, 'weight_filler { type: "uniform" min: -0.08 max: 0.08 }') == []
        assert _weights(kind, 'weight_filler { type: "xavier" }') == []
