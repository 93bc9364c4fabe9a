"""The moving average of a BatchNorm grows without end.

A BatchNorm keeps `moving_average_fraction` of its sums at each iteration, and adds the batch's mean, its variance and
1. Above 1 the sums grow like a power of it: they overflow, and the first test after that gives nan. Below 0 they
change their sign at each step, and can be divided by 0. With 1 all batches count alike; with 0 the last one only.

Source: batch_norm_layer.cpp (BatchNormLayer::Forward_cpu).

Bad:
    layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 8 dim: 20 } } }
    layer { name: "bn" type: "BatchNorm" bottom: "data" top: "bn" batch_norm_param { moving_average_fraction: 1.1 } }
    #                                                                                                         ^^^

Good:
    layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 8 dim: 20 } } }
    layer { name: "bn" type: "BatchNorm" bottom: "data" top: "bn" batch_norm_param { moving_average_fraction: 0.99 } }
"""

from __future__ import annotations

from collections.abc import Iterator

from caffe_ls.net.shapes.step import float32
from caffe_ls.rules.finding import Finding, Severity, fix
from caffe_ls.rules.rule import LayerView, layer_rule
from caffe_ls.text.edit import Edit


@layer_rule("BatchNorm", severity=Severity.WARNING, fixable=True, fields=("moving_average_fraction",))
def check(view: LayerView) -> Iterator[Finding]:
    own = view.group("batch_norm_param")
    fraction = float32(own.number("moving_average_fraction", 0.999))
    if 0 <= fraction <= 1:
        return
    place = own.place("moving_average_fraction")
    what = "the stored sums grow until they overflow" if fraction > 1 else "the stored sums change their sign"
    message = f"`moving_average_fraction: {fraction:g}` is outside 0 to 1: {what}"
    yield Finding(place, message, (fix("Set `moving_average_fraction: 0.999`", Edit(place, "0.999")),))
