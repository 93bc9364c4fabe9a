"""A ReLU whose slope below 0 makes it no rectifier.

`negative_slope` is what a ReLU multiplies numbers below 0 by: 0, or a little more, such as 0.01 or 0.1, so that no unit
dies. At 1 it hands on what it gets, and the layers around it are as one linear layer. Above 1 it lets more of the
negative side through than of the positive one, and below 0 it folds the negative side up: -1 gives the absolute value.

Source: relu_layer.cpp (ReLULayer::Forward_cpu).

Bad:
    layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 8 dim: 20 } } }
    layer { name: "relu1" type: "ReLU" bottom: "data" top: "relu1" relu_param { negative_slope: 1 } }
    #                                                                                           ^

Good:
    layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 8 dim: 20 } } }
    layer { name: "relu1" type: "ReLU" bottom: "data" top: "relu1" relu_param { negative_slope: 0.1 } }
"""

from __future__ import annotations

from collections.abc import Iterator

from caffe_ls.rules.finding import Finding, Severity, fix
from caffe_ls.rules.rule import LayerView, layer_rule
from caffe_ls.text.edit import Edit


@layer_rule("ReLU", severity=Severity.INFORMATION, fixable=True, fields=("negative_slope",))
def check(view: LayerView) -> Iterator[Finding]:
    own = view.group("relu_param")
    slope = own.number("negative_slope")
    if 0 <= slope < 1:
        return
    place = own.place("negative_slope")
    fixes = (fix("Set `negative_slope: 0.1`", Edit(place, "0.1")),)
    if slope == 1:
        message = "`negative_slope: 1` hands on what it gets: there is no activation function here"
        yield Finding(place, message, fixes)
    elif slope > 1:
        yield Finding(place, f"`negative_slope: {slope:g}` makes negative numbers larger than positive ones", fixes)
    elif slope < 0:
        yield Finding(place, f"`negative_slope: {slope:g}` turns negative numbers into positive ones", fixes)
