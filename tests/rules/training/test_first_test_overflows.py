"""The test before any training, in nets of many BatchNorms."""

from __future__ import annotations

import pytest

from tests.rules.checking import findings_of

DATA = 'layer { name: "d" type: "Input" top: "x" input_param { shape { dim: 8 dim: 3 dim: 9 dim: 9 } } }\n'
SOLVER = 'net: "net.prototxt"\nbase_lr: 0.1\nlr_policy: "fixed"\ntest_iter: 10\ntest_interval: 100\n'


def _row(number: int, fields: str = "") -> str:
    one = 'layer {{ name: "b{}" type: "BatchNorm" bottom: "x" top: "x" {} }}\n'
    return DATA + "".join(one.format(at, fields) for at in range(number))


def _side_by_side(number: int) -> str:
    one = 'layer {{ name: "b{0}" type: "BatchNorm" bottom: "x" top: "y{0}" }}\n'
    return DATA + "".join(one.format(at) for at in range(number))


def _messages(net: str, solver: str = SOLVER) -> list[str]:
    found = findings_of(f"#- /solver.prototxt\n{solver}#- /net.prototxt\n{net}")
    return [finding.message for finding in found if finding.rule == "first-test-overflows"]


def test_some_16_in_a_row_overflow() -> None:
    assert _messages(_row(15)) == []
    (message,) = _messages(_row(16))
    assert message == "the first test, before any training, overflows: 16 BatchNorms in a row in `net.prototxt`"


@pytest.mark.parametrize(
    "net",
    [
        _side_by_side(40),
        _row(40, "batch_norm_param { use_global_stats: false }"),
        _row(40, "include { phase: TRAIN }"),
    ],
    ids=["side by side", "measuring each batch", "in training alone"],
)
def test_normalizations_that_do_not_multiply_on_are_silent(net: str) -> None:
    assert _messages(net) == []


@pytest.mark.parametrize(
    "solver",
    [
        SOLVER + "test_initialization: false\n",
        SOLVER + 'weights: "trained.caffemodel"\n',
        SOLVER.replace("test_interval: 100\n", ""),
        SOLVER.replace("net:", "train_net:"),
        SOLVER.replace("net.prototxt", "other.prototxt"),
    ],
    ids=["no first test", "trained weights", "no tests", "another net is tested", "a net that is not there"],
)
def test_solvers_without_such_a_test_are_silent(solver: str) -> None:
    assert _messages(_row(40), solver) == []
