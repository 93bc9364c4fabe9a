"""The learning rate as Caffe computes it; rates of the log's six digits were printed by BVLC's and SSD's Caffe."""

from __future__ import annotations

import math

from caffe_ls.solver.float32 import shown
from caffe_ls.solver.learning_rate import changes, policy_of, rate_at
from caffe_ls.solver.rate_analysis import RatePoint, analyse
from tests.solver.solvers import policy, solver_of


def rates(text: str, *iterations: int, dialect: str = "bvlc") -> list[str]:
    return [shown(rate_at(policy(text, dialect), iteration)) for iteration in iterations]


def test_fixed_keeps_the_base_rate() -> None:
    assert rates('base_lr: 0.01 lr_policy: "fixed"', 0, 99) == ["0.01", "0.01"]


def test_step_multiplies_by_gamma_at_each_step() -> None:
    text = 'base_lr: 0.01 lr_policy: "step" gamma: 0.1 stepsize: 5'
    assert rates(text, 0, 4, 5, 9, 10) == ["0.01", "0.01", "0.001", "0.001", "0.0001"]


def test_gamma_left_out_is_zero() -> None:
    assert rates('base_lr: 0.01 lr_policy: "step" stepsize: 5', 0, 4, 5) == ["0.01", "0.01", "0"]


def test_inv_falls_with_a_power() -> None:
    text = 'base_lr: 0.01 lr_policy: "inv" gamma: 0.0001 power: 0.75'
    assert rates(text, 0, 1, 5000, 9999) == ["0.01", "0.00999925", "0.00737788", "0.00594626"]


def test_poly_ends_near_zero() -> None:
    text = 'base_lr: 0.01 lr_policy: "poly" power: 0.5 max_iter: 100'
    assert rates(text, 0, 1, 50, 99) == ["0.01", "0.00994987", "0.00707107", "0.000999999"]


def test_poly_without_max_iter_divides_by_zero() -> None:
    assert rates('base_lr: 0.01 lr_policy: "poly" power: 0.5', 0, 1) == ["nan", "inf"]
    assert rates('base_lr: 0.01 lr_policy: "poly"', 0, 1) == ["0.01", "0.01"]


def test_sigmoid_rises_to_the_base_rate() -> None:
    text = 'base_lr: 0.01 lr_policy: "sigmoid" gamma: 0.1 stepsize: 50'
    assert rates(text, 0, 1, 50, 99) == ["6.69285e-05", "7.39154e-05", "0.005", "0.00992608"]


def test_an_infinite_gamma_makes_a_sigmoid_not_a_number_in_its_middle() -> None:
    found = policy('base_lr: 0.01 lr_policy: "sigmoid" gamma: inf stepsize: 50')
    assert [shown(rate_at(found, iteration)) for iteration in (0, 49, 50, 51)] == ["0", "0", "nan", "0.01"]
    first = analyse(found, 100).first_nonfinite
    assert first is not None
    assert first.iteration == 50


def test_exp_overflows_in_float32() -> None:
    first = analyse(policy('base_lr: 0.01 lr_policy: "exp" gamma: 10'), 100).first_nonfinite
    assert first == RatePoint(41, math.inf)


def test_an_unsorted_stepvalue_waits_for_the_one_before_it() -> None:
    found = policy('base_lr: 1 lr_policy: "multistep" gamma: 0.1 stepvalue: 60 stepvalue: 30 stepvalue: 80')
    assert changes(found, 100) == (60, 61, 80)
    assert shown(rate_at(found, 59)) == "1"
    assert shown(rate_at(found, 61)) == "0.01"


def test_stepvalues_at_or_below_zero_are_taken_one_in_an_iteration() -> None:
    found = policy('base_lr: 1 lr_policy: "multistep" gamma: 0.1 stepvalue: [-5, 0, 0]')
    assert changes(found, 100) == (0, 1, 2)


def test_plateau_is_followed_as_for_a_loss_that_never_falls() -> None:
    text = 'base_lr: 0.001 lr_policy: "plateau" gamma: 0.1 plateau_winsize: 10 plateau_winsize: 10'
    found = policy(text, "ssd")
    assert found.depends_on_loss
    assert changes(found, 100) == (10, 20)
    assert rates(text, 0, 50, dialect="ssd") == ["0.001", "1e-05"]


