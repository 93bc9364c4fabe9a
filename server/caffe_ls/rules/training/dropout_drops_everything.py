"""A Dropout keeps nothing of its input.

What Dropout keeps is scaled by 1 / (1 - ratio), so that the sum stays the same. With `dropout_ratio: 1` nothing is
kept, and the factor is infinite: 0 times infinity is nan, for every number, at the first training pass. Nothing checks
it in a release build.

Source: dropout_layer.cpp (DropoutLayer::LayerSetUp and Forward_cpu).

Bad:
    layer { name: "data" type: "Input" top: "x" top: "label" input_param { shape { dim: 2 dim: 3 } shape { dim: 2 } } }
    layer { name: "drop" type: "Dropout" bottom: "x" top: "x" dropout_param { dropout_ratio: 1 } }
    #                                                                                        ^
    layer { name: "loss" type: "SoftmaxWithLoss" bottom: "x" bottom: "label" top: "loss" include { phase: TRAIN } }

Good:
    layer { name: "data" type: "Input" top: "x" top: "label" input_param { shape { dim: 2 dim: 3 } shape { dim: 2 } } }
    layer { name: "drop" type: "Dropout" bottom: "x" top: "x" dropout_param { dropout_ratio: 0.5 } }
    layer { name: "loss" type: "SoftmaxWithLoss" bottom: "x" bottom: "label" top: "loss" include { phase: TRAIN } }
"""

from __future__ import annotations

from collections.abc import Iterator

from caffe_ls.net.shapes.step import float32
from caffe_ls.rules.finding import Finding, Severity, fix
from caffe_ls.rules.rule import LayerView, layer_rule
from caffe_ls.text.edit import Edit


@layer_rule("Dropout", severity=Severity.WARNING, fixable=True, fields=("dropout_ratio",), phase="TRAIN")
def check(view: LayerView) -> Iterator[Finding]:
    param = view.group("dropout_param")
    if float32(param.number("dropout_ratio", 0.5)) == 1:
        place = param.place("dropout_ratio")
        message = "`dropout_ratio: 1` keeps nothing, and the output is nan in training"
        yield Finding(place, message, (fix("Set `dropout_ratio: 0.5`", Edit(place, "0.5")),))
