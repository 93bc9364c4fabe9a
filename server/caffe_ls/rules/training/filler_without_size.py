"""A filler takes its default size, and makes enormous weights.

`gaussian` without `std` has a standard deviation of 1, `uniform` without `min` and `max` numbers of 0 to 1. For n
inputs, weights keep activations as they are at sqrt(2 / n) before a ReLU and at sqrt(1 / n) elsewhere: 0.04 for 1,200
inputs, so that a size of 1 makes them 24 times as large, and numbers of 0 to 1 alone, of which none is negative, make
all outputs alike as well. For a handful of inputs the default does no harm.

Where a BatchNorm follows, the size is divided out again, and weights only learn more slowly: that is a hint.

Source: filler.hpp (GaussianFiller, UniformFiller), caffe.proto (FillerParameter).

Bad:
    layer { name: "data" type: "DummyData" top: "data" dummy_data_param { shape { dim: 8 dim: 400 } } }
    layer { name: "label" type: "DummyData" top: "label" dummy_data_param { shape { dim: 8 } } }
    layer {
      name: "fc"
      type: "InnerProduct"
      bottom: "data"
      top: "fc"
      inner_product_param {
        num_output: 5
        weight_filler { type: "gaussian" }
        #                     ^^^^^^^^^^
      }
    }
    layer { name: "loss" type: "SoftmaxWithLoss" bottom: "fc" bottom: "label" top: "loss" }

Good:
    layer { name: "data" type: "DummyData" top: "data" dummy_data_param { shape { dim: 8 dim: 400 } } }
    layer { name: "label" type: "DummyData" top: "label" dummy_data_param { shape { dim: 8 } } }
    layer {
      name: "fc"
      type: "InnerProduct"
      bottom: "data"
      top: "fc"
      inner_product_param {
        num_output: 5
        weight_filler { type: "gaussian" std: 0.05 }
      }
    }
    layer { name: "loss" type: "SoftmaxWithLoss" bottom: "fc" bottom: "label" top: "loss" }
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from caffe_ls.net.activations import is_normalized
from caffe_ls.net.first_weights import WEIGHTED, first_weights, input_width, parameters
from caffe_ls.net.model import Net
from caffe_ls.net.values import Group
from caffe_ls.rules.filler_fixes import advise_filler, advised_std, advised_type, number
from caffe_ls.rules.finding import Finding, Severity, fix
from caffe_ls.rules.layer_fields import in_file
from caffe_ls.rules.rewriting import into_end
from caffe_ls.rules.rule import net_rule

_HARMLESS = 3.0


@net_rule(*WEIGHTED, severity=Severity.WARNING, fixable=True, of_first_weights=True)
def check(net: Net) -> Iterator[Finding]:
    for index in net.of_type(*WEIGHTED):
        filler = parameters(net.layers[index]).group("weight_filler")
        lacks = _lacks(filler)
        if lacks and filler.integer("sparse", -1) < 0 and net.layers[index].needs_backward:
            yield from _compare(net, index, filler, lacks)


def _lacks(filler: Group) -> str:
    kind = filler.text("type", "constant")
    if kind == "gaussian" and not filler.has("std"):
        return "`gaussian` without `std` has 1"
    if kind == "uniform" and not filler.has("min") and not filler.has("max"):
        return "`uniform` without `min` and `max` gives 0 to 1"
    return ""


def _compare(net: Net, index: int, filler: Group, lacks: str) -> Iterator[Finding]:
    layer = net.layers[index]
    advised, weights, width = advised_std(net, index), first_weights(layer), input_width(layer)
    if advised is None or weights is None or weights.root_mean_square < _HARMLESS * advised:
        return
    times = weights.root_mean_square / advised
    message = f"{lacks}: {number(times)} times the {number(advised)} that `{advised_type(net, index)}` gives for"
    message += f" {width:,} inputs"
    hidden = is_normalized(net, index)
    placed = net.text.layers[layer.origin]
    bound = advised * math.sqrt(3)
    content = f"std: {advised:.2g}" if "gaussian" in lacks else f"min: {-bound:.2g} max: {bound:.2g}"
    edit = into_end(placed.text, filler.span, content)
    size = fix(f"Add `{content}`", in_file(edit, placed.base))
    yield Finding(
        net.in_file(index, filler.place("type")),
        message,
        (size, *advise_filler(net, index)),
        severity=Severity.HINT if hidden else None,
        layer=layer.name,
    )
