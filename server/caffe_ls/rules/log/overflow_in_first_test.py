"""Only the very first test gives nan, inf or 87.3365.

Tests use BatchNorm's running statistics, and before any training these are 0: about sixteen BatchNorms in a row
overflow (batch_norm_layer.cpp). The test before the first iteration is on by default, and what it says is harmless;
`test_initialization: false` leaves it out.

Source: batch_norm_layer.cpp (BatchNormLayer::LayerSetUp, Forward_cpu), solver.cpp (Solver::Step).

Bad:
    Iteration 0, Testing net (#0)
        Test net output #0: loss = nan (* 1 = nan loss)
        # ^^^
    Iteration 0, loss = 7.1
    Iteration 100, Testing net (#0)
        Test net output #0: loss = 6.2 (* 1 = 6.2 loss)

Good:
    Iteration 0, Testing net (#0)
        Test net output #0: loss = 7.1 (* 1 = 7.1 loss)
    Iteration 100, Testing net (#0)
        Test net output #0: loss = 6.2 (* 1 = 6.2 loss)
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from caffe_ls.analysis.evidence import Evidence
from caffe_ls.rules.finding import LogFinding, Severity
from caffe_ls.rules.rule import log_rule


@log_rule(severity=Severity.INFORMATION)
def check(evidence: Evidence) -> Iterator[LogFinding]:
    for output, series in evidence.run.outputs.items():
        if output.phase != "TEST" or len(series.values) < 2 or series.iterations[0] != 0:
            continue
        first, rest = series.values[0], series.values[1:]
        if not math.isfinite(first) and all(map(math.isfinite, rest)):
            text = f"`{output.name}` is no number in the first test alone, before anything is learnt: harmless"
            yield LogFinding(series.line_at(0), text, 0, blob=output.name, phase="TEST")
