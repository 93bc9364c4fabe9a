"""A loss that cannot be negative is.

SoftmaxWithLoss, EuclideanLoss, SigmoidCrossEntropyLoss and the other losses of Caffe are 0 or more for what they are
made for. Below 0 the input is not that: targets outside of 0..1, a matrix H with negative entries, raw scores where
probabilities should be, or a label outside of the classes, whose probability is read from somewhere else.

Source: Forward_cpu of softmax_loss_layer.cpp, sigmoid_cross_entropy_loss_layer.cpp, infogain_loss_layer.cpp and
multinomial_logistic_loss_layer.cpp.

Bad:
    Initializing net from parameters:
    layer {
      name: "data" type: "Input" top: "data" top: "label"
      input_param { shape { dim: 8 dim: 4 } shape { dim: 8 dim: 1 } }
    }
    layer { name: "ip" type: "InnerProduct" bottom: "data" top: "ip" inner_product_param { num_output: 1 } }
    layer { name: "loss" type: "SigmoidCrossEntropyLoss" bottom: "ip" bottom: "label" top: "loss" }
    Iteration 0, loss = -3.5
    # ^^^
    Iteration 1, loss = -3.9

Good:
    Initializing net from parameters:
    layer {
      name: "data" type: "Input" top: "data" top: "label"
      input_param { shape { dim: 8 dim: 4 } shape { dim: 8 dim: 1 } }
    }
    layer { name: "ip" type: "InnerProduct" bottom: "data" top: "ip" inner_product_param { num_output: 1 } }
    layer { name: "loss" type: "SigmoidCrossEntropyLoss" bottom: "ip" bottom: "label" top: "loss" }
    Iteration 0, loss = 0.69
    Iteration 1, loss = 0.65
"""

from __future__ import annotations

from collections.abc import Iterator

from caffe_ls.analysis.evidence import Evidence
from caffe_ls.analysis.observations import NEVER_NEGATIVE, losses, shown
from caffe_ls.rules.finding import LogFinding, Severity
from caffe_ls.rules.rule import log_rule


@log_rule(severity=Severity.WARNING)
def check(evidence: Evidence) -> Iterator[LogFinding]:
    for curve in losses(evidence):
        if curve.type not in NEVER_NEGATIVE or curve.weight < 0:
            continue
        at = next((at for at, value in enumerate(curve.series.values) if value < 0), None)
        if at is not None:
            text = (
                f"`{curve.name}` is {shown(curve.series.values[at])}: {curve.type} is 0 or more for what it is made for"
            )
            iteration = curve.series.iterations[at]
            yield LogFinding(curve.series.line_at(at), text, iteration, curve.layer, curve.name)
