"""A loss weighs so much that its gradient drowns the rest, or overflows.

`loss_weight` multiplies the loss and all gradients that it sends down. A weight of 1,000 with base_lr 0.01 is a
learning rate of 10: weights grow until they are inf or nan, or ReLUs die. Where there are other losses, only this one
is learnt. The number that Caffe prints as the net's loss is multiplied too.

Of a loss that is a mean over classes the usual size is known, ln(C): a weight of 10,000 or more is too much for any
usual rate. Of other losses it depends on the targets. One of nan makes every gradient nan.

Source: layer.hpp (Layer::SetLossWeights), net.cpp (Net::ForwardFromTo).

Bad:
    layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 4 dim: 20 } } }
    layer { name: "label" type: "Input" top: "label" input_param { shape { dim: 4 } } }
    layer { name: "fc" type: "InnerProduct" bottom: "data" top: "fc" inner_product_param { num_output: 10 } }
    layer {
      name: "loss" type: "SoftmaxWithLoss" bottom: "fc" bottom: "label" top: "loss"
      loss_weight: 1e6
      #            ^^^
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

from caffe_ls.rules.finding import Finding, Severity, fix
from caffe_ls.rules.rule import LayerView, layer_rule
from caffe_ls.text.edit import Edit

# Losses whose size does not depend on the unit of anything.
_OF_KNOWN_SIZE = frozenset({
    "HingeLoss", "MultiBoxLoss", "MultinomialLogisticLoss", "SigmoidCrossEntropyLoss", "SoftmaxWithLoss",
})  # fmt: skip
_LARGE = 100.0
_HUGE = 1e4
_HUGE_FOR_OTHERS = 1e6


@layer_rule(severity=Severity.WARNING, fixable=True, fields=("loss_weight",))
def check(view: LayerView) -> Iterator[Finding]:
    layer = view.layer
    for index, weight in enumerate(view.fields.numbers("loss_weight")):
        known = layer.type in _OF_KNOWN_SIZE
        if weight < (_LARGE if known else _HUGE):
            continue
        large = (_LARGE if known else _HUGE) <= weight < (_HUGE if known else _HUGE_FOR_OTHERS)
        message = f"`loss_weight: {weight:g}` makes the loss, and all gradients of it, {weight:,.7g} times as large"
        place = view.fields.place("loss_weight", index)
        severity = Severity.INFORMATION if large else None
        yield Finding(place, message, (fix("Set `loss_weight: 1`", Edit(place, "1")),), severity=severity)
