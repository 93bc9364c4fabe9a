"""A loss that had come down does not change any more.

Where the rate is still that of the beginning, a lower one often goes on; else the run is done.

Source: solver.cpp (Solver::UpdateSmoothedLoss), sgd_solver.cpp (SGDSolver::GetLearningRate).

Bad:
    Iteration 0, loss = 2.3
    Iteration 10, loss = 1.9
    Iteration 20, loss = 1.6
    Iteration 30, loss = 1.3
    Iteration 40, loss = 1.1
    Iteration 50, loss = 1.0
    Iteration 60, loss = 0.9
    Iteration 70, loss = 0.85
    Iteration 80, loss = 0.81
    Iteration 90, loss = 0.79
    Iteration 100, loss = 0.81
    Iteration 110, loss = 0.79
    Iteration 120, loss = 0.81
    Iteration 130, loss = 0.79
    Iteration 140, loss = 0.81
    Iteration 150, loss = 0.79
    Iteration 160, loss = 0.81
    Iteration 170, loss = 0.79
    Iteration 180, loss = 0.81
    Iteration 190, loss = 0.79
    Iteration 200, loss = 0.81
    Iteration 210, loss = 0.79
    Iteration 220, loss = 0.81
    Iteration 230, loss = 0.79
    Iteration 240, loss = 0.81
    Iteration 250, loss = 0.79
    Iteration 260, loss = 0.81
    Iteration 270, loss = 0.79
    Iteration 280, loss = 0.81
    Iteration 290, loss = 0.79
    # ^^^

Good:
    Iteration 0, loss = 2.3
    Iteration 10, loss = 1.9
    Iteration 20, loss = 1.5
"""

from __future__ import annotations

from collections.abc import Iterator

from caffe_ls.analysis.evidence import Evidence
from caffe_ls.analysis.observations import finite_values, has_improved, is_flat, late, losses, shown
from caffe_ls.rules.finding import LogFinding, Severity
from caffe_ls.rules.rule import log_rule

_MANY = 30
_KNOWS_NOTHING = 0.95
_DONE = 0.05  # Of what it was: there is little left to learn.


@log_rule(severity=Severity.HINT)
def check(evidence: Evidence) -> Iterator[LogFinding]:
    for curve in losses(evidence):
        values = finite_values(curve.series)
        half = values[len(values) // 2 :]
        if curve.from_tests or len(values) < _MANY or not has_improved(values) or late(values) < _DONE * values[0]:
            continue
        if curve.chance is not None and late(values) > _KNOWS_NOTHING * curve.chance:
            continue  # Another rule says that it has learnt nothing.
        if is_flat(half) and len(set(half)) > 1:
            last = len(curve.series.values) - 1
            start = curve.series.iterations[len(values) // 2]
            text = f"`{curve.name}` stays at about {shown(late(values))} since iteration {start}"
            iteration = curve.series.iterations[last]
            yield LogFinding(curve.series.line_at(last), text, iteration, blob=curve.name, phase="TRAIN")
