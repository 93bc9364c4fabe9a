"""What is said of a solver's other settings."""

from __future__ import annotations

import pytest

from caffe_ls.rules.finding import Severity
from tests.rules.checking import findings_of

REST = 'net: "n"\nbase_lr: 0.01\nlr_policy: "fixed"\nmax_iter: 1000\ndisplay: 10\nsolver_mode: GPU\n'


def said(text: str) -> list[tuple[str, str]]:
    """Rule and severity of all that is said of a solver with these settings."""
    return [(one.rule, one.severity.value) for one in findings_of(REST + text) if one.severity]


@pytest.mark.parametrize(
    "text",
    [
        "momentum: 0 weight_decay: 0",
        "momentum: 0.99",
        "momentum: 0.9 weight_decay: 0.004",
        'type: "Adam" momentum: 0.9 momentum2: 0.999 delta: 1e-8',
        'type: "RMSProp" rms_decay: 0.98',
        "iter_size: 8",
        "clip_gradients: -1",
        "clip_gradients: 40",
        "test_iter: 100 test_interval: 500",
        "test_interval: 100000",
        "snapshot: 0",
        "snapshot: 100 snapshot_after_train: false",
    ],
)
def test_usual_settings_are_not_remarked(text: str) -> None:
    assert said(text) == []


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("momentum: 1", "momentum-out-of-range"),
        ("momentum: 0.999999999", "momentum-out-of-range"),  # 1 in float32
        ("momentum: -0.9", "momentum-out-of-range"),
        ("momentum: nan", "momentum-out-of-range"),
        ('type: "Nesterov" momentum: 1.2', "momentum-out-of-range"),
        ('type: "Adam" momentum: 1', "momentum-out-of-range"),
        ('type: "AdaDelta" momentum: 1.1', "momentum-out-of-range"),
        ('type: "Adam" momentum: 0.9 momentum2: 1', "momentum2-out-of-range"),
        ('type: "Adam" momentum: 0.9 momentum2: 1.5', "momentum2-out-of-range"),
        ('type: "AdaGrad" delta: 0', "delta-not-positive"),
        ('type: "AdaGrad" delta: 1e-50', "delta-not-positive"),  # 0 in float32
        ('type: "RMSProp" delta: -1', "delta-not-positive"),
        ("weight_decay: 500", "weight-decay-too-high"),
        ("weight_decay: 2 momentum: 0.9", "weight-decay-too-high"),
        ('type: "Adam" momentum: 0.9 weight_decay: 5', "weight-decay-too-high"),
        ("weight_decay: -0.0005", "negative-weight-decay"),
        ("weight_decay: nan", "negative-weight-decay"),
        ("iter_size: 0", "iter-size-not-positive"),
        ("iter_size: -2", "iter-size-not-positive"),
        ("clip_gradients: 0", "zero-clip-gradients"),
        ("clip_gradients: nan", "zero-clip-gradients"),
    ],
)
def test_settings_that_void_the_run(text: str, rule: str) -> None:
    assert said(text) == [(rule, "warning")]


@pytest.mark.parametrize(
    ("text", "rule", "severity"),
    [
        ("test_interval: 500", "tests-never-run", "information"),
        ("test_iter: 0 test_interval: 500", "zero-test-iter", "information"),
        ("test_iter: 10 test_interval: 2000", "tests-never-run", "hint"),
        ("clip_gradients: 1e-9", "zero-clip-gradients", "information"),
        ("snapshot_after_train: false", "weights-never-saved", "hint"),
        ("clip_gradients: 10 iter_size: 4", "clip-before-iter-size", "hint"),
        ('type: "Adam"', "adam-without-momentum", "hint"),
        ("weight_decay: 0.2 momentum: 0.9", "weight-decay-too-high", "information"),
    ],
)
def test_settings_that_may_be_meant(text: str, rule: str, severity: str) -> None:
    assert said(text) == [(rule, severity)]


def test_delta_and_momentum2_matter_only_to_solvers_that_have_them() -> None:
    assert said("delta: 0 momentum2: 1 rms_decay: 1") == []


def test_a_run_that_shows_nothing_is_a_hint_unless_debugging() -> None:
    silent = REST.replace("display: 10\n", "")
    (hint,) = findings_of(silent)
    assert (hint.rule, hint.severity) == ("nothing-displayed", Severity.HINT)
    (information,) = findings_of(silent + "debug_info: true\n")
    assert (information.rule, information.severity) == ("nothing-displayed", Severity.INFORMATION)


def test_messages_name_both_numbers() -> None:
    (found,) = findings_of(REST + "weight_decay: 500")
    assert found.message == "rate x `weight_decay` is 5: above 2 weights overshoot 0 and grow"
    assert [REST[slice(*other.span)] for other in found.related] == ["0.01"]
