"""What numbers a blob can hold, as an interval, and how functions of one number change it."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

_MOST_ATOMS = 4


class Values(NamedTuple):
    """The numbers of a blob lie between `low` and `high`.

    `sure`: they do spread over all of that, whatever the data is and whatever is learned; else what is not seen
    decides. `atoms` are single values that are sure to occur again and again, as 0 behind a ReLU.
    """

    low: float
    high: float
    sure: bool = True
    atoms: tuple[float, ...] = ()

    @property
    def are_bounded(self) -> bool:
        return math.isfinite(self.low) and math.isfinite(self.high)

    def doubted(self) -> Values:
        """The same, but what is not seen decides."""
        return Values(self.low, self.high, False)

    def with_zero(self, is_atom: bool = False) -> Values:
        """The same and 0."""
        atoms = (*self.atoms, 0.0) if is_atom and 0.0 not in self.atoms else self.atoms
        return Values(min(self.low, 0.0), max(self.high, 0.0), self.sure, atoms[:_MOST_ATOMS])

    def without_atoms(self) -> Values:
        """The same, where several numbers make one: that all of them are the same is not to be expected."""
        return self._replace(atoms=())

    def mapped(self, function: Callable[[float], float]) -> Values:
        """What a function makes of them that grows, or falls, all the way."""
        ends = (function(self.low), function(self.high))
        atoms = tuple(dict.fromkeys(function(atom) for atom in self.atoms))
        return Values(min(ends), max(ends), self.sure, atoms)

    def times(self, factor: float) -> Values:
        """Each number times a constant."""
        return self.mapped(lambda number: product(number, factor)) if factor else Values(0.0, 0.0, True, (0.0,))

    def plus(self, summand: float) -> Values:
        """Each number plus a constant."""
        return self.mapped(lambda number: number + summand)


UNSEEN = Values(-math.inf, math.inf, False)
"""Data that is not seen, what is learned, and what unknown layers make."""

ANY_SIGN = Values(-math.inf, math.inf)
"""Sums with learned weights, and what is centred on 0: numbers of both signs, without bounds."""


def product(one: float, other: float) -> float:
    """One times the other; nothing times what is without bound is nothing."""
    return one * other if one and other else 0.0


def constant(value: float) -> Values:
    """The same number everywhere."""
    return Values(value, value, True, (value,))


def union(several: list[Values]) -> Values:
    """The numbers of several blobs side by side."""
    atoms = tuple(dict.fromkeys(atom for values in several for atom in values.atoms))[:_MOST_ATOMS]
    sure = all(values.sure for values in several)
    return Values(min(values.low for values in several), max(values.high for values in several), sure, atoms)


def total(several: list[Values]) -> Values:
    """The sums of numbers of several blobs; where one of them makes up for another, they may go less far."""
    sure = all(values.sure and (values.low < 0 or len(several) == 1) for values in several)
    return Values(sum(values.low for values in several), sum(values.high for values in several), sure)


def products(one: Values, other: Values) -> Values:
    """The products of numbers of two blobs; numbers that have the same sign together are never below 0."""
    ends = [product(a, b) for a in (one.low, one.high) for b in (other.low, other.high)]
    atoms = (0.0,) if 0.0 in one.atoms or 0.0 in other.atoms else ()
    sure = one.sure and other.sure and (one.low >= 0 or other.low >= 0)
    return Values(min(ends), max(ends), sure, atoms)


def greatest(several: list[Values]) -> Values:
    """The greatest of the numbers of several blobs."""
    low, high = max(values.low for values in several), max(values.high for values in several)
    atoms = (low,) if all(low in values.atoms for values in several) else ()
    return Values(low, high, all(values.sure for values in several), atoms)


def clipped(values: Values, low: float, high: float) -> Values:
    """What is left between two bounds; what is cut off piles up at them."""

    def within(number: float) -> float:
        return min(max(number, low), high)

    piled = [bound for bound, cut in ((low, values.low < low), (high, values.high > high)) if cut and values.sure]
    atoms = tuple(dict.fromkeys((*piled, *map(within, values.atoms))))[:_MOST_ATOMS]
    return Values(within(values.low), within(values.high), values.sure, atoms)


def absolute(values: Values) -> Values:
    """The numbers without their sign."""
    atoms = tuple(dict.fromkeys(abs(atom) for atom in values.atoms))
    low = 0.0 if values.low <= 0 <= values.high else min(abs(values.low), abs(values.high))
    return Values(low, max(abs(values.low), abs(values.high)), values.sure, atoms)


def power(values: Values, exponent: float) -> Values:
    """The numbers to a power; of those that have none, nothing is said."""
    if exponent == 0:
        return constant(1.0)
    whole = float(exponent).is_integer()
    if whole and exponent % 2 == 0:
        return power_of_positive(absolute(values), exponent)
    if values.low >= 0 or not whole:
        return power_of_positive(clipped(values, 0.0, math.inf), exponent)
    if exponent > 0:
        return values.mapped(lambda number: math.copysign(_raised(abs(number), exponent), number))
    return Values(-math.inf, math.inf, values.sure) if values.high > 0 else Values(-math.inf, 0.0, values.sure)


def power_of_positive(values: Values, exponent: float) -> Values:
    """Numbers that are not negative to a power."""
    return values.mapped(lambda number: _raised(number, exponent))


def exponential(values: Values) -> Values:
    """e to the numbers."""
    return values.mapped(_exp)


def logarithm(values: Values) -> Values:
    """The natural logarithms of the numbers; of those that have none, nothing is said."""
    return values.mapped(lambda number: math.log(number) if number > 0 else -math.inf)


def _raised(number: float, exponent: float) -> float:
    if number == 0 or math.isinf(number):
        return (0.0 if number == 0 else math.inf) if exponent > 0 else (math.inf if number == 0 else 0.0)
    try:
        return float(number**exponent)
    except OverflowError:
        return math.inf


def _exp(number: float) -> float:
    try:
        return math.exp(number)
    except OverflowError:
        return math.inf
