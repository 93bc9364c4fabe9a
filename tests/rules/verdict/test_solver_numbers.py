"""Numbers of a solver that Caffe checks: at the start, or when it first computes the learning rate."""

from __future__ import annotations

import pytest

from caffe_ls.rules.finding import Severity
from tests.rules.checking import findings_of

SOLVER = 'net: "n"\nbase_lr: 0.01\nmax_iter: 100\ndisplay: 10\nsolver_mode: GPU\n'


def errors_of(text: str, dialect: str = "bvlc") -> list[tuple[str, str | None]]:
    found = findings_of(SOLVER + text, dialect=dialect)
    return [(one.rule, one.stage) for one in found if one.severity is Severity.ERROR]


FIXED = 'lr_policy: "fixed"\n'


@pytest.mark.parametrize(
    ("text", "rule", "stage"),
    [
        ("average_loss: 0", "average-loss-below-one", "init"),
        ('type: "SGD" solver_type: SGD', "two-solver-types", "upgrade"),
        ('type: "AdaGrad" momentum: 0.9', "momentum-not-supported", "init"),
        ("solver_type: RMSPROP momentum: -0.1", "momentum-not-supported", "init"),
        ('type: "AdaGrad" momentum: nan', "momentum-not-supported", "init"),
        ('type: "RMSProp" rms_decay: -0.1', "rms-decay-out-of-range", "init"),
        ('type: "RMSProp" rms_decay: 0.999999999', "rms-decay-out-of-range", "init"),
        ('type: "RMSProp" rms_decay: nan', "rms-decay-out-of-range", "init"),
    ],
)
def test_refused_when_the_solver_is_made(text: str, rule: str, stage: str) -> None:
    assert errors_of(FIXED + text) == [(rule, stage)]


@pytest.mark.parametrize(
    "text",
    [
        "average_loss: 1",
        'type: "AdaGrad" momentum: 0',
        'type: "AdaGrad" momentum: 1e-60',  # float32 has no number so small
        'type: "RMSProp" rms_decay: 0',
        'type: "SGD" rms_decay: 5',
        'type: "Adam" momentum: 0.9',
    ],
)
def test_accepted_when_the_solver_is_made(text: str) -> None:
    assert errors_of(FIXED + text) == []


@pytest.mark.parametrize("policy", ["step", "exp", "inv", "multistep", "sigmoid"])
@pytest.mark.parametrize("gamma", ["-0.1", "nan"])
def test_policies_check_gamma_at_the_first_update(policy: str, gamma: str) -> None:
    text = f'lr_policy: "{policy}" stepsize: 10 stepvalue: 10 power: 1 gamma: {gamma}'
    assert errors_of(text) == [("negative-gamma", "first-iteration")]


@pytest.mark.parametrize("policy", ["fixed", "poly"])
def test_policies_without_gamma_do_not_check_it(policy: str) -> None:
    assert errors_of(f'lr_policy: "{policy}" power: 1 gamma: -0.1') == []


def test_minus_zero_is_no_negative_gamma() -> None:
    assert errors_of('lr_policy: "exp" gamma: -0.0') == []


@pytest.mark.parametrize("policy", ["step", "sigmoid"])
@pytest.mark.parametrize("size", ["", "stepsize: 0", "stepsize: -5"])
def test_policies_check_the_step_size_at_the_first_update(policy: str, size: str) -> None:
    assert errors_of(f'lr_policy: "{policy}" gamma: 0.1 {size}') == [("stepsize-missing", "first-iteration")]


def test_ssd_checks_neither_but_dies_of_a_division_by_zero() -> None:
    assert errors_of('lr_policy: "step" gamma: -0.1 stepsize: 5', "ssd") == []
    assert errors_of('lr_policy: "sigmoid" gamma: 0.1', "ssd") == []
    assert errors_of('lr_policy: "step" gamma: 0.1 stepsize: -5', "ssd") == []
    assert errors_of('lr_policy: "step" gamma: 0.1', "ssd") == [("stepsize-missing", "first-iteration")]


def test_ssd_needs_a_prefix_for_snapshots() -> None:
    assert errors_of(FIXED + "snapshot: 10", "ssd") == [("snapshot-prefix-missing", "init")]
    assert errors_of(FIXED + 'snapshot: 10 snapshot_prefix: "s"', "ssd") == []
    assert errors_of(FIXED + "snapshot: 0", "ssd") == []
    assert errors_of(FIXED + "snapshot: 10") == []


def test_independent_faults_are_all_told() -> None:
    text = 'lr_policy: "Fixed" average_loss: 0 type: "RMSProp" momentum: 0.9 rms_decay: 2'
    assert sorted(rule for rule, _ in errors_of(text)) == [
        "average-loss-below-one",
        "momentum-not-supported",
        "rms-decay-out-of-range",
        "unknown-lr-policy",
    ]
