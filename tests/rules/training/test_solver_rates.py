"""What is said of a solver's learning rate over the run."""

from __future__ import annotations

import pytest

from caffe_ls.rules.finding import Severity
from tests.rules.checking import findings_of, fixed

REST = 'net: "n"\nmomentum: 0.9\nweight_decay: 0.0005\ndisplay: 10\nsolver_mode: GPU\n'


def said(text: str, dialect: str = "bvlc") -> list[tuple[str, str]]:
    """Rule and severity of all that is said of a solver, hints aside."""
    found = findings_of(REST + text, dialect=dialect)
    return [(one.rule, one.severity.value) for one in found if one.severity and one.severity is not Severity.HINT]


def message(text: str, dialect: str = "bvlc") -> str:
    (only,) = [one for one in findings_of(REST + text, dialect=dialect) if one.severity is not Severity.HINT]
    return only.message


@pytest.mark.parametrize(
    "text",
    [
        'base_lr: 0.01 lr_policy: "fixed" max_iter: 100',
        'base_lr: 0.01 lr_policy: "step" gamma: 0.1 stepsize: 100000 max_iter: 450000',
        'base_lr: 0.01 lr_policy: "step" gamma: 1 stepsize: 10 max_iter: 100',
        'base_lr: 0.001 lr_policy: "multistep" gamma: 0.1 stepvalue: [80000, 100000, 120000] max_iter: 120000',
        'base_lr: 0.01 lr_policy: "inv" gamma: 0.0001 power: 0.75 max_iter: 10000',
        'base_lr: 0.01 lr_policy: "poly" power: 0.5 max_iter: 2400000',
        'base_lr: 0.01 lr_policy: "poly" power: 3 max_iter: 100000',
        'base_lr: 0.01 lr_policy: "sigmoid" gamma: 0.01 stepsize: 500 max_iter: 1000',
        'base_lr: 0.01 lr_policy: "exp" gamma: 0.9999 max_iter: 20000',
    ],
)
def test_rates_that_people_train_with_are_not_remarked(text: str) -> None:
    assert said(text) == []


def test_a_rate_is_judged_over_the_whole_run() -> None:
    text = 'base_lr: 0.01 lr_policy: "exp" gamma: 10 max_iter: '
    assert (
        message(f"{text}100") == "the learning rate grows from 0.01 to 1e+38 in iteration 40 and is inf in iteration 41"
    )
    assert message(f"{text}30") == "the learning rate grows from 0.01 to 1e+27 in iteration 29"


def test_a_rate_that_grows_a_little_may_be_meant() -> None:
    assert said('base_lr: 0.01 lr_policy: "exp" gamma: 1.0001 max_iter: 1000') == [
        ("growing-learning-rate", "information")
    ]


def test_growth_by_a_negative_power() -> None:
    for text in ('"inv" gamma: 0.5 power: -3', '"poly" power: -4'):
        assert said(f"base_lr: 0.01 max_iter: 100 lr_policy: {text}") == [("growing-learning-rate", "warning")]


def test_gamma_above_one_that_is_never_applied_does_not_grow() -> None:
    text = 'base_lr: 0.01 lr_policy: "step" gamma: 10 stepsize: 100 max_iter: 100'
    assert said(text) == [("learning-rate-never-changes", "information")]


def test_gamma_left_out_stops_the_training_at_the_first_step() -> None:
    for text, iteration in (('"step" stepsize: 30', 30), ('"multistep" stepvalue: 40', 40), ('"exp"', 1)):
        told = message(f"base_lr: 0.01 max_iter: 100 lr_policy: {text}")
        assert told == f"without `gamma`, the learning rate is 0 from iteration {iteration} on of 100"


def test_gamma_applied_in_every_iteration_vanishes() -> None:
    text = 'base_lr: 0.01 lr_policy: "exp" gamma: 0.96 max_iter: 10000'
    assert said(text) == [("vanishing-learning-rate", "warning")]
    assert said(fixed(REST + text).removeprefix(REST)) == []


def test_misspelt_parameters_are_told_once() -> None:
    text = 'base_lr: 0.01 lr_policy: "step" gama: 0.1 stepsize: 10 max_iter: 100'
    assert said(text) == [("unknown-field", "error")]


def test_policies_without_their_parameters_change_nothing() -> None:
    for text in ('"poly"', '"inv"', '"inv" gamma: 0.1', '"multistep" gamma: 0.1', '"sigmoid" stepsize: 5'):
        assert said(f"base_lr: 0.01 max_iter: 100 lr_policy: {text}") == [("learning-rate-never-changes", "warning")]


