"""The range of a Clip is empty: its `min` is above its `max`.

Clip does not compare its bounds: every number first becomes at least `min` and then at most `max`, so that with the
bounds exchanged the whole output is `max`, and no gradient comes through.

Source: clip_layer.cpp (ClipLayer::Forward_cpu and Backward_cpu).

Bad:
    layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 2 dim: 3 } } }
    layer { name: "clip" type: "Clip" bottom: "data" top: "clip" clip_param { min: 6 max: 0 } }
    #                                                                              ^

Good:
    layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 2 dim: 3 } } }
    layer { name: "clip" type: "Clip" bottom: "data" top: "clip" clip_param { min: 0 max: 6 } }
"""

from __future__ import annotations

from collections.abc import Iterator

from caffe_ls.net.shapes.step import float32
from caffe_ls.rules.finding import Finding, Severity, fix
from caffe_ls.rules.rule import LayerView, layer_rule
from caffe_ls.text.edit import Edit


@layer_rule("Clip", severity=Severity.WARNING, fixable=True, fields=("min",))
def check(view: LayerView) -> Iterator[Finding]:
    param = view.group("clip_param")
    low, high = param.scalars("min"), param.scalars("max")
    if low and high and float32(param.number("min")) > float32(param.number("max")):
        exchange = fix("Exchange `min` and `max`", Edit(low[0].span, high[0].text), Edit(high[0].span, low[0].text))
        message = f"`min: {low[0].text}` is above `max: {high[0].text}`: the output is {high[0].text} everywhere"
        yield Finding(low[0].span, message, (exchange,))
