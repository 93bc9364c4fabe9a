"""A run's iterations as rows, with the columns of Caffe's parse_log; nan and inf are numbers like others."""

from __future__ import annotations

import math
from collections.abc import Iterator

from caffe_ls.training_log.record import Run
from caffe_ls.training_log.series import Series

FIRST_COLUMNS = ("NumIters", "LearningRate")


def columns(run: Run, phase: str, net: int = 0) -> list[str]:
    """The headings of the train net's table or a test net's."""
    return [*FIRST_COLUMNS, *_named(run, phase, net)]


def rows(run: Run, phase: str, net: int = 0) -> Iterator[list[str]]:
    """One row for each iteration with an output, in order; a cell without a value is empty.

    The rate is that of the iteration, or, where a test comes before the line that tells it, of the one before.
    """
    series = _named(run, phase, net)
    at_iteration: dict[int, list[float | None]] = {}
    for column, one in enumerate(series.values()):
        for iteration, value in zip(one.iterations, one.values, strict=True):
            at_iteration.setdefault(iteration, [None] * len(series))[column] = value
    rates = dict(zip(run.rate.iterations, run.rate.values, strict=True))
    told = sorted(rates)
    rate, following = None, 0
    for iteration in sorted(at_iteration):
        while following < len(told) and told[following] <= iteration:
            rate = rates[told[following]]
            following += 1
        yield [str(iteration), *(cell(value) for value in (rate, *at_iteration[iteration]))]


def cell(value: float | None) -> str:
    """A number as the log prints it; the sign of a nan is kept."""
    if value is None:
        return ""
    if math.isnan(value):
        return "-nan" if math.copysign(1, value) < 0 else "nan"
    return format(value, ".9g")


def _named(run: Run, phase: str, net: int) -> dict[str, Series]:
    """Outputs by name; of a vector's, which share a name, all but the first carry their number."""
    named: dict[str, Series] = {}
    for output in sorted((one for one in run.outputs if one[:2] == (phase, net)), key=lambda one: one.number):
        name = output.name if output.name not in named else f"{output.name}[{output.number}]"
        named[name] = run.outputs[output]
    return named
