"""A loss applies a function to scores that have been put through it already.

SoftmaxWithLoss and today's InfogainLoss apply a softmax of their own, SigmoidCrossEntropyLoss a sigmoid. Behind a
Softmax or a Sigmoid layer the function is applied twice: numbers between 0 and 1 are taken for scores, so that no class
can get a probability near 1. The softmax loss of C classes then never falls below ln(1 + (C - 1) / e), 1.46 for ten
classes, and its gradients are small: training is slow, and it looks as if it had got stuck.

Give the loss the scores, and keep the Softmax layer for a net that is run, or for other readers. In Caffes of before
December 2016 InfogainLoss has no softmax of its own and needs one before it.

Source: softmax_loss_layer.cpp (LayerSetUp), sigmoid_cross_entropy_loss_layer.cpp, infogain_loss_layer.cpp.

Bad:
    layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 4 dim: 20 } } }
    layer { name: "label" type: "Input" top: "label" input_param { shape { dim: 4 } } }
    layer { name: "fc" type: "InnerProduct" bottom: "data" top: "fc" inner_product_param { num_output: 10 } }
    layer { name: "prob" type: "Softmax" bottom: "fc" top: "prob" }
    layer { name: "loss" type: "SoftmaxWithLoss" bottom: "prob" bottom: "label" top: "loss" }
    #                                                    ^^^^^^

Good:
    layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 4 dim: 20 } } }
    layer { name: "label" type: "Input" top: "label" input_param { shape { dim: 4 } } }
    layer { name: "fc" type: "InnerProduct" bottom: "data" top: "fc" inner_product_param { num_output: 10 } }
    layer { name: "loss" type: "SoftmaxWithLoss" bottom: "fc" bottom: "label" top: "loss" }

Bad:
    layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 4 dim: 20 } } }
    layer { name: "target" type: "Input" top: "target" input_param { shape { dim: 4 dim: 3 } } }
    layer { name: "fc" type: "InnerProduct" bottom: "data" top: "fc" inner_product_param { num_output: 3 } }
    layer { name: "sigmoid" type: "Sigmoid" bottom: "fc" top: "fc" }
    layer { name: "loss" type: "SigmoidCrossEntropyLoss" bottom: "fc" bottom: "target" top: "loss" }
    #                                                            ^^^^
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from caffe_ls.net.loss_layers import own_function
from caffe_ls.net.makers import makers
from caffe_ls.net.model import Layer, Net
from caffe_ls.rules.finding import Finding, Related, Severity
from caffe_ls.rules.reconnecting import without
from caffe_ls.rules.rule import net_rule


@net_rule(severity=Severity.WARNING, fixable=True)
def check(net: Net) -> Iterator[Finding]:
    for index in net.of_type(
        "SoftmaxWithLoss", "SoftmaxWithLossOHEM", "SoftmaxWithFocalLoss", "SigmoidCrossEntropyLoss", "InfogainLoss"
    ):
        layer = net.layers[index]
        own = own_function(layer, net.text.dialect)
        found = makers(net, index) if own and layer.judged else ()
        twice = [maker for maker in found if net.layers[maker].type == own]
        if not twice:
            continue
        maker = net.layers[twice[0]]
        message = f"`{layer.type}` applies a {own.lower()} to what `{maker.name}` has put through one{_least(layer)}"
        related = Related(net.place(twice[0], "type"), f"the first {own.lower()}")
        fixes = without(net, index, 0, twice[0])
        yield Finding(net.place(index, "bottom"), message, fixes, (related,), layer=layer.name)


def _least(layer: Layer) -> str:
    """What the loss cannot fall below, where that is known."""
    shape = layer.bottom_shapes[0]
    axis = layer.spec.fields.group("softmax_param").integer("axis", 1)
    if layer.type != "SoftmaxWithLoss" or shape is None or not -len(shape) <= axis < len(shape):
        return ""
    classes = shape[axis]
    return f": it never falls below {math.log1p((classes - 1) / math.e):.2f}" if classes and classes > 1 else ""
