"""An LRN divides by what may be 0.

LRN divides each number by (k + alpha / n * sum of squares around it) to the power of `beta`. With a `k` of 0, numbers
that are all 0, as a ReLU makes them, are divided by 0: 0 times infinity, nan. With a `k` below 0 the power is one of a
negative number wherever the numbers are small; with an `alpha` below 0, wherever they are large.

Source: lrn_layer.cpp (LRNLayer::CrossChannelForward_cpu). WITHIN_CHANNEL has a `k` of 1 whatever is given.

Bad:
    layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 1 dim: 3 dim: 8 dim: 8 } } }
    layer { name: "norm" type: "LRN" bottom: "data" top: "norm" lrn_param { local_size: 3 k: 0 } }
    #                                                                                        ^

Good:
    layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 1 dim: 3 dim: 8 dim: 8 } } }
    layer { name: "norm" type: "LRN" bottom: "data" top: "norm" lrn_param { local_size: 3 k: 1 } }

Bad:
    layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 1 dim: 3 dim: 8 dim: 8 } } }
    layer { name: "norm" type: "LRN" bottom: "data" top: "norm" lrn_param { k: -1 } }
    #                                                                          ^^
"""

from __future__ import annotations

from collections.abc import Iterator

from caffe_ls.net.shapes.step import float32
from caffe_ls.rules.finding import Finding, Severity, fix
from caffe_ls.rules.rule import LayerView, layer_rule
from caffe_ls.text.edit import Edit


@layer_rule("LRN", severity=Severity.WARNING, fixable=True, fields=("k", "alpha"))
def check(view: LayerView) -> Iterator[Finding]:
    own = view.group("lrn_param")
    k, beta = float32(own.number("k", 1.0)), float32(own.number("beta", 0.75))
    across = own.choice("norm_region", ("ACROSS_CHANNELS", "WITHIN_CHANNEL")) == "ACROSS_CHANNELS"
    alpha = float32(own.number("alpha", 1.0))
    if alpha < 0 and not beta.is_integer():
        place = own.place("alpha")
        message = f"`alpha: {alpha:g}`: the root of a number below 0 is nan where the input is large"
        yield Finding(place, message, (fix(f"Set `alpha: {-alpha:g}`", Edit(place, f"{-alpha:g}")),))
    if k > 0 or not across or (beta <= 0 and k == 0):
        return
    place = own.place("k")
    fixes = (fix("Set `k: 1`", Edit(place, "1")),)
    if k == 0:
        message = "`k: 0`: where all numbers around are 0, they are divided by 0, nan"
        yield Finding(place, message, fixes, severity=Severity.INFORMATION)
    elif not beta.is_integer():
        yield Finding(place, f"`k: {k:g}`: the root of a number below 0 is nan where the input is small", fixes)
