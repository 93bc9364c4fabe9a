"""Intervals hold what their functions make of numbers drawn from them."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caffe_ls.net import intervals
from caffe_ls.net.intervals import Values

_NUMBERS = st.integers(-50_000, 50_000).map(lambda number: number / 1000)


@st.composite
def _drawn(draw: st.DrawFn) -> tuple[Values, float]:
    low, high = sorted((draw(_NUMBERS), draw(_NUMBERS)))
    return Values(low, high, True, (draw(st.sampled_from((low, high))),)), draw(st.floats(low, high))


def _holds(values: Values, number: float) -> bool:
    slack = 1e-9 + 1e-9 * abs(number)
    return values.low - slack <= number <= values.high + slack


@pytest.mark.parametrize(
    ("of_values", "of_number"),
    [
        (intervals.absolute, abs),
        (intervals.exponential, math.exp),
        (lambda values: intervals.clipped(values, -1.0, 6.0), lambda number: min(max(number, -1.0), 6.0)),
        (lambda values: values.times(-3.0), lambda number: -3.0 * number),
        (lambda values: values.times(0.0), lambda number: 0.0),
        (lambda values: values.plus(2.5), lambda number: number + 2.5),
        (lambda values: intervals.power(values, 2.0), lambda number: number**2),
        (lambda values: intervals.power(values, 3.0), lambda number: number**3),
        (lambda values: intervals.power(values, 0.0), lambda number: 1.0),
        (lambda values: values.with_zero(), lambda number: number),
    ],
)
@given(drawn=_drawn())
def test_a_function_of_a_number_lies_in_that_of_its_interval(
    of_values: Callable[[Values], Values], of_number: Callable[[float], float], drawn: tuple[Values, float]
) -> None:
    values, number = drawn
    made = of_values(values)
    assert _holds(made, of_number(number))
    assert all(_holds(made, atom) for atom in made.atoms)


@pytest.mark.parametrize("exponent", [0.5, -1.0, -2.0, -0.5, 1.5, -3.0])
@given(drawn=_drawn())
def test_powers_that_exist_lie_in_the_interval(exponent: float, drawn: tuple[Values, float]) -> None:
    values, number = drawn
    if number > 1e-6 or (number < -1e-6 and exponent.is_integer()):
        assert _holds(intervals.power(values, exponent), number**exponent)


@given(one=_drawn(), other=_drawn())
def test_sums_products_and_maxima_lie_in_those_of_the_intervals(
    one: tuple[Values, float], other: tuple[Values, float]
) -> None:
    values = [one[0], other[0]]
    assert _holds(intervals.total(values), one[1] + other[1])
    assert _holds(intervals.products(*values), one[1] * other[1])
    assert _holds(intervals.greatest(values), max(one[1], other[1]))
    assert all(_holds(intervals.union(values), number) for number in (one[1], other[1]))


def test_what_is_cut_off_piles_up_at_the_bounds() -> None:
    assert intervals.clipped(intervals.ANY_SIGN, 0.0, math.inf) == Values(0.0, math.inf, True, (0.0,))
    assert intervals.clipped(Values(1.0, 2.0), 0.0, math.inf).atoms == ()


def test_of_data_that_is_not_seen_nothing_is_sure_to_pile_up() -> None:
    assert intervals.clipped(intervals.UNSEEN, 0.0, math.inf) == Values(0.0, math.inf, False)


def test_sums_of_numbers_that_make_up_for_each_other_are_not_sure_to_go_below_0() -> None:
    assert not intervals.total([intervals.ANY_SIGN, Values(1.0, math.inf)]).sure
    assert intervals.total([intervals.ANY_SIGN, intervals.ANY_SIGN]).sure


def test_numbers_without_bounds_have_no_sum_or_product_that_is_no_number() -> None:
    anything = [intervals.ANY_SIGN, intervals.ANY_SIGN, Values(0.0, 0.0)]
    assert intervals.total(anything).low == -math.inf
    assert intervals.products(anything[0], anything[2]) == Values(0.0, 0.0)
    assert intervals.exponential(Values(0.0, 1e6)).high == math.inf
    assert intervals.logarithm(Values(0.0, 1.0)).low == -math.inf
