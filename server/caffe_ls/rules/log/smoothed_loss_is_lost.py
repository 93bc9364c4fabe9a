"""The smoothed loss is nan for good, while the outputs are numbers again.

`Iteration N, loss` is an average that is carried on from iteration to iteration: one nan or inf in it stays in it
(solver.cpp, Solver::UpdateSmoothedLoss). `Train net output` is the iteration's own: trust that.

Source: solver.cpp (Solver::UpdateSmoothedLoss).

Bad:
    Iteration 0, loss = 2.3
        Train net output #0: loss = 2.3 (* 1 = 2.3 loss)
    Iteration 1, loss = nan
        Train net output #0: loss = nan (* 1 = nan loss)
    Iteration 2, loss = nan
    # ^^^
        Train net output #0: loss = 2.2 (* 1 = 2.2 loss)
    Iteration 3, loss = nan
        Train net output #0: loss = 2.1 (* 1 = 2.1 loss)

Good:
    Iteration 0, loss = 2.3
        Train net output #0: loss = 2.3 (* 1 = 2.3 loss)
    Iteration 1, loss = nan
        Train net output #0: loss = nan (* 1 = nan loss)
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from caffe_ls.analysis.evidence import Evidence
from caffe_ls.rules.finding import LogFinding, Severity
from caffe_ls.rules.rule import log_rule
from caffe_ls.training_log.series import Series


@log_rule(severity=Severity.INFORMATION)
def check(evidence: Evidence) -> Iterator[LogFinding]:
    smoothed = evidence.run.loss
    outputs = [series for output, series in evidence.run.outputs.items() if output.phase == "TRAIN"]
    if not smoothed.values or math.isfinite(smoothed.values[-1]) or not outputs:
        return
    if not all(math.isfinite(series.values[-1]) for series in outputs):
        return
    fine = 1 + max((at for series in outputs for at in _odd_iterations(series)), default=-1)
    at = next(
        (
            at
            for at, shown in enumerate(smoothed.iterations)
            if shown >= fine and not math.isfinite(smoothed.values[at])
        ),
        None,
    )
    if at is not None:
        text = "the smoothed loss has kept a value that was no number: the outputs are numbers again"
        yield LogFinding(smoothed.line_at(at), text, smoothed.iterations[at], phase="TRAIN")


def _odd_iterations(series: Series) -> Iterator[int]:
    return (at for at, value in zip(series.iterations, series.values, strict=True) if not math.isfinite(value))
