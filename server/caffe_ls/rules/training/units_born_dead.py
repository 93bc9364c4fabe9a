"""A bias so far below 0 that the ReLU behind it lets nothing through.

What a ReLU gets lies around the bias, spread as the weights and their inputs make it. A bias of some spreads below 0
leaves nothing above it: the output is 0 for all data, the slope there is 0 too, and nothing can bring the units back.

Behind a BatchNorm the spread is known, 1 times the Scale's own factor, and the finding is a warning. Elsewhere it
follows from the weights' filler for inputs of size 1, and the finding is information: raw pixels may reach farther.

Source: relu_layer.cpp (ReLULayer::Backward_cpu); filler.hpp.

Bad:
    layer { name: "data" type: "DummyData" top: "data" dummy_data_param { shape { dim: 8 dim: 20 } } }
    layer { name: "label" type: "DummyData" top: "label" dummy_data_param { shape { dim: 8 } } }
    layer {
      name: "fc1"
      type: "InnerProduct"
      bottom: "data"
      top: "fc1"
      inner_product_param {
        num_output: 30
        weight_filler { type: "xavier" }
        bias_filler { type: "constant" value: -10 }
        #                                     ^^^
      }
    }
    layer { name: "relu1" type: "ReLU" bottom: "fc1" top: "fc1" }
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
      inner_product_param {
        num_output: 30
        weight_filler { type: "xavier" }
        bias_filler { type: "constant" value: 0.1 }
      }
    }
    layer { name: "relu1" type: "ReLU" bottom: "fc1" top: "fc1" }
    layer {
      name: "fc2"
      type: "InnerProduct"
      bottom: "fc1"
      top: "fc2"
      inner_product_param { num_output: 5 weight_filler { type: "xavier" } }
    }
    layer { name: "loss" type: "SoftmaxWithLoss" bottom: "fc2" bottom: "label" top: "loss" }
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from caffe_ls.net.activation_scale import activation_scales
from caffe_ls.net.first_weights import WEIGHTED, first_bias, has_bias, parameters
from caffe_ls.net.model import Layer, Net
from caffe_ls.net.values import Group
from caffe_ls.rules.filler_fixes import number
from caffe_ls.rules.finding import Finding, Fix, Severity, fix
from caffe_ls.rules.layer_fields import set_field
from caffe_ls.rules.rule import net_rule
from caffe_ls.text.edit import Edit

# Of a normal distribution 3 in 100,000 lie farther from the mean, and 1 in a billion farther than 6.
_DEVIATIONS = 4.0
_DEVIATIONS_OF_DATA = 6.0

# What hands negative numbers on as such.
_PASSING = frozenset({"Dropout", "Flatten", "Pooling", "Reshape"})


@net_rule("Scale", *WEIGHTED, severity=Severity.WARNING, fixable=True, of_first_weights=True)
def check(net: Net) -> Iterator[Finding]:
    for index in net.of_type("Scale", *WEIGHTED):
        layer = net.layers[index]
        first = first_bias(layer) if layer.type != "Scale" else None
        if first is not None and not first.mean < 0:
            continue
        filler = _bias_filler(layer)
        bias = filler.number("value")
        if not bias < 0 or filler.text("type", "constant") != "constant" or not layer.needs_backward:
            continue
        relu = _relu_behind(net, index)
        spread = math.sqrt(activation_scales(net)[index].signal)
        known = layer.type == "Scale" and _is_normalized(net, layer)
        if relu is None or not spread > 0 or -bias < spread * (_DEVIATIONS if known else _DEVIATIONS_OF_DATA):
            continue
        of_what = "" if known else ", for inputs of size 1,"
        message = (
            f"a bias of {bias:g} is {number(-bias / spread)} times what the weights{of_what} spread over:"
            f" `{net.layers[relu].name}` lets nothing through, and `{layer.name}` never learns"
        )
        place = net.in_file(index, filler.place("value"))
        fixes: tuple[Fix, ...] = (
            fix("Set `value: 0`", Edit(place, "0")),
            *set_field(net, relu, "relu_param", "negative_slope", "0.1"),
        )
        yield Finding(place, message, fixes, severity=None if known else Severity.INFORMATION, layer=layer.name)


def _bias_filler(layer: Layer) -> Group:
    if layer.type == "Scale":
        own = layer.spec.fields.group("scale_param")
        return own.group("bias_filler") if own.flag("bias_term") else Group({}, own.span)
    return parameters(layer).group("bias_filler") if has_bias(layer) else Group({}, layer.spec.fields.span)


def _relu_behind(net: Net, index: int) -> int | None:
    """The ReLU that all of a layer's outputs go through first."""
    while True:
        readers = net.consumers(index)
        if len(readers) != 1:
            return None
        index = readers[0][0]
        layer = net.layers[index]
        if layer.type == "ReLU":
            return index if layer.spec.fields.group("relu_param").number("negative_slope") == 0 else None
        if layer.type not in _PASSING:
            return None


def _is_normalized(net: Net, layer: Layer) -> bool:
    source = layer.sources[0] if len(layer.sources) == 1 else None
    if source is None:
        return False
    own = net.layers[source.layer]
    return own.type == "BatchNorm" and not own.spec.fields.group("batch_norm_param").flag("use_global_stats")
