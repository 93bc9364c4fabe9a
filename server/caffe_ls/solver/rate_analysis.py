"""What becomes of the learning rate over a whole run, found without walking through it.

Every policy falls into a few rows of iterations along which the rate only rises or only falls, and these are searched
by halves.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache

from caffe_ls.immutable import dataclass
from caffe_ls.solver.learning_rate import STEPPED, RatePolicy, changes, inv_base, rate_at


@dataclass(frozen=True, slots=True)
class RatePoint:
    """A rate and the iteration that has it."""

    iteration: int
    rate: float


@dataclass(frozen=True, slots=True)
class RateAnalysis:
    """What becomes of the rate in the iterations 0 to `end` - 1; each first point is None where there is none.

    `first_tiny` is the first rate of a size that float32 weights hardly feel, next to the largest;
    `first_above_start` the first above the rate at the start, or above `base_lr` where the rate warms up to that;
    `highest` and `lowest` leave out what is not finite and are None where nothing is finite.
    """

    end: int
    start: RatePoint
    last: RatePoint
    first_nonfinite: RatePoint | None
    first_negative: RatePoint | None
    first_zero: RatePoint | None
    first_tiny: RatePoint | None
    first_above_start: RatePoint | None
    highest: RatePoint | None
    lowest: RatePoint | None

    @property
    def is_constant(self) -> bool:
        """Whether the rate is the same in all iterations."""
        return self.highest is not None and self.lowest is not None and self.highest.rate == self.lowest.rate and (
            self.first_nonfinite is None
        )  # fmt: skip


TINY_SHARE = 1e-7
"""A rate below this share of the largest adds less to a weight than float32 resolves."""


@lru_cache(maxsize=64)
def analyse(policy: RatePolicy, end: int) -> RateAnalysis:
    """The rate over a run of `end` iterations, one at least."""
    end = max(end, 1)
    rows = list(_rows(policy, end))
    start = RatePoint(0, rate_at(policy, 0))
    ends = [point for row in rows for point in _finite_ends(policy, row)]
    highest = max(ends, key=lambda point: (point.rate, -point.iteration), default=None)
    lowest = min(ends, key=lambda point: (point.rate, point.iteration), default=None)
    tiny = TINY_SHARE * max((abs(point.rate) for point in ends), default=0.0)

    def first(holds: Callable[[float], bool]) -> RatePoint | None:
        found = [iteration for row in rows if (iteration := _first(policy, row, holds)) is not None]
        return RatePoint(min(found), rate_at(policy, min(found))) if found else None

    return RateAnalysis(
        end,
        start,
        RatePoint(end - 1, rate_at(policy, end - 1)),
        first(lambda rate: not math.isfinite(rate)),
        first(lambda rate: rate < 0),
        first(lambda rate: rate == 0),
        first(lambda rate: abs(rate) < tiny),
        first(lambda rate: rate > (start.rate if policy.warm_up is None else max(start.rate, policy.base_lr))),
        highest,
        lowest,
    )


def samples(policy: RatePolicy, end: int, most: int = 500) -> tuple[RatePoint, ...]:
    """Points to draw the rate's curve over `end` iterations: spread evenly, and both sides of each step."""
    end = max(end, 1)
    count = max(2, most // 2)
    iterations = {round(index * (end - 1) / (count - 1)) for index in range(count)}
    steps = changes(policy, end)
    for step in steps[: most // 4]:
        iterations |= {step - 1, step}
    return tuple(RatePoint(iteration, rate_at(policy, iteration)) for iteration in sorted(iterations) if iteration >= 0)


def _rows(policy: RatePolicy, end: int) -> Iterator[Sequence[int]]:
    """The iterations of a run in rows along which the rate is monotone and keeps its sign.

    The first iteration stands alone, since nan and inf in a policy often spare it. Iterations between two steps, which
    have the rate of the first of them, are left out.
    """
    begins_at = min(policy.begins_at, end)
    if not begins_at:
        yield from _rows_of_policy(policy, end)
        return
    yield range(1)
    yield range(1, begins_at)
    yield range(begins_at, min(begins_at + 1, end))
    for row in _rows_of_policy(policy, end):
        yield row[bisect_left(row, begins_at + 1) :]


def _rows_of_policy(policy: RatePolicy, end: int) -> Iterator[Sequence[int]]:
    yield range(1)
    if policy.name == "multifixed":
        yield from ((step,) for step in changes(policy, end))
        return
    if policy.name in STEPPED:
        steps = changes(policy, end)
        yield from (steps[0::2], steps[1::2]) if policy.gamma < 0 else (steps,)
    elif policy.name == "exp" and policy.gamma < 0:
        yield range(1, end, 2)
        yield range(2, end, 2)
    elif policy.name == "inv" and policy.gamma < 0:
        rest = range(1, end)
        to_zero = _first_index(rest, lambda iteration: not inv_base(policy, iteration) > 0)
        beyond = _first_index(rest, lambda iteration: not inv_base(policy, iteration) >= 0)
        yield from (rest[:to_zero], rest[to_zero:beyond], rest[beyond:])
    elif policy.name in ("sigmoid", "poly"):
        # A sigmoid has its middle at stepsize, where an infinite gamma is multiplied by 0; poly comes to 0 at max_iter.
        middle = min(max(policy.stepsize if policy.name == "sigmoid" else policy.max_iter, 1), end)
        yield from (range(1, middle), range(middle, min(middle + 1, end)), range(middle + 1, end))
    else:
        yield range(1, end)


def _finite_ends(policy: RatePolicy, row: Sequence[int]) -> Iterator[RatePoint]:
    """The two ends of what is finite in a row: its lowest and its highest rate."""
    if not row:
        return
    stop = _first_index(row, lambda iteration: not math.isfinite(rate_at(policy, iteration)))
    for index in {0, stop - 1} if stop else ():
        yield RatePoint(row[index], rate_at(policy, row[index]))


def _first(policy: RatePolicy, row: Sequence[int], holds: Callable[[float], bool]) -> int | None:
    """The first iteration of a row whose rate `holds`; along a row it does so from some point on, or up to one."""
    if not row:
        return None
    if holds(rate_at(policy, row[0])):
        return row[0]
    if not holds(rate_at(policy, row[-1])):
        return None
    return row[_first_index(row, lambda iteration: holds(rate_at(policy, iteration)))]


def _first_index(row: Sequence[int], holds: Callable[[int], bool]) -> int:
    """The index of the first iteration from which on it `holds`; the row's length where it never does."""
    low, high = 0, len(row)
    while low < high:
        middle = (low + high) // 2
        if holds(row[middle]):
            high = middle
        else:
            low = middle + 1
    return low