def test_a_negative_gamma_flips_the_sign_where_caffe_does_not_check_it() -> None:
    text = 'base_lr: 0.001 lr_policy: "step" gamma: -0.1 stepsize: 10'
    found = analyse(policy(text, "ssd"), 100)
    assert found.first_negative is not None
    assert found.first_negative.iteration == 10
    assert policy_of(solver_of(text)) is None


def test_policies_of_forks_and_rates_that_other_fields_overrule_are_not_known() -> None:
    assert policy_of(solver_of('base_lr: 1 lr_policy: "cosine"')) is None
    assert policy_of(solver_of('base_lr: 1 lr_policy: "fixed" local_lr_auto: true', "intel")) is None


def test_intels_warm_up_is_a_line_and_the_policy_counts_from_the_beginning() -> None:
    text = 'base_lr: 0.8 lr_policy: "step" gamma: 0.5 stepsize: 10 warmup_iter: 4 warmup_start_lr: 0.4 max_iter: 30'
    assert rates(text, 0, 1, 2, 3, 4, 9, 10, 20, dialect="intel") == [
        "0.4", "0.5", "0.6", "0.7", "0.8", "0.8", "0.4", "0.2"
    ]  # fmt: skip
    found = policy(text, "intel")
    assert list(changes(found, 30)) == [10, 20]
    assert analyse(found, 30).first_above_start is None
    assert analyse(found, 30).highest == RatePoint(4, rate_at(found, 4))


def test_steps_within_a_warm_up_are_taken_at_its_end_one_in_an_iteration() -> None:
    text = 'base_lr: 1 lr_policy: "multistep" gamma: 0.5 stepvalue: 1 stepvalue: 2 warmup_iter: 4 max_iter: 9'
    assert rates(text, 0, 2, 3, 4, 5, 8, dialect="intel") == ["0", "0.5", "0.75", "0.5", "0.25", "0.25"]
    assert list(changes(policy(text, "intel"), 9)) == [4, 5]


def test_stages_of_multifixed_last_up_to_and_with_their_iteration() -> None:
    text = 'lr_policy: "multifixed" stagelr: 0.1 stagelr: 0.4 stagelr: 0.2 stageiter: 3 stageiter: 5 stageiter: 7'
    assert rates(text, 0, 3, 4, 5, 6, 7, 100, dialect="intel") == ["0.1", "0.1", "0.4", "0.4", "0.2", "0.2", "0.2"]
    found = policy(text, "intel")
    assert list(changes(found, 100)) == [4, 6]
    analysis = analyse(found, 100)
    assert analysis.highest == RatePoint(4, rate_at(found, 4))
    assert analysis.lowest == RatePoint(0, rate_at(found, 0))


def test_stages_that_are_not_paired_have_no_rate() -> None:
    text = 'base_lr: 1 lr_policy: "multifixed" stagelr: 0.1 stagelr: 0.4 stageiter: 3'
    assert policy_of(solver_of(text, "intel")) is None


def test_nvidias_ramp_is_a_parabola_and_the_rate_has_a_floor() -> None:
    text = 'base_lr: 1 lr_policy: "fixed" rampup_interval: 4 rampup_lr: 0.2 max_iter: 9'
    assert rates(text, 0, 1, 2, 4, 8, dialect="nvidia-0.17") == ["0.2", "0.25", "0.4", "1", "1"]
    text = 'base_lr: 1 lr_policy: "step" gamma: 0.1 stepsize: 2 min_lr: 0.05'
    assert rates(text, 0, 2, 4, 6, dialect="nvidia-0.17") == ["1", "0.1", "0.05", "0.05"]
    assert rates('base_lr: -1 lr_policy: "fixed"', 0, dialect="nvidia-0.17") == ["0"]


def test_nvidias_polynomial_ends_at_the_lowest_rate() -> None:
    text = 'base_lr: 1 lr_policy: "poly" power: 2 max_iter: 10 min_lr: 0.2'
    assert rates(text, 0, 5, 10, dialect="nvidia-0.17") == ["1", "0.4", "0.2"]


def test_rates_of_layers_of_their_own_are_not_computed() -> None:
    assert policy_of(solver_of('base_lr: 1 lr_policy: "fixed" larc: true', "nvidia-0.17")) is None
