"""A series stays small and keeps what matters."""

from __future__ import annotations

import math
import random
from array import array

import pytest

from caffe_ls.training_log.series import Series, kept_points


def test_extremes_and_non_finite_points_survive_any_length() -> None:
    chance = random.Random(5)
    series = Series(points=100)
    for at in range(20_000):
        value = {7_000: 99.0, 8_000: -99.0, 9_000: math.nan, 9_001: math.inf}.get(at, chance.random())
        series.add(at, value)
    iterations, values = series.thinned()
    assert {7_000, 8_000, 9_000, 9_001, 0, 19_999} <= set(iterations)
    assert len(values) <= 102
    assert iterations == sorted(iterations)
    assert len(series.values) <= 250
    assert series.count == 20_000


def test_all_points_are_kept_when_asked() -> None:
    series = Series(points=None)
    numbers = array("q", range(10_000))
    series.extend(numbers, array("d", numbers), numbers, 0)
    assert series.thinned() == (list(range(10_000)), list(map(float, range(10_000))))


@pytest.mark.parametrize("portion", [1, 70, 700, 3_000])
def test_portions_do_not_matter(portion: int) -> None:
    one, other = Series(points=50), Series(points=50)
    chance = random.Random(6)
    values = array("d", [chance.random() for _ in range(3_000)])
    for at, value in enumerate(values):
        one.add(at, value, 9 * at + 12)
    for start in range(0, 3_000, portion):
        part = array("q", range(start, min(3_000, start + portion)))
        into = start % 4
        other.extend(part, values[start : start + portion], array("q", [9 * at + 12 - into for at in part]), into)
    assert (one.iterations, one.values, one.count) == (other.iterations, other.values, other.count)
    kept = range(len(one.values))
    assert [one.line_at(at) for at in kept] == [other.line_at(at) for at in kept]
    assert [one.line_at(at) for at in kept] == [9 * iteration + 12 for iteration in one.iterations]


def test_nothing_but_nan_stays_bounded() -> None:
    series = Series(points=100)
    for at in range(200_000):
        series.add(at, math.nan)
    assert len(series.values) < 100_000


def test_of_each_part_the_first_smallest_and_the_first_largest_are_kept() -> None:
    assert kept_points([3.0, 1.0, 1.0, 3.0, 5.0, 4.0, 4.0, 5.0, 9.0, 7.0, 8.0], 8) == [0, 1, 4, 5, 8, 9, 10]
    assert kept_points([3.0, 1.0, 1.0, math.nan, 5.0, 4.0, 4.0, 5.0, 9.0, 7.0, 8.0], 8) == [0, 1, 3, 4, 5, 8, 9, 10]
