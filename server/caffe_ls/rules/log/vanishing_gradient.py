"""The gradient fades away on its way down.

Each Sigmoid passes a quarter of the gradient at most, small weights less. Four decades below the last layer's gradient
the first layer hardly moves: a rate that fits one is lost on the other.

Source: sigmoid_layer.cpp (SigmoidLayer::Backward_cpu), net.cpp (Net::BackwardDebugInfo); Glorot and Bengio,
Understanding the difficulty of training deep feedforward neural networks, 2010.

Bad:
        [Backward] Layer ip3, param blob 0 diff: 0.02
        [Backward] Layer ip2, param blob 0 diff: 1e-05
        [Backward] Layer ip1, param blob 0 diff: 2e-09
        # ^^^
    Iteration 0, loss = 2.3

Good:
        [Backward] Layer ip3, param blob 0 diff: 0.02
        [Backward] Layer ip2, param blob 0 diff: 0.01
        [Backward] Layer ip1, param blob 0 diff: 0.002
    Iteration 0, loss = 2.3
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from caffe_ls.analysis.averages import median
from caffe_ls.analysis.evidence import Evidence
from caffe_ls.analysis.observations import SATURATING, finite_values, shown
from caffe_ls.rules.finding import LogFinding, Severity
from caffe_ls.rules.rule import log_rule

_VANISHED = 1e-4


@log_rule(severity=Severity.INFORMATION)
def check(evidence: Evidence) -> Iterator[LogFinding]:
    weights = [
        (quantity.layer, series)
        for quantity, series in evidence.every_backward()
        if quantity.end == "param" and quantity.blob == "0" and any(map(math.isfinite, series.values))
    ]
    squashes = any(spec.type in SATURATING for spec in evidence.written.values()) or not evidence.written
    if len(weights) < 3 or not squashes:
        return
    (_, highest), (layer, lowest) = weights[0], weights[-1]
    above, below = median(finite_values(highest)), median(finite_values(lowest))
    if above > 0 and 0 < below < _VANISHED * above:
        text = (
            f"the gradient of `{layer}` is {shown(below / above)} of that of `{weights[0][0]}`: hardly anything arrives"
        )
        yield LogFinding(lowest.line_at(0), text, lowest.iterations[0], layer, phase="TRAIN")
