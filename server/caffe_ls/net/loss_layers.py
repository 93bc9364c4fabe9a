"""What losses are made for: which want scores, which probabilities, and which apply a function of their own.

Sources: softmax_loss_layer.cpp, sigmoid_cross_entropy_loss_layer.cpp, multinomial_logistic_loss_layer.cpp,
infogain_loss_layer.cpp (which has its own softmax since December 2016).
"""

from __future__ import annotations

from caffe_ls.net.model import Layer
from caffe_ls.net.shapes.losses import OLD_INFOGAIN

_OF_SCORES = {
    "SoftmaxWithLoss": "Softmax",
    "SoftmaxWithLossOHEM": "Softmax",
    "SoftmaxWithFocalLoss": "Softmax",
    "SigmoidCrossEntropyLoss": "Sigmoid",
}


def own_function(layer: Layer, dialect: str) -> str:
    """The layer type of the function that a loss applies to its first bottom before anything else; or nothing."""
    if layer.type == "InfogainLoss":
        return "" if dialect in OLD_INFOGAIN.split() else "Softmax"
    return _OF_SCORES.get(layer.type, "")


def wants_probabilities(layer: Layer, dialect: str) -> bool:
    """Whether a loss takes the logarithm of its first bottom as it is."""
    if layer.type == "InfogainLoss":
        return dialect in OLD_INFOGAIN.split()
    return layer.type == "MultinomialLogisticLoss"
