"""The loss of tests rises while that of training still falls.

The net learns its training data by heart. Stop at the best test, or hold it back: more data, dropout, weight decay.

Source: solver.cpp (Solver::Test); Prechelt, Early stopping - but when?, 1998.

Bad:
    Iteration 0, Testing net (#0)
        Test net output #0: loss = 2.3 (* 1 = 2.3 loss)
    Iteration 0, loss = 2.3
        Train net output #0: loss = 2.3 (* 1 = 2.3 loss)
    Iteration 100, Testing net (#0)
        Test net output #0: loss = 1.1 (* 1 = 1.1 loss)
        # ^^^
    Iteration 100, loss = 1
        Train net output #0: loss = 1 (* 1 = 1 loss)
    Iteration 200, Testing net (#0)
        Test net output #0: loss = 1.3 (* 1 = 1.3 loss)
    Iteration 200, loss = 0.5
        Train net output #0: loss = 0.5 (* 1 = 0.5 loss)
    Iteration 300, Testing net (#0)
        Test net output #0: loss = 1.5 (* 1 = 1.5 loss)
    Iteration 300, loss = 0.2
        Train net output #0: loss = 0.2 (* 1 = 0.2 loss)
    Iteration 400, Testing net (#0)
        Test net output #0: loss = 1.7 (* 1 = 1.7 loss)
    Iteration 400, loss = 0.1
        Train net output #0: loss = 0.1 (* 1 = 0.1 loss)

Good:
    Iteration 0, Testing net (#0)
        Test net output #0: loss = 2.3 (* 1 = 2.3 loss)
    Iteration 0, loss = 2.3
        Train net output #0: loss = 2.3 (* 1 = 2.3 loss)
    Iteration 100, Testing net (#0)
        Test net output #0: loss = 1.1 (* 1 = 1.1 loss)
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from caffe_ls.analysis.evidence import Evidence
from caffe_ls.analysis.observations import finite_values, has_improved, losses, shown
from caffe_ls.rules.finding import LogFinding, Severity
from caffe_ls.rules.rule import log_rule

_MANY = 5


@log_rule(severity=Severity.HINT)
def check(evidence: Evidence) -> Iterator[LogFinding]:
    for curve in losses(evidence):
        tested = evidence.test_output(curve.name)
        trained = finite_values(curve.series)
        if (
            curve.from_tests
            or tested is None
            or len(tested.values) < _MANY
            or not all(map(math.isfinite, tested.values))
        ):
            continue
        best = min(range(len(tested.values)), key=tested.values.__getitem__)
        rest = tested.values[best + 1 :]
        rises = len(rest) >= 3 and min(rest[-2:]) > 1.2 * tested.values[best] and tested.values[best] > 0
        if rises and has_improved(trained) and trained[-1] < tested.values[best]:
            text = (
                f"`{curve.name}` of tests was best here, {shown(tested.values[best])}, and has risen to "
                f"{shown(rest[-1])}, while training went on to {shown(trained[-1])}"
            )
            yield LogFinding(tested.line_at(best), text, tested.iterations[best], blob=curve.name, phase="TEST")
