"""A PriorBox makes boxes of no size, or of an infinite one.

The SSD fork keeps `min_size` in an integer, so that anything below 1 is 0; an `aspect_ratio` of 0 divides by zero, and
a negative one has no square root. Nothing checks them: the boxes have the size 0, inf or nan, match nothing, or, with
`code_type: CENTER_SIZE`, stop Caffe at the first one that matches (`Check failed: prior_width > 0`).

Source: the SSD fork's prior_box_layer.cpp (PriorBoxLayer::Forward_cpu), bbox_util.cpp (EncodeBBox).

Bad (settings {"dialect": "ssd"}):
    layer { name: "map" type: "Input" top: "map" input_param { shape { dim: 1 dim: 8 dim: 5 dim: 5 } } }
    layer { name: "prior" type: "PriorBox" bottom: "map" top: "prior"
            prior_box_param { min_size: 0.3 aspect_ratio: 0 img_size: 300 } }
    #                                   ^^^ degenerate-prior-boxes
    #                                                     ^ degenerate-prior-boxes

Good (settings {"dialect": "ssd"}):
    layer { name: "map" type: "Input" top: "map" input_param { shape { dim: 1 dim: 8 dim: 5 dim: 5 } } }
    layer { name: "prior" type: "PriorBox" bottom: "map" top: "prior"
            prior_box_param { min_size: 90 aspect_ratio: 2 img_size: 300 } }
"""

from __future__ import annotations

from collections.abc import Iterator

from caffe_ls.rules.finding import Finding, Severity
from caffe_ls.rules.rule import LayerView, layer_rule


@layer_rule("PriorBox", severity=Severity.WARNING, fields=("min_size", "aspect_ratio"))
def check(view: LayerView) -> Iterator[Finding]:
    param = view.group("prior_box_param")
    for index, size in enumerate(param.numbers("min_size")):
        if 0 < size < 1:
            message = f"`min_size: {size:g}` is cut to 0: sizes are pixels of the image"
            yield Finding(param.place("min_size", index), message)
    for index, ratio in enumerate(param.numbers("aspect_ratio")):
        if not ratio > 0:
            message = f"`aspect_ratio: {ratio:g}` makes boxes of infinite or no size: it must be above 0"
            yield Finding(param.place("aspect_ratio", index), message)
