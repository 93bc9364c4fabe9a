"""A loss has grown by an order of magnitude.

A loss that is ten times what it was when training began, and does not come down again, shows a run that diverges: the
learning rate, an input or a weight of the loss is too large.

Source: solver.cpp (Solver::Step, which prints the outputs); Bottou, Stochastic gradient descent tricks, 2012.

Bad:
    Iteration 0, loss = 0.5
        Train net output #0: loss = 0.5 (* 1 = 0.5 loss)
    Iteration 1, loss = 12
        Train net output #0: loss = 12 (* 1 = 12 loss)
        # ^^^
    Iteration 2, loss = 1300
        Train net output #0: loss = 1300 (* 1 = 1300 loss)
    Iteration 3, loss = 91000
        Train net output #0: loss = 91000 (* 1 = 91000 loss)

Good:
    Iteration 0, loss = 0.5
        Train net output #0: loss = 0.5 (* 1 = 0.5 loss)
    Iteration 1, loss = 0.6
        Train net output #0: loss = 0.6 (* 1 = 0.6 loss)
    Iteration 2, loss = 0.4
        Train net output #0: loss = 0.4 (* 1 = 0.4 loss)
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from caffe_ls.analysis.evidence import Evidence
from caffe_ls.analysis.observations import finite_values, late, losses, shown
from caffe_ls.rules.finding import LogFinding, Severity
from caffe_ls.rules.rule import log_rule

_ORDER = 10.0


@log_rule(severity=Severity.WARNING)
def check(evidence: Evidence) -> Iterator[LogFinding]:
    for curve in losses(evidence):
        values = curve.series.values
        finite = [abs(value) for value in finite_values(curve.series)]
        if len(finite) < 3 or not finite[0] or curve.from_tests:
            continue
        limit = _ORDER * max(finite[0], curve.chance or 0.0)
        if late(finite) < limit:
            continue
        at = next(at for at, value in enumerate(values) if math.isfinite(value) and abs(value) >= limit)
        text = f"`{curve.name}` is {shown(values[at])}, from {shown(values[0])} at first, and does not come down again"
        yield LogFinding(curve.series.line_at(at), text, curve.series.iterations[at], blob=curve.name, phase="TRAIN")
