"""What becomes of the rate over a whole run, against walking through all of its iterations."""

from __future__ import annotations

import math

import pytest

from caffe_ls.solver.learning_rate import rate_at
from caffe_ls.solver.rate_analysis import RatePoint, analyse, samples
from tests.solver.solvers import policy

END = 2**31 - 1


@pytest.mark.parametrize(
    ("text", "dialect"),
    [
        ('lr_policy: "fixed" base_lr: 0.1', "bvlc"),
        ('lr_policy: "fixed" base_lr: 0.1 warmup_iter: 10 warmup_start_lr: 0.5', "intel"),
        ('lr_policy: "step" base_lr: 0.1 gamma: 0.5 stepsize: 4 warmup_iter: 10 warmup_start_lr: 0.01', "intel"),
        ('lr_policy: "exp" base_lr: 0.1 gamma: 2 warmup_iter: 7', "intel"),
        ('lr_policy: "multistep" base_lr: 0.1 gamma: 0.1 stepvalue: [3, 5, 20] warmup_iter: 10', "intel"),
        ('lr_policy: "multifixed" stagelr: [0.1, 0.5, 0.2, 0] stageiter: [5, 4, 9, 20]', "intel"),
        ('lr_policy: "multifixed" base_lr: 1 stagelr: [0.1, 0.5, 0.2] stageiter: [5, 9, 20] warmup_iter: 7', "intel"),
        ('lr_policy: "poly" base_lr: 0.1 power: 2 max_iter: 20 rampup_interval: 6 min_lr: 0.01', "nvidia-0.17"),
        ('lr_policy: "inv" base_lr: 0.1 power: 2 gamma: 0.3 rampup_interval: 60 rampup_lr: 0.05', "nvidia-0.17"),
        ('lr_policy: "exp" base_lr: 0.1 gamma: 0.5 min_lr: 1e-5', "nvidia-0.17"),
        ('lr_policy: "step" base_lr: 0.1 gamma: 0.01 stepsize: 7', "bvlc"),
        ('lr_policy: "step" base_lr: 0.1 gamma: 100 stepsize: 7', "bvlc"),
        ('lr_policy: "step" base_lr: 0.1 gamma: -3 stepsize: 2', "ssd"),
        ('lr_policy: "step" base_lr: 0.1 gamma: 0.5 stepsize: -4', "ssd"),
        ('lr_policy: "exp" base_lr: 0.1 gamma: 0.5', "bvlc"),
        ('lr_policy: "exp" base_lr: -0.1 gamma: 2', "bvlc"),
        ('lr_policy: "exp" base_lr: 0.1 gamma: -2', "ssd"),
        ('lr_policy: "exp" base_lr: 0 gamma: 1e20', "bvlc"),
        ('lr_policy: "inv" base_lr: 0.1 gamma: 0.5 power: -30', "bvlc"),
        ('lr_policy: "inv" base_lr: 0.1 gamma: -0.125 power: 0.5', "ssd"),
        ('lr_policy: "inv" base_lr: 0.1 gamma: -0.125 power: 3', "ssd"),
        ('lr_policy: "inv" base_lr: 0.1 gamma: inf power: 1', "bvlc"),
        ('lr_policy: "multistep" base_lr: 0.1 gamma: 1e-20 stepvalue: [90, 3, 5]', "bvlc"),
        ('lr_policy: "poly" base_lr: 0.1 power: -40 max_iter: 200', "bvlc"),
        ('lr_policy: "poly" base_lr: 0.1 power: nan max_iter: 200', "bvlc"),
        ('lr_policy: "poly" base_lr: 0.1 power: 0.5 max_iter: 100', "bvlc"),
        ('lr_policy: "poly" base_lr: 0.1 power: 3 max_iter: 100', "bvlc"),
        ('lr_policy: "sigmoid" base_lr: 0.1 gamma: 5 stepsize: 150', "bvlc"),
        ('lr_policy: "sigmoid" base_lr: 0.1 gamma: -5 stepsize: 60', "ssd"),
        ('lr_policy: "sigmoid" base_lr: 0.1 gamma: inf stepsize: 60', "bvlc"),
        ('lr_policy: "fixed" base_lr: nan', "bvlc"),
        ('lr_policy: "fixed" base_lr: -inf', "bvlc"),
    ],
)
@pytest.mark.parametrize("end", [1, 2, 60, 200])
def test_the_analysis_is_that_of_walking_through_all_iterations(text: str, dialect: str, end: int) -> None:
    found = policy(text, dialect)
    walked = [RatePoint(iteration, rate_at(found, iteration)) for iteration in range(end)]
    analysis = analyse(found, end)
    finite = [point for point in walked if math.isfinite(point.rate)]
    start = walked[0].rate if found.warm_up is None else max(walked[0].rate, found.base_lr)
    rated = {
        "first_nonfinite": next((point for point in walked if not math.isfinite(point.rate)), None),
        "first_negative": next((point for point in walked if point.rate < 0), None),
        "first_zero": next((point for point in walked if point.rate == 0), None),
        "first_above_start": next((point for point in walked if point.rate > start), None),
    }
    for name, expected in rated.items():
        mine = getattr(analysis, name)
        assert (mine and mine.iteration) == (expected and expected.iteration), name
    assert (analysis.highest and analysis.highest.rate) == max((point.rate for point in finite), default=None)
    assert (analysis.lowest and analysis.lowest.rate) == min((point.rate for point in finite), default=None)


def test_a_run_of_two_thousand_million_iterations_is_told_at_once() -> None:
    found = analyse(policy('base_lr: 0.01 lr_policy: "exp" gamma: 0.9999999'), END)
    assert found.first_zero is None or found.first_zero.iteration > 0
    assert found.first_tiny is not None
    before = rate_at(policy('base_lr: 0.01 lr_policy: "exp" gamma: 0.9999999'), found.first_tiny.iteration - 1)
    assert found.first_tiny.rate < 0.01e-7 <= before * 1.0001
    assert len(samples(policy('base_lr: 0.01 lr_policy: "step" gamma: 0.99 stepsize: 1'), END, 100)) <= 110


def test_samples_show_both_sides_of_a_step() -> None:
    found = policy('base_lr: 1 lr_policy: "multistep" gamma: 0.5 stepvalue: 37')
    points = {point.iteration: point.rate for point in samples(found, 100, 8)}
    assert (points[0], points[36], points[37], points[99]) == (1.0, 1.0, 0.5, 0.5)


# Forks. The numbers are worked out by hand from the forks' formulas.
