"""The learning rate is 0: nothing is learnt any more.

`gamma` has no useful default, it is 0: under step, multistep and exp a solver without gamma sets the rate to 0 at the
first step, without a word. A base_lr that is missing is 0, too. At the end of a run under poly it is as it should be.

Source: sgd_solver.cpp (SGDSolver::GetLearningRate), caffe.proto (SolverParameter.gamma).

Bad:
    Iteration 90, lr = 0.01
    Iteration 100, lr = 0
    # ^^^
    Iteration 110, lr = 0

Good:
    Iteration 90, lr = 0.01
    Iteration 100, lr = 0.001
    Iteration 110, lr = 0.001
"""

from __future__ import annotations

from collections.abc import Iterator

from caffe_ls.analysis.evidence import Evidence
from caffe_ls.rules.finding import LogFinding, Severity
from caffe_ls.rules.rule import log_rule


@log_rule(severity=Severity.WARNING)
def check(evidence: Evidence) -> Iterator[LogFinding]:
    rates = evidence.run.rate
    at = next((at for at, rate in enumerate(rates.values) if rate == 0), None)
    if at is None or len(rates.values) - at < 2:
        return
    text = f"the learning rate is 0 from iteration {rates.iterations[at]} on: nothing is learnt any more"
    yield LogFinding(rates.line_at(at), text, rates.iterations[at], phase="TRAIN")
