"""A layer in place writes over numbers that another layer's backward pass still needs.

The backward pass of many layers reads again what the forward pass read or made: a Convolution its input, for the
gradient of its weights, a Sigmoid its output. A layer in place that comes in between has changed these numbers, and the
gradient is computed from what it left there. Nothing is refused, and the net trains with wrong gradients.

Two orders do that. One layer reads a blob, and a later one works on it in place: both share its memory, though the text
looks as if the first had the blob as it was. Or a layer whose gradient follows from its own output, such as Sigmoid,
TanH or LRN, is followed by one in place, such as Dropout. After a ReLU, Dropout in place is fine: only signs matter
there, and those it keeps. Give the layer in place a top of its own.

Source: split_layer.cpp (SplitLayer::Forward_cpu shares the memory); Backward_cpu of sigmoid_layer.cpp, tanh_layer.cpp,
relu_layer.cpp, elu_layer.cpp, lrn_layer.cpp, base_conv_layer.cpp (weight_cpu_gemm), inner_product_layer.cpp.

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
from caffe_ls.rules.finding import Finding, Related, Severity
from caffe_ls.rules.rule import net_rule


@net_rule(severity=Severity.WARNING)
def check(net: Net) -> Iterator[Finding]:
    if net.phase != "TRAIN":
        return
    for reader, writer, blob in overwritten(net):
        first, second = net.layers[reader], net.layers[writer]
        message = (
            f"`{second.name}` changes `{blob}` in place, which the backward pass of `{first.name}` ({first.type})"
            " reads: its gradients are wrong"
        )
        related = Related(net.place(reader, "type"), f"`{first.name}` needs `{blob}` as it was")
        yield Finding(net.place(writer, "top"), message, related=(related,), layer=second.name)
