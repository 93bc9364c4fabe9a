"""A loss over classes stays where knowing nothing is.

A net that knows nothing gives each of C classes the same probability: its SoftmaxWithLoss is ln C. Early in training
that is so; for long it means that nothing is learnt. Mind that MAX pooling and ReLU hide nan (their comparisons with
nan are false): a net whose weights are all nan stays at ln C for ever, and only debug_info shows it.

Source: softmax_loss_layer.cpp (SoftmaxWithLossLayer::Forward_cpu); pooling_layer.cpp and relu_layer.cpp hide nan.

Bad:
    Initializing net from parameters:
    layer {
      name: "data" type: "Input" top: "data" top: "label"
      input_param { shape { dim: 8 dim: 4 } shape { dim: 8 } }
    }
    layer { name: "ip" type: "InnerProduct" bottom: "data" top: "ip" inner_product_param { num_output: 10 } }
    layer { name: "loss" type: "SoftmaxWithLoss" bottom: "ip" bottom: "label" top: "loss" }
    Iteration 0, loss = 2.31
    Iteration 1, loss = 2.3
    Iteration 2, loss = 2.29
    Iteration 3, loss = 2.31
    Iteration 4, loss = 2.3
    Iteration 5, loss = 2.3
    Iteration 6, loss = 2.31
    Iteration 7, loss = 2.3
    Iteration 8, loss = 2.3
    Iteration 9, loss = 2.3
    # ^^^

Good:
    Initializing net from parameters:
    layer {
      name: "data" type: "Input" top: "data" top: "label"
      input_param { shape { dim: 8 dim: 4 } shape { dim: 8 } }
    }
    layer { name: "ip" type: "InnerProduct" bottom: "data" top: "ip" inner_product_param { num_output: 10 } }
    layer { name: "loss" type: "SoftmaxWithLoss" bottom: "ip" bottom: "label" top: "loss" }
    Iteration 0, loss = 2.31
    Iteration 10, loss = 1.7
"""

from __future__ import annotations

from collections.abc import Iterator

from caffe_ls.analysis.evidence import Evidence
from caffe_ls.analysis.observations import finite_values, late, losses
from caffe_ls.rules.finding import LogFinding, Severity
from caffe_ls.rules.rule import log_rule

_MANY = 10
_BELOW, _ABOVE = 0.95, 1.1  # Around ln C, with the scatter of batches.


@log_rule(severity=Severity.INFORMATION)
def check(evidence: Evidence) -> Iterator[LogFinding]:
    for curve in losses(evidence):
        values = finite_values(curve.series)
        if curve.chance is None or len(values) < _MANY or curve.from_tests:
            continue
        if min(values) > _BELOW * curve.chance and _BELOW * curve.chance < late(values) < _ABOVE * curve.chance:
            last = len(curve.series.values) - 1
            text = f"`{curve.name}` is still {curve.chance_in_words} = {curve.chance:.4g}: the net knows nothing"
            iteration = curve.series.iterations[last]
            yield LogFinding(curve.series.line_at(last), text, iteration, blob=curve.name, phase="TRAIN")
