"""A softmax over one class is always 1: there is nothing to learn.

With `num_output: 1` before a softmax the only class has the probability 1, whatever the score is. The loss is exactly
0 for ever, no gradient comes back, and a label of 1 reads memory beside the scores. For a choice of two give the
softmax two scores, or use SigmoidCrossEntropyLoss on one.

Source: softmax_layer.cpp, softmax_loss_layer.cpp.

Bad:
    layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 4 dim: 20 } } }
    layer { name: "label" type: "Input" top: "label" input_param { shape { dim: 4 } } }
    layer { name: "fc" type: "InnerProduct" bottom: "data" top: "fc" inner_product_param { num_output: 1 } }
    layer { name: "loss" type: "SoftmaxWithLoss" bottom: "fc" bottom: "label" top: "loss" }
    #                                                    ^^^^

Good:
    layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 4 dim: 20 } } }
    layer { name: "label" type: "Input" top: "label" input_param { shape { dim: 4 } } }
    layer { name: "fc" type: "InnerProduct" bottom: "data" top: "fc" inner_product_param { num_output: 2 } }
    layer { name: "loss" type: "SoftmaxWithLoss" bottom: "fc" bottom: "label" top: "loss" }

Bad:
    layer { name: "map" type: "Input" top: "map" input_param { shape { dim: 4 dim: 1 dim: 8 dim: 8 } } }
    layer { name: "prob" type: "Softmax" bottom: "map" top: "prob" }
    #                                            ^^^^^
"""

from __future__ import annotations

from collections.abc import Iterator

from caffe_ls.net.first_weights import WEIGHTED, parameters
from caffe_ls.net.makers import direct_maker
from caffe_ls.net.model import Net
from caffe_ls.rules.finding import Finding, Fix, Severity, fix
from caffe_ls.rules.reconnecting import retyped
from caffe_ls.rules.rule import net_rule
from caffe_ls.text.edit import Edit

_AXIS_IN = {"InfogainLoss": "infogain_loss_param", "Softmax": "softmax_param", "SoftmaxWithLoss": "softmax_param"}


@net_rule(*_AXIS_IN, severity=Severity.WARNING, fixable=True)
def check(net: Net) -> Iterator[Finding]:
    for index in net.of_type(*_AXIS_IN):
        layer = net.layers[index]
        shape = layer.bottom_shapes[0] if layer.bottom_shapes else None
        axis = layer.spec.fields.group(_AXIS_IN[layer.type]).integer("axis", 1)
        if shape is None or not layer.judged or not -len(shape) <= axis < len(shape) or shape[axis] != 1:
            continue
        said = "is always 1" if layer.type == "Softmax" else "is always 1, and the loss 0"
        message = f"`{layer.bottoms[0]}` has one class: its probability {said}"
        yield Finding(net.place(index, "bottom"), message, tuple(_fixes(net, index)), layer=layer.name)


def _fixes(net: Net, index: int) -> Iterator[Fix]:
    maker = direct_maker(net, index)
    if maker is not None and net.layers[maker].type in WEIGHTED and parameters(net.layers[maker]).has("num_output"):
        place = net.in_file(maker, parameters(net.layers[maker]).place("num_output"))
        yield fix("Give it two scores: `num_output: 2`", Edit(place, "2"))
    if net.layers[index].type == "SoftmaxWithLoss":
        edit = retyped(net, index, "SigmoidCrossEntropyLoss")
        if edit is not None:
            yield fix("Use SigmoidCrossEntropyLoss", edit)
