"""The learning rate grows without end.

exp with a gamma above 1, inv and poly with a negative power, sigmoid with a negative gamma: Caffe takes them all, and
the rate grows until the run diverges. A warm-up, as forks have it, rises too, and then stays.

Source: sgd_solver.cpp (SGDSolver::GetLearningRate).

Bad:
    Iteration 0, lr = 0.01
    Iteration 10, lr = 0.1
    Iteration 20, lr = 1
    # ^^^

Good:
    Iteration 0, lr = 0.001
    Iteration 10, lr = 0.01
    Iteration 20, lr = 0.01
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import pairwise

from caffe_ls.analysis.evidence import Evidence
from caffe_ls.analysis.observations import shown
from caffe_ls.rules.finding import LogFinding, Severity
from caffe_ls.rules.rule import log_rule

_ORDER = 10.0


@log_rule(severity=Severity.INFORMATION)
def check(evidence: Evidence) -> Iterator[LogFinding]:
    rates = evidence.run.rate
    finite = [(at, rate) for at, rate in enumerate(rates.values) if math.isfinite(rate) and rate > 0]
    if len(finite) < 3 or any(after < before for (_, before), (_, after) in pairwise(finite)):
        return
    (_, first), (_, before), (at, last) = finite[0], finite[-2], finite[-1]
    if last >= _ORDER * first and last > before:
        text = f"the learning rate has grown from {shown(first)} to {shown(last)} by iteration {rates.iterations[at]}"
        yield LogFinding(rates.line_at(at), text, rates.iterations[at], phase="TRAIN")
