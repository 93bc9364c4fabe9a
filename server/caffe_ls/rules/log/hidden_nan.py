"""Weights are nan, and the loss does not show it.

On the CPU MAX pooling and ReLU compare, and every comparison with nan is false: pooling gives -FLT_MAX, ReLU makes 0 of
it, and a net whose weights are all nan prints a loss near ln C for ever (pooling_layer.cpp, relu_layer.cpp). Whatever
it reports from here on means nothing, and its snapshots are lost.

Source: pooling_layer.cpp (PoolingLayer::Forward_cpu), relu_layer.cpp (ReLULayer::Forward_cpu).

Bad:
        [Forward] Layer conv1, top blob conv1 data: 0.5
        [Forward] Layer conv1, param blob 0 data: 0.2
    Iteration 0, loss = 2.3
        [Forward] Layer conv1, top blob conv1 data: 0.5
        [Forward] Layer conv1, param blob 0 data: nan
        # ^^^
    Iteration 1, loss = 2.3
        Train net output #0: loss = 2.3 (* 1 = 2.3 loss)

Good:
        [Forward] Layer conv1, top blob conv1 data: 0.5
        [Forward] Layer conv1, param blob 0 data: 0.2
    Iteration 0, loss = 2.3
        Train net output #0: loss = 2.3 (* 1 = 2.3 loss)
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from caffe_ls.analysis.evidence import Evidence
from caffe_ls.analysis.observations import first_odd, losses
from caffe_ls.rules.finding import LogFinding, Severity
from caffe_ls.rules.rule import log_rule
from caffe_ls.training_log.table import cell


@log_rule(severity=Severity.WARNING)
def check(evidence: Evidence) -> Iterator[LogFinding]:
    curves = losses(evidence)
    if not curves or any(not math.isfinite(value) for curve in curves for value in curve.series.values):
        return
    for layer in evidence.order:
        for data, _ in evidence.params(layer)[:1]:
            at = first_odd(data)
            if at is not None:
                text = f"the weights of `{layer}` are {cell(data.values[at])}, and the loss does not show it"
                yield LogFinding(data.line_at(at), text, data.iterations[at], layer, phase="TRAIN")
                return
