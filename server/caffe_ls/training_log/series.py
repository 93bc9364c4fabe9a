"""A quantity over the iterations, as two columns that stay small: extremes and non-finite points are kept."""

from __future__ import annotations

import math
from array import array
from collections.abc import Sequence
from itertools import count, islice
from operator import add

POINTS = 2_000
_MOST_NON_FINITE = 20_000  # beyond it only the first and the last of a bucket are kept


class Series:
    """Iterations and values in the log's order; `points` None keeps all. `line_at` tells where a value stands."""

    __slots__ = ("_into", "_starts", "count", "iterations", "points", "values")

    def __init__(self, points: int | None = POINTS) -> None:
        self.iterations = array("q")
        self.values = array("d")
        self._starts = array("q")  # the line of each value, less `_into`: passes that are alike share theirs
        self._into = 0
        self.points = points
        self.count = 0  # of all points seen

    def line_at(self, at: int) -> int:
        """The line, from 1, that the value of index `at` stands on; 0 where that is not known."""
        start = self._starts[at]
        return start + self._into if start else 0

    def add(self, iteration: int, value: float, line: int = 0) -> None:
        self.iterations.append(iteration)
        self.values.append(value)
        self._starts.append(line - self._into if line else 0)
        self.count += 1
        if self.points is not None and len(self.values) >= 2 * self.points:
            self._thin()

    def extend(self, iterations: array[int], values: array[float], starts: array[int], into: int) -> None:
        """As `add` of each in turn, `into` lines below `starts`; thinned at the same points, whatever the portions."""
        if not self.values:
            self._into = into
        elif into != self._into:
            starts = array("q", [start + into - self._into for start in starts])
        self.count += len(values)
        while self.points is not None and len(self.values) + len(values) >= 2 * self.points:
            room = max(1, 2 * self.points - len(self.values))
            self._append(iterations[:room], values[:room], starts[:room])
            self._thin()
            iterations, values, starts = iterations[room:], values[room:], starts[room:]
        self._append(iterations, values, starts)

    def _append(self, iterations: array[int], values: array[float], starts: array[int]) -> None:
        self.iterations.extend(iterations)
        self.values.extend(values)
        self._starts.extend(starts)

    def thinned(self) -> tuple[list[int], list[float]]:
        """At most `points` finite points, and the non-finite ones."""
        if self.points is None or len(self.values) <= self.points:
            return list(self.iterations), list(self.values)
        kept = kept_points(self.values, self.points)
        return [self.iterations[at] for at in kept], [self.values[at] for at in kept]

    def thin_to(self, points: int) -> None:
        """Keep fewer points from now on."""
        if self.points is not None and points < self.points:
            self.points = points
            if len(self.values) > points:
                self._thin()

    def _thin(self) -> None:
        assert self.points is not None
        kept = kept_points(self.values, self.points)
        self.iterations = array("q", map(self.iterations.__getitem__, kept))
        self.values = array("d", map(self.values.__getitem__, kept))
        self._starts = array("q", map(self._starts.__getitem__, kept))
        if len(kept) > 1.5 * self.points:  # much non-finite: room to grow before the next thinning
            self.points = len(kept)


def kept_points(values: Sequence[float], points: int) -> list[int]:
    """The indexes to keep: of each bucket the smallest, the largest and the non-finite ones; the first and the last."""
    buckets = max(1, points // 2 - 1)
    size = -(-len(values) // buckets)
    kept = {0, len(values) - 1} if values else set()
    if math.isfinite(sum(values)):  # as nearly always: then buckets are looked through all at once
        in_buckets = [*zip(*[iter(values)] * size, strict=False)]
        if len(in_buckets) * size < len(values):
            in_buckets.append(tuple(values[len(in_buckets) * size :]))
        kept.update(map(add, count(0, size), map(tuple.index, in_buckets, map(min, in_buckets))))
        kept.update(map(add, count(0, size), map(tuple.index, in_buckets, map(max, in_buckets))))
        return sorted(kept)
    non_finite = 0
    for start in range(0, len(values), size):
        bucket = values[start : start + size]
        if not math.isfinite(sum(bucket)):
            odd = [at for at, value in enumerate(bucket) if not math.isfinite(value)]
            non_finite += len(odd)
            kept.update(start + at for at in (odd if non_finite <= _MOST_NON_FINITE else (*odd[:1], *odd[-1:])))
            finite = [(value, at) for at, value in enumerate(bucket) if math.isfinite(value)]
            if finite:
                kept.add(start + min(finite)[1])
                kept.add(start + max(finite, key=lambda pair: pair[0])[1])
        else:
            plain = list(islice(bucket, None))
            kept.add(start + plain.index(min(plain)))
            kept.add(start + plain.index(max(plain)))
    return sorted(kept)
