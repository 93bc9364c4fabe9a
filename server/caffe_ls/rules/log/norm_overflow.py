"""The norms over all parameters are beyond float32.

The last line of a debug block sums the squares of all parameters, and of all gradients, in float32: it prints inf from
about 1.8e19 on, many iterations before any single blob does (net.cpp, Net::BackwardDebugInfo). It is the first sign of
a run that diverges.

Source: net.cpp (Net::Backward, after BackwardDebugInfo of the layers), blob.cpp (Blob::sumsq_data, sumsq_diff).

Bad:
        [Backward] All net params (data, diff): L1 norm = (1027, 152); L2 norm = (7.1, 1.3)
    Iteration 0, loss = 2.3
        [Backward] All net params (data, diff): L1 norm = (1e+22, 4e+23); L2 norm = (1e+19, inf)
        # ^^^
    Iteration 1, loss = 80.1

Good:
        [Backward] All net params (data, diff): L1 norm = (1027, 152); L2 norm = (7.1, 1.3)
    Iteration 0, loss = 2.3
        [Backward] All net params (data, diff): L1 norm = (1028, 140); L2 norm = (7.1, 1.2)
    Iteration 1, loss = 2.2
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from caffe_ls.analysis.evidence import Evidence
from caffe_ls.analysis.observations import first_odd
from caffe_ls.rules.finding import LogFinding, Severity
from caffe_ls.rules.rule import log_rule


@log_rule(severity=Severity.WARNING)
def check(evidence: Evidence) -> Iterator[LogFinding]:
    for (norm, part), series in evidence.run.norms.items():
        at = first_odd(series)
        if at is not None and math.isinf(series.values[at]):
            what = "parameters" if part == "data" else "gradients"
            iteration = series.iterations[at]
            text = f"the {norm} norm of all {what} overflows in iteration {iteration}: the run diverges"
            yield LogFinding(series.line_at(at), text, iteration, phase="TRAIN")
            return
