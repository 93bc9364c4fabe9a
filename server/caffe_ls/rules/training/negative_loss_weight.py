"""A loss with a negative weight: training makes it as large as it can.

The net is changed so that the weighted sum of its losses falls. A loss with a negative weight then grows, without end
where nothing bounds it. Nets that are trained against each other use that on purpose, beside other losses; and a sum
that layers compute, such as the mean of a logarithm, may be meant to grow. Both are information.

Source: layer.hpp (Layer::SetLossWeights), net.cpp (Net::ForwardFromTo).

Bad:
    layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 4 dim: 20 } } }
    layer { name: "label" type: "Input" top: "label" input_param { shape { dim: 4 } } }
    layer { name: "fc" type: "InnerProduct" bottom: "data" top: "fc" inner_product_param { num_output: 10 } }
    layer {
      name: "loss" type: "SoftmaxWithLoss" bottom: "fc" bottom: "label" top: "loss"
      loss_weight: -1
      #            ^^
    }

Good:
    layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 4 dim: 20 } } }
    layer { name: "label" type: "Input" top: "label" input_param { shape { dim: 4 } } }
    layer { name: "fc" type: "InnerProduct" bottom: "data" top: "fc" inner_product_param { num_output: 10 } }
    layer {
      name: "loss" type: "SoftmaxWithLoss" bottom: "fc" bottom: "label" top: "loss"
      loss_weight: 1
    }
"""

from __future__ import annotations

from collections.abc import Iterator

from caffe_ls.net.model import Net
from caffe_ls.rules.finding import Finding, Severity, fix
from caffe_ls.rules.rule import net_rule
from caffe_ls.text.edit import Edit


@net_rule(severity=Severity.WARNING, fixable=True)
def check(net: Net) -> Iterator[Finding]:
    negative = [index for index, layer in enumerate(net.layers) if layer.loss_weights and min(layer.loss_weights) < 0]
    if not negative:
        return
    others = any(weight > 0 for layer in net.layers for weight in layer.loss_weights)
    for at in negative:
        layer = net.layers[at]
        for index, weight in enumerate(layer.spec.fields.numbers("loss_weight")):
            if weight < 0:
                place = net.place(at, "loss_weight", index)
                message = f"`loss_weight: {weight:g}`: training makes this loss larger, not smaller"
                positive = fix(f"Set `loss_weight: {-weight:g}`", Edit(place, f"{-weight:g}"))
                severity = None if layer.type.endswith("Loss") and not others else Severity.INFORMATION
                yield Finding(place, message, (positive,), severity=severity, layer=layer.name)
