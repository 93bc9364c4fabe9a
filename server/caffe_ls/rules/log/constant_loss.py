"""A loss is the same number in every iteration.

Batches differ, and so do their losses. One that never changes is not computed of the data: it is 0 where nothing is
counted (a matrix H of zeros, labels that are all ignored, an iter_size below 1), or what scores give that are always
the same.

Source: solver.cpp (Solver::Step, which prints the outputs); Forward_cpu of infogain_loss_layer.cpp and
softmax_loss_layer.cpp.

Bad:
    Iteration 0, loss = 0
        Train net output #0: loss = 0 (* 1 = 0 loss)
    Iteration 1, loss = 0
        Train net output #0: loss = 0 (* 1 = 0 loss)
    Iteration 2, loss = 0
        Train net output #0: loss = 0 (* 1 = 0 loss)
    Iteration 3, loss = 0
        Train net output #0: loss = 0 (* 1 = 0 loss)
    Iteration 4, loss = 0
        Train net output #0: loss = 0 (* 1 = 0 loss)
        # ^^^

Good:
    Iteration 0, loss = 0.5
        Train net output #0: loss = 0.5 (* 1 = 0.5 loss)
    Iteration 1, loss = 0.4
        Train net output #0: loss = 0.4 (* 1 = 0.4 loss)
"""

from __future__ import annotations

from collections.abc import Iterator

from caffe_ls.analysis.evidence import Evidence
from caffe_ls.analysis.observations import losses, shown
from caffe_ls.rules.finding import LogFinding, Severity
from caffe_ls.rules.rule import log_rule

_MANY = 5


@log_rule(severity=Severity.WARNING)
def check(evidence: Evidence) -> Iterator[LogFinding]:
    for curve in losses(evidence):
        values = curve.series.values
        if len(values) >= _MANY and len(set(values)) == 1 and not curve.from_tests:
            last = len(values) - 1
            text = f"`{curve.name}` is {shown(values[0])} in every iteration: it does not depend on the data"
            iteration = curve.series.iterations[last]
            yield LogFinding(curve.series.line_at(last), text, iteration, blob=curve.name, phase="TRAIN")
