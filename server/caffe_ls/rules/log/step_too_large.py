"""A step changes weights by more than a tenth of their size.

Rate times mean gradient over mean weight says how far one update moves a layer. In nets that train well it is about a
thousandth; from a tenth on, what was learnt before is thrown away with each step. Momentum makes it larger still.

Source: sgd_solver.cpp (SGDSolver::ComputeUpdateValue), net.cpp (Net::ForwardDebugInfo, BackwardDebugInfo);
the course notes CS231n, Neural Networks 3, on the ratio of updates to weights.

Bad:
        [Forward] Layer ip, top blob ip data: 0.5
        [Forward] Layer ip, param blob 0 data: 0.05
        [Backward] Layer ip, param blob 0 diff: 0.02
        # ^^^
    Iteration 0, loss = 2.3
    Iteration 0, lr = 1

Good:
        [Forward] Layer ip, top blob ip data: 0.5
        [Forward] Layer ip, param blob 0 data: 0.05
        [Backward] Layer ip, param blob 0 diff: 0.02
    Iteration 0, loss = 2.3
    Iteration 0, lr = 0.01
"""

from __future__ import annotations

from collections.abc import Iterator

from caffe_ls.analysis.evidence import Evidence
from caffe_ls.analysis.observations import share_in_words, steps_at
from caffe_ls.rules.finding import LogFinding, Severity
from caffe_ls.rules.rule import log_rule

_TENTH = 0.1


@log_rule(severity=Severity.INFORMATION)
def check(evidence: Evidence) -> Iterator[LogFinding]:
    if evidence.run.clipping.values or evidence.adapts_its_steps:
        return
    for step in steps_at(evidence):
        if step.share > _TENTH:
            text = f"one step changes the weights of `{step.layer}` by {share_in_words(step.share)}"
            yield LogFinding(step.line, text, step.iteration, step.layer, phase="TRAIN")
            return
