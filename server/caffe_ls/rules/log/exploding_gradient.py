"""The gradients have grown by three orders of magnitude.

A norm of all gradients a thousand times that of the first iteration is on its way to overflow. Where the net is a
recurrent one, clip_gradients holds it; else the rate is too high.

Source: net.cpp (Net::Backward, which prints the norms); Pascanu, Mikolov and Bengio, On the difficulty of training
recurrent neural networks, 2013.

Bad:
        [Backward] All net params (data, diff): L1 norm = (1027, 152); L2 norm = (7.1, 1.3)
    Iteration 0, loss = 2.3
        [Backward] All net params (data, diff): L1 norm = (1028, 140); L2 norm = (7.1, 5100)
        # ^^^
    Iteration 1, loss = 2.9

Good:
        [Backward] All net params (data, diff): L1 norm = (1027, 152); L2 norm = (7.1, 1.3)
    Iteration 0, loss = 2.3
        [Backward] All net params (data, diff): L1 norm = (1028, 140); L2 norm = (7.1, 5.2)
    Iteration 1, loss = 2.9
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from caffe_ls.analysis.evidence import Evidence
from caffe_ls.analysis.observations import shown
from caffe_ls.rules.finding import LogFinding, Severity
from caffe_ls.rules.rule import log_rule

_GROWN = 1e3


@log_rule(severity=Severity.WARNING)
def check(evidence: Evidence) -> Iterator[LogFinding]:
    series = evidence.run.norms.get(("L2", "diff"))
    if series is None or not series.values or not series.values[0] > 0:
        return
    first = series.values[0]
    at = next((at for at, value in enumerate(series.values) if math.isfinite(value) and value >= _GROWN * first), None)
    if at is not None:
        text = f"the L2 norm of all gradients has grown from {shown(first)} to {shown(series.values[at])}"
        yield LogFinding(series.line_at(at), text, series.iterations[at], phase="TRAIN")