def test_a_multistep_with_a_stepsize_was_meant_as_step() -> None:
    text = f'{REST}base_lr: 0.01\nlr_policy: "multistep"\ngamma: 0.1\nstepsize: 10\nmax_iter: 100\n'
    assert fixed(text, "step") == text.replace("multistep", "step")


def test_steps_beyond_the_end_are_information() -> None:
    assert said('base_lr: 0.01 lr_policy: "step" gamma: 0.1 stepsize: 500 max_iter: 100') == [
        ("learning-rate-never-changes", "information")
    ]


def test_an_unsorted_stepvalue_says_when_its_step_is_taken() -> None:
    text = 'base_lr: 0.01 lr_policy: "multistep" gamma: 0.1 stepvalue: [60, 30, 80] max_iter: 100'
    assert message(text) == "`stepvalue: 30` after 60: this step is taken in iteration 61"
    assert "stepvalue: [30, 60, 80]" in fixed(REST + text)


def test_stepvalues_of_another_policy_are_not_looked_at() -> None:
    assert said('base_lr: 0.01 lr_policy: "fixed" stepvalue: [60, 30] max_iter: 100') == []


def test_base_rates_that_are_no_numbers_or_negative() -> None:
    for value in ("nan", "inf", "1e50"):
        assert ("learning-rate-not-finite", "warning") in said(f'base_lr: {value} lr_policy: "fixed" max_iter: 100')
    assert said('base_lr: -0.1 lr_policy: "fixed" max_iter: 100') == [("negative-learning-rate", "warning")]


def test_ssd_lets_a_negative_gamma_turn_the_sign() -> None:
    text = 'base_lr: 0.1 lr_policy: "step" gamma: -0.1 stepsize: 10 max_iter: 100'
    assert message(text, "ssd") == "the learning rate is negative, -0.01, in iteration 10"
    assert said(text) == [("negative-gamma", "error")]


def test_a_plateau_is_judged_only_where_the_loss_does_not_decide() -> None:
    text = 'base_lr: 0.1 lr_policy: "plateau" plateau_winsize: [10, 10] max_iter: 100'
    assert said(f"{text} gamma: 0.1", "ssd") == []
    assert said(text, "ssd") == [("vanishing-learning-rate", "warning")]


def test_a_base_rate_of_zero_is_a_mistake_when_it_is_left_out() -> None:
    assert said('lr_policy: "fixed" max_iter: 100') == [("base-lr-missing", "warning")]
    assert said('lr_policy: "fixed" max_iter: 100 base_lr: 0') == [("base-lr-missing", "information")]
    assert said('lr_policy: "fixed" max_iter: 100 solver_type: ADADELTA') == [("base-lr-missing", "information")]


def test_no_iteration_runs_without_max_iter() -> None:
    assert said('base_lr: 0.1 lr_policy: "fixed"') == [("max-iter-missing", "information")]
    assert said('base_lr: 0.1 lr_policy: "fixed" max_iter: 0') == [("max-iter-missing", "information")]
    assert said('base_lr: 0.1 lr_policy: "fixed" max_iter: -1') == [("max-iter-missing", "warning")]
    assert said('base_lr: 0.1 lr_policy: "poly" power: 0.5') == [("max-iter-missing", "warning")]


def test_plausible_rates_depend_on_the_type() -> None:
    end = 'lr_policy: "fixed" max_iter: 100'
    assert said(f"base_lr: 1.0 {end}") == []
    assert said(f"base_lr: 2 {end}") == [("implausible-base-lr", "information")]
    assert said(f"base_lr: 5000 {end}") == [("implausible-base-lr", "warning")]
    assert said(f'base_lr: 0.01 type: "Adam" {end}') == []
    assert said(f'base_lr: 2 type: "Adam" {end}') == [("implausible-base-lr", "warning")]
    assert said(f'base_lr: 1 type: "AdaDelta" {end}') == []
    assert said(f"base_lr: 1e-10 {end}") == [("implausible-base-lr", "information")]


def test_a_rate_that_a_fork_computes_in_its_own_way_is_not_judged() -> None:
    assert said('base_lr: 14 lr_policy: "poly" power: 2 max_iter: 100 local_lr_auto: true', "intel") == []


def test_hostile_numbers_of_steps_are_told_in_bounded_time() -> None:
    values = " ".join(f"stepvalue: {value}" for value in range(20_000, 0, -1))
    found = findings_of(f'{REST}base_lr: 0.01 lr_policy: "multistep" gamma: 0.999999 max_iter: 2147483647 {values}')
    assert {one.rule for one in found} >= {"unsorted-stepvalues"}
    assert sum(len(change.edits) for one in found for change in one.fixes) < 1_000
