"""Pairs that differ do not count in a ContrastiveLoss.

For a pair that differs the loss is max(0, margin - d)^2, d being the distance of its two feature vectors, or
max(0, margin - d^2) with `legacy_version`. With a `margin` of 0 or less both are always 0: only pairs that are alike
are learnt from, and they are all the more alike the less the features say. The net learns to make the same of
everything, with a loss of 0.

Source: contrastive_loss_layer.cpp (Forward_cpu).

Bad:
    layer { name: "data" type: "DummyData" top: "data" top: "other" top: "similar"
            dummy_data_param { shape { dim: 4 dim: 20 } shape { dim: 4 dim: 20 } shape { dim: 4 } } }
    layer { name: "a" type: "InnerProduct" bottom: "data" top: "a" param { name: "w" } param { name: "b" }
            inner_product_param { num_output: 2 weight_filler { type: "xavier" } } }
    layer { name: "b" type: "InnerProduct" bottom: "other" top: "b" param { name: "w" } param { name: "b" }
            inner_product_param { num_output: 2 weight_filler { type: "xavier" } } }
    layer {
      name: "loss" type: "ContrastiveLoss" bottom: "a" bottom: "b" bottom: "similar" top: "loss"
      contrastive_loss_param { margin: 0 }
      #                                ^
    }

Good:
    layer { name: "data" type: "DummyData" top: "data" top: "other" top: "similar"
            dummy_data_param { shape { dim: 4 dim: 20 } shape { dim: 4 dim: 20 } shape { dim: 4 } } }
    layer { name: "a" type: "InnerProduct" bottom: "data" top: "a" param { name: "w" } param { name: "b" }
            inner_product_param { num_output: 2 weight_filler { type: "xavier" } } }
    layer { name: "b" type: "InnerProduct" bottom: "other" top: "b" param { name: "w" } param { name: "b" }
            inner_product_param { num_output: 2 weight_filler { type: "xavier" } } }
    layer {
      name: "loss" type: "ContrastiveLoss" bottom: "a" bottom: "b" bottom: "similar" top: "loss"
      contrastive_loss_param { margin: 1 }
    }
"""

from __future__ import annotations

from collections.abc import Iterator

from caffe_ls.rules.finding import Finding, Severity, fix
from caffe_ls.rules.rule import LayerView, layer_rule
from caffe_ls.text.edit import Edit


@layer_rule("ContrastiveLoss", severity=Severity.WARNING, fixable=True, fields=("margin",))
def check(view: LayerView) -> Iterator[Finding]:
    own = view.group("contrastive_loss_param")
    margin, place = own.number("margin", 1.0), own.place("margin")
    if not margin > 0:
        message = f"`margin: {margin:g}`: pairs that differ have a loss of 0, and all features become the same"
        yield Finding(place, message, (fix("Set `margin: 1`", Edit(place, "1")),))
