"""What a number was before: the last displays of a series up to a moment."""

from __future__ import annotations

import math
from bisect import bisect_right
from typing import NamedTuple

from caffe_ls.analysis.averages import median
from caffe_ls.log_explanation.figures import figure, sparkline, times
from caffe_ls.training_log.series import Series

_SHOWN = 24


class History(NamedTuple):
    """Iterations and values, the last of them those of the moment itself."""

    iterations: tuple[int, ...]
    values: tuple[float, ...]

    @property
    def last_good(self) -> int | None:
        """The iteration of the last finite value before the one of the moment."""
        pairs = zip(self.iterations[-2::-1], self.values[-2::-1], strict=True)
        return next((iteration for iteration, value in pairs if math.isfinite(value)), None)

    @property
    def growth(self) -> float | None:
        """How many times the last value is what was usual before; None where that cannot be said."""
        before = [abs(value) for value in self.values[:-1] if math.isfinite(value)]
        last = self.values[-1] if self.values else math.nan
        usual = median(before) if len(before) >= 3 else 0.0
        return abs(last) / usual if usual > 0 and math.isfinite(last) else None

    def text(self) -> str | None:
        """The picture, with its first and last iteration and value; None where there is nothing before."""
        if len(self.values) < 2:
            return None
        change = self.growth
        factor = f", {times(change)} times what was usual" if change and not 0.5 <= change <= 2 else ""
        first, last = self.iterations[0], self.iterations[-1]
        where = f"iterations {first} to {last}" if first != last else f"iteration {first}, one after the other"
        return (
            f"`{sparkline(self.values)}` {where}: {figure(self.values[0])} → {figure(self.values[-1])}"
            f" (least {_least(self.values)}, most {_most(self.values)}{factor})"
        )


def history(series: Series | None, line: int, own: tuple[int | None, float] | None = None) -> History:
    """The values of a series down to a line of the log, numbered from 1.

    Long series keep only some of their values: `own`, the iteration and the value of the line itself, is added where
    it is not among them.
    """
    if series is None:
        return History((), ())
    end = bisect_right(range(len(series.values)), line, key=series.line_at)
    start = max(0, end - _SHOWN)
    iterations, values = tuple(series.iterations[start:end]), tuple(series.values[start:end])
    if own is not None and own[0] is not None and end and series.line_at(end - 1) != line:
        iterations, values = (*iterations[1:], own[0]), (*values[1:], own[1])
    return History(iterations, values)


def _least(values: tuple[float, ...]) -> str:
    return figure(min((value for value in values if not math.isnan(value)), default=math.nan))


def _most(values: tuple[float, ...]) -> str:
    return figure(max((value for value in values if not math.isnan(value)), default=math.nan))
