"""The learning rate is nan or inf.

The rate depends on the solver and the iteration alone (sgd_solver.cpp, SGDSolver::GetLearningRate): base_lr, gamma or
power is not finite, or the policy has grown beyond float32. Every parameter is lost with the next update.

Source: sgd_solver.cpp (SGDSolver::GetLearningRate, ApplyUpdate).

Bad:
    Iteration 10, loss = 2.3
    Iteration 10, lr = -nan
    # ^^^

Good:
    Iteration 10, loss = 2.3
    Iteration 10, lr = 0.01
"""

from __future__ import annotations

from collections.abc import Iterator

from caffe_ls.analysis.evidence import Evidence
from caffe_ls.analysis.observations import first_odd
from caffe_ls.rules.finding import LogFinding, Severity
from caffe_ls.rules.rule import log_rule
from caffe_ls.training_log.table import cell


@log_rule(severity=Severity.WARNING)
def check(evidence: Evidence) -> Iterator[LogFinding]:
    rates = evidence.run.rate
    at = first_odd(rates)
    if at is not None:
        iteration = rates.iterations[at]
        text = f"the learning rate is {cell(rates.values[at])} in iteration {iteration}: the solver alone makes it"
        yield LogFinding(rates.line_at(at), text, iteration, phase="TRAIN")
