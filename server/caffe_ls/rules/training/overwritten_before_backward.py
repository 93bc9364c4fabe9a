"""A layer in place writes over numbers that another layer's backward pass still needs.

The backward pass of some layers reads again what the forward pass made: Sigmoid, TanH, ELU and LRN their output, and
a ReLU in place the signs of it. A layer in place behind them has changed these numbers, and the gradient is computed
from what it left there: that of a TanH, 1 - y * y, has the wrong sign where a Dropout made y larger than 1. Nothing is
refused, and the net trains with wrong gradients. Behind a ReLU, Dropout in place is fine: it keeps the signs. Give the
layer in place a top of its own.

Source: Backward_cpu of sigmoid_layer.cpp, tanh_layer.cpp, elu_layer.cpp, lrn_layer.cpp and relu_layer.cpp.

Bad:
    layer { name: "data" type: "DummyData" top: "data" dummy_data_param { shape { dim: 8 dim: 20 } } }
    layer { name: "label" type: "DummyData" top: "label" dummy_data_param { shape { dim: 8 } } }
    layer {
      name: "fc1"
      type: "InnerProduct"
      bottom: "data"
      top: "fc1"
      inner_product_param { num_output: 30 weight_filler { type: "xavier" } }
    }
    layer { name: "tanh1" type: "TanH" bottom: "fc1" top: "fc1" }
    layer { name: "drop1" type: "Dropout" bottom: "fc1" top: "fc1" }
    #                                                        ^^^^^
    layer {
      name: "fc2"
      type: "InnerProduct"
      bottom: "fc1"
      top: "fc2"
      inner_product_param { num_output: 5 weight_filler { type: "xavier" } }
    }
    layer { name: "loss" type: "SoftmaxWithLoss" bottom: "fc2" bottom: "label" top: "loss" }

Good:
    layer { name: "data" type: "DummyData" top: "data" dummy_data_param { shape { dim: 8 dim: 20 } } }
    layer { name: "label" type: "DummyData" top: "label" dummy_data_param { shape { dim: 8 } } }
    layer {
      name: "fc1"
      type: "InnerProduct"
      bottom: "data"
      top: "fc1"
      inner_product_param { num_output: 30 weight_filler { type: "xavier" } }
    }
    layer { name: "tanh1" type: "TanH" bottom: "fc1" top: "fc1" }
    layer { name: "drop1" type: "Dropout" bottom: "fc1" top: "drop1" }
    layer {
      name: "fc2"
      type: "InnerProduct"
      bottom: "drop1"
      top: "fc2"
      inner_product_param { num_output: 5 weight_filler { type: "xavier" } }
    }
    layer { name: "loss" type: "SoftmaxWithLoss" bottom: "fc2" bottom: "label" top: "loss" }
"""

from __future__ import annotations

from collections.abc import Iterator

from caffe_ls.net.kept_data import overwritten
from caffe_ls.net.model import Net
from caffe_ls.rules.connecting import own_top
from caffe_ls.rules.finding import Finding, Related, Severity
from caffe_ls.rules.rule import net_rule


@net_rule(severity=Severity.WARNING, fixable=True, phase="TRAIN")
def check(net: Net) -> Iterator[Finding]:
    for reader, writer, blob in overwritten(net):
        first, second = net.layers[reader], net.layers[writer]
        message = (
            f"`{second.name}` changes `{blob}` in place, which the backward pass of `{first.name}` ({first.type})"
            " reads: its gradients are wrong"
        )
        related = Related(net.place(reader, "type"), f"`{first.name}` needs `{blob}` as it was")
        yield Finding(net.place(writer, "top"), message, own_top(net, writer), (related,), layer=second.name)
