"""What stands right before a loss keeps its scores from what they need.

A loss needs scores of both signs and of any size. Behind a ReLU no score is below 0: a sigmoid of it is never below
0.5, so that SigmoidCrossEntropyLoss cannot learn a `no`, a softmax has less room, a regression cannot predict what is
negative; and where all scores of an item are 0 no gradient comes back. Behind a Sigmoid or a TanH scores are at most 1,
so that a softmax of C classes never becomes sure: its loss stays above ln(1 + (C - 1) / e), or above
ln(1 + (C - 1) / e^2) for TanH. A hinge loss wants scores below -1 for what an image is not: behind a Softmax or a
Sigmoid, whose numbers are not negative, it stays above C - 1. Dropout puts random scores to 0 in training.

A ReLU before a softmax that takes the mean over an image, as in nets without fully connected layers, is common and
does little harm.

Source: relu_layer.cpp, dropout_layer.cpp, softmax_loss_layer.cpp, sigmoid_cross_entropy_loss_layer.cpp.

Bad:
    layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 4 dim: 20 } } }
    layer { name: "target" type: "Input" top: "target" input_param { shape { dim: 4 dim: 3 } } }
    layer { name: "fc" type: "InnerProduct" bottom: "data" top: "fc" inner_product_param { num_output: 3 } }
    layer { name: "relu" type: "ReLU" bottom: "fc" top: "fc" }
    layer { name: "loss" type: "SigmoidCrossEntropyLoss" bottom: "fc" bottom: "target" top: "loss" }
    #                                                            ^^^^

Good:
    layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 4 dim: 20 } } }
    layer { name: "target" type: "Input" top: "target" input_param { shape { dim: 4 dim: 3 } } }
    layer { name: "fc" type: "InnerProduct" bottom: "data" top: "fc" inner_product_param { num_output: 3 } }
    layer { name: "loss" type: "SigmoidCrossEntropyLoss" bottom: "fc" bottom: "target" top: "loss" }

Bad:
    layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 4 dim: 20 } } }
    layer { name: "label" type: "Input" top: "label" input_param { shape { dim: 4 } } }
    layer { name: "fc" type: "InnerProduct" bottom: "data" top: "fc" inner_product_param { num_output: 10 } }
    layer { name: "drop" type: "Dropout" bottom: "fc" top: "drop" }
    layer { name: "loss" type: "SoftmaxWithLoss" bottom: "drop" bottom: "label" top: "loss" }
    #                                                    ^^^^^^
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from caffe_ls.net.makers import direct_maker
from caffe_ls.net.model import Layer, Net
from caffe_ls.rules.finding import Finding, Related, Severity
from caffe_ls.rules.reconnecting import without
from caffe_ls.rules.rule import net_rule

_CLASSES = ("SoftmaxWithLoss", "InfogainLoss", "HingeLoss")
_ANSWERS = ("SigmoidCrossEntropyLoss",)
_VALUES = ("EuclideanLoss", "SmoothL1Loss")


@net_rule(*_CLASSES, *_ANSWERS, *_VALUES, severity=Severity.WARNING, fixable=True)
def check(net: Net) -> Iterator[Finding]:
    for index in net.of_type(*_CLASSES, *_ANSWERS, *_VALUES):
        loss = net.layers[index]
        maker = direct_maker(net, index)
        if maker is None or not loss.needs_backward or not loss.bottoms_need_backward[0]:
            continue
        told = _harm(net.layers[maker], loss)
        if told is None:
            continue
        severity, harm = told
        layer = net.layers[maker]
        related = Related(net.place(maker, "type"), f"`{layer.name}` makes the scores")
        message = f"`{layer.name}` ({layer.type}) stands right before the loss: {harm}"
        fixes = without(net, index, 0, maker)
        yield Finding(net.place(index, "bottom"), message, fixes, (related,), severity=severity, layer=loss.name)


def _harm(layer: Layer, loss: Layer) -> tuple[Severity, str] | None:
    """How bad it is, and what becomes of the scores."""
    own = layer.spec.fields
    if layer.type == "Dropout" and own.group("dropout_param").number("dropout_ratio", 0.5) > 0:
        return Severity.WARNING, "random scores are 0 in training"
    if layer.type == "ReLU" and own.group("relu_param").number("negative_slope") == 0:
        if loss.type in _ANSWERS:
            return Severity.WARNING, "no score is below 0, so that no probability is below 0.5"
        if loss.type in _VALUES:
            return Severity.INFORMATION, "it predicts nothing negative, and units that are 0 learn nothing"
        return Severity.INFORMATION, "no score is below 0, and where all are 0 nothing is learnt"
    if layer.type in ("Sigmoid", "TanH") and loss.type == "SoftmaxWithLoss":
        classes = _classes(loss)
        if classes is not None:
            least = math.log1p((classes - 1) * math.exp(-1 if layer.type == "Sigmoid" else -2))
            return Severity.WARNING, f"scores of at most 1 keep the loss of {classes} classes above {least:.2f}"
    if layer.type in ("Sigmoid", "Softmax") and loss.type == "HingeLoss":
        classes = _classes(loss)
        if classes is not None:
            return (
                Severity.INFORMATION,
                f"scores of 0 to 1 keep the loss of {classes} classes at {classes - 1} or above",
            )
    return None


def _classes(loss: Layer) -> int | None:
    shape = loss.bottom_shapes[0]
    axis = loss.spec.fields.group("softmax_param").integer("axis", 1)
    return shape[axis] if shape is not None and -len(shape) <= axis < len(shape) else None
