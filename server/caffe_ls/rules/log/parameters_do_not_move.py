"""The parameters are the same to the last digit shown, display after display.

There are gradients, and nothing moves: the rate is too low, lr_mult is 0, or clip_gradients scales everything to 0.

Source: sgd_solver.cpp (SGDSolver::ApplyUpdate, ClipGradients, ComputeUpdateValue), net.cpp (Net::Backward).

Bad:
        [Backward] All net params (data, diff): L1 norm = (1027.25, 152); L2 norm = (7.06812, 1.3)
    Iteration 0, loss = 2.31
        [Backward] All net params (data, diff): L1 norm = (1027.25, 151); L2 norm = (7.06812, 1.2)
    Iteration 10, loss = 2.3
        [Backward] All net params (data, diff): L1 norm = (1027.25, 155); L2 norm = (7.06812, 1.4)
    Iteration 20, loss = 2.32
        [Backward] All net params (data, diff): L1 norm = (1027.25, 150); L2 norm = (7.06812, 1.3)
        # ^^^
    Iteration 30, loss = 2.3

Good:
        [Backward] All net params (data, diff): L1 norm = (1027.25, 152); L2 norm = (7.06812, 1.3)
    Iteration 0, loss = 2.31
        [Backward] All net params (data, diff): L1 norm = (1027.5, 151); L2 norm = (7.069, 1.2)
    Iteration 10, loss = 2.3
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from caffe_ls.analysis.evidence import Evidence
from caffe_ls.rules.finding import LogFinding, Severity
from caffe_ls.rules.rule import log_rule

_MANY = 4


@log_rule(severity=Severity.WARNING)
def check(evidence: Evidence) -> Iterator[LogFinding]:
    sizes, steps = evidence.run.norms.get(("L1", "data")), evidence.run.norms.get(("L1", "diff"))
    if sizes is None or steps is None or len(sizes.values) < _MANY or len(set(sizes.values)) > 1:
        return
    if all(map(math.isfinite, sizes.values)) and all(value > 0 for value in steps.values):
        last = len(sizes.values) - 1
        text = f"there are gradients, but the parameters have not moved since iteration {sizes.iterations[0]}"
        yield LogFinding(sizes.line_at(last), text, sizes.iterations[last], phase="TRAIN")
