"""The eps of an MVN does not keep it from dividing by 0.

An MVN divides by the standard deviation of its input plus `eps`. With an eps of 0 an input that is the same everywhere,
as an even background or what a dead ReLU makes, gives 0 / 0: nan. With an eps below 0 a standard deviation of that size
is divided by 0, and a smaller one turns the signs round.

Source: mvn_layer.cpp (MVNLayer::Forward_cpu).

Bad:
    layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 1 dim: 3 dim: 8 dim: 8 } } }
    layer { name: "mvn" type: "MVN" bottom: "data" top: "mvn" mvn_param { eps: 0 } }
    #                                                                          ^

Good:
    layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 1 dim: 3 dim: 8 dim: 8 } } }
    layer { name: "mvn" type: "MVN" bottom: "data" top: "mvn" mvn_param { eps: 1e-9 } }
"""

from __future__ import annotations

from collections.abc import Iterator

from caffe_ls.net.shapes.step import float32
from caffe_ls.rules.finding import Finding, Severity, fix
from caffe_ls.rules.rule import LayerView, layer_rule
from caffe_ls.text.edit import Edit


@layer_rule("MVN", severity=Severity.INFORMATION, fixable=True, fields=("eps",))
def check(view: LayerView) -> Iterator[Finding]:
    own = view.group("mvn_param")
    eps = float32(own.number("eps", 1e-9))
    if eps <= 0 and own.flag("normalize_variance", True):
        place = own.place("eps")
        divisor = "0: nan" if eps == 0 else f"{eps:g}"
        message = f"`eps: {eps:g}`: an input that is the same everywhere is divided by {divisor}"
        yield Finding(place, message, (fix("Set `eps: 1e-9`", Edit(place, "1e-9")),))
