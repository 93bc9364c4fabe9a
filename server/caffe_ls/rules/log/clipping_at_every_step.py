"""The gradients are clipped in every iteration.

clip_gradients is meant for the odd large gradient. Where every step is clipped, it sets the length of all steps: the
learning rate means something else than it says, and the threshold is what to tune.

Source: sgd_solver.cpp (SGDSolver::ClipGradients); Pascanu, Mikolov and Bengio, On the difficulty of training
recurrent neural networks, 2013.

Bad:
    Iteration 0, loss = 2.3
    Gradient clipping: scaling down gradients (L2 norm 50 > 35) by scale factor 0.7
    # ^^^
    Iteration 1, loss = 2.3
    Gradient clipping: scaling down gradients (L2 norm 50 > 35) by scale factor 0.7
    Iteration 2, loss = 2.3
    Gradient clipping: scaling down gradients (L2 norm 50 > 35) by scale factor 0.7
    Iteration 3, loss = 2.3
    Gradient clipping: scaling down gradients (L2 norm 50 > 35) by scale factor 0.7
    Iteration 4, loss = 2.3
    Gradient clipping: scaling down gradients (L2 norm 50 > 35) by scale factor 0.7
    Iteration 5, loss = 2.3
    Gradient clipping: scaling down gradients (L2 norm 50 > 35) by scale factor 0.7
    Iteration 6, loss = 2.3
    Gradient clipping: scaling down gradients (L2 norm 50 > 35) by scale factor 0.7
    Iteration 7, loss = 2.3
    Gradient clipping: scaling down gradients (L2 norm 50 > 35) by scale factor 0.7
    Iteration 8, loss = 2.3
    Gradient clipping: scaling down gradients (L2 norm 50 > 35) by scale factor 0.7
    Iteration 9, loss = 2.3
    Gradient clipping: scaling down gradients (L2 norm 50 > 35) by scale factor 0.7
    Iteration 10, loss = 2.3
    Gradient clipping: scaling down gradients (L2 norm 50 > 35) by scale factor 0.7
    Iteration 11, loss = 2.3
    Gradient clipping: scaling down gradients (L2 norm 50 > 35) by scale factor 0.7

Good:
    Iteration 0, loss = 2.3
    Gradient clipping: scaling down gradients (L2 norm 50 > 35) by scale factor 0.7
    Iteration 1, loss = 2.2
    Iteration 2, loss = 2.2
"""

from __future__ import annotations

from collections.abc import Iterator

from caffe_ls.analysis.evidence import Evidence
from caffe_ls.rules.finding import LogFinding, Severity
from caffe_ls.rules.rule import log_rule

_MANY = 10


@log_rule(severity=Severity.HINT)
def check(evidence: Evidence) -> Iterator[LogFinding]:
    run = evidence.run
    if run.last_iteration is None or run.first_iteration is None:
        return
    iterations = run.last_iteration - run.first_iteration + 1
    if run.clipping.count >= _MANY and run.clipping.count >= 0.9 * iterations:
        times = f"{run.clipping.count} of {iterations} iterations"
        text = f"the gradients are clipped in {times}: clipping sets the length of each step"
        yield LogFinding(run.clipping.line_at(0), text, run.clipping.iterations[0], phase="TRAIN")
