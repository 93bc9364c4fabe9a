"""Fewer units than it takes to tell the classes apart.

All that the last layer knows of an image is what the units before it tell. Two values each, k units tell 2^k classes
apart, and ReLUs, of which half are 0 at first, tell less: 2 units before 1,000 classes learn to tell a few. Training
runs, and its accuracy stays low. It is information: features of 2 numbers are learnt to be drawn.

Source: the pigeonhole principle.

Bad:
    layer { name: "data" type: "DummyData" top: "data" dummy_data_param { shape { dim: 8 dim: 500 } } }
    layer { name: "label" type: "DummyData" top: "label" dummy_data_param { shape { dim: 8 } } }
    layer {
      name: "fc1"
      type: "InnerProduct"
      bottom: "data"
      top: "fc1"
      inner_product_param { num_output: 4 weight_filler { type: "msra" } }
      #                                 ^
    }
    layer { name: "relu1" type: "ReLU" bottom: "fc1" top: "fc1" }
    layer {
      name: "fc2"
      type: "InnerProduct"
      bottom: "fc1"
      top: "fc2"
      inner_product_param { num_output: 1000 weight_filler { type: "xavier" } }
    }
    layer { name: "loss" type: "SoftmaxWithLoss" bottom: "fc2" bottom: "label" top: "loss" }

Good:
    layer { name: "data" type: "DummyData" top: "data" dummy_data_param { shape { dim: 8 dim: 500 } } }
    layer { name: "label" type: "DummyData" top: "label" dummy_data_param { shape { dim: 8 } } }
    layer {
      name: "fc1"
      type: "InnerProduct"
      bottom: "data"
      top: "fc1"
      inner_product_param { num_output: 256 weight_filler { type: "msra" } }
    }
    layer { name: "relu1" type: "ReLU" bottom: "fc1" top: "fc1" }
    layer {
      name: "fc2"
      type: "InnerProduct"
      bottom: "fc1"
      top: "fc2"
      inner_product_param { num_output: 1000 weight_filler { type: "xavier" } }
    }
    layer { name: "loss" type: "SoftmaxWithLoss" bottom: "fc2" bottom: "label" top: "loss" }
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from caffe_ls.net.activations import ACTIVATIONS
from caffe_ls.net.first_weights import input_width, parameters
from caffe_ls.net.model import Net
from caffe_ls.rules.finding import Finding, Severity
from caffe_ls.rules.rule import net_rule

_PASSING = ACTIVATIONS | {"BatchNorm", "Dropout", "Scale"}


@net_rule("SoftmaxWithLoss", severity=Severity.INFORMATION, phase="TRAIN")
def check(net: Net) -> Iterator[Finding]:
    for loss in net.of_type("SoftmaxWithLoss"):
        source = net.layers[loss].sources[0] if net.layers[loss].sources else None
        if source is None or net.layers[source.layer].type != "InnerProduct":
            continue
        last = net.layers[source.layer]
        classes, units = parameters(last).integer("num_output"), input_width(last)
        hidden = _hidden_before(net, source.layer)
        if hidden is None or units is None or not units < math.log2(max(1, classes)):
            continue
        own = parameters(net.layers[hidden])
        if own.integer("num_output") != units or (input_width(net.layers[hidden]) or 0) <= units:
            continue
        message = f"`{last.name}` is to tell {classes:,} classes apart by {units:,} number{'s'[: units != 1]}"
        yield Finding(net.in_file(hidden, own.place("num_output")), message, layer=net.layers[hidden].name)


def _hidden_before(net: Net, index: int) -> int | None:
    """The fully connected layer whose outputs alone, one by one, become the layer's inputs."""
    source = next(iter(net.layers[index].sources), None)
    while source is not None:
        layer = net.layers[source.layer]
        if layer.type == "InnerProduct":
            return source.layer
        if layer.type not in _PASSING or len(layer.sources) != 1:
            return None
        source = layer.sources[0]
    return None
