"""A layer that seems to compute a loss has no `loss_weight`, and so is no loss to Caffe.

Only layers whose type is a loss have the weight 1 by themselves. What a Python layer, a Reduction, an Eltwise or any
other layer computes is printed, but not learnt from, unless `loss_weight` says so: once for each top.

Source: layer.hpp (Layer::SetLossWeights), loss_layer.cpp (LossLayer::LayerSetUp).

Bad:
    layer { name: "data" type: "DummyData" top: "data" dummy_data_param { shape { dim: 4 dim: 20 } } }
    layer { name: "target" type: "DummyData" top: "target" dummy_data_param { shape { dim: 4 dim: 3 } } }
    layer { name: "fc" type: "InnerProduct" bottom: "data" top: "fc"
            inner_product_param { num_output: 3 weight_filler { type: "xavier" } } }
    layer { name: "loss" type: "Python" bottom: "fc" bottom: "target" top: "loss"
    #             ^^^^^^
            python_param { module: "pyloss" layer: "EuclideanLossLayer" } }

Good:
    layer { name: "data" type: "DummyData" top: "data" dummy_data_param { shape { dim: 4 dim: 20 } } }
    layer { name: "target" type: "DummyData" top: "target" dummy_data_param { shape { dim: 4 dim: 3 } } }
    layer { name: "fc" type: "InnerProduct" bottom: "data" top: "fc"
            inner_product_param { num_output: 3 weight_filler { type: "xavier" } } }
    layer { name: "loss" type: "Python" bottom: "fc" bottom: "target" top: "loss" loss_weight: 1
            python_param { module: "pyloss" layer: "EuclideanLossLayer" } }
"""

from __future__ import annotations

from collections.abc import Iterator

from caffe_ls.net.losses_of_nets import forgotten_losses, has_loss
from caffe_ls.net.model import Net
from caffe_ls.rules.finding import Finding, Severity, fix
from caffe_ls.rules.layer_fields import in_file
from caffe_ls.rules.rewriting import into_end
from caffe_ls.rules.rule import net_rule


@net_rule(severity=Severity.WARNING, fixable=True, phase="TRAIN")
def check(net: Net) -> Iterator[Finding]:
    for index in forgotten_losses(net):
        layer = net.layers[index]
        severity = Severity.INFORMATION if has_loss(net) else None
        message = f"`{layer.name}` has no `loss_weight`: of type {layer.type}, nothing is learnt from it"
        placed = net.text.layers[layer.origin]
        content = " ".join(f"loss_weight: {int(top == 0)}" for top in range(len(layer.spec.tops)))
        edit = in_file(into_end(placed.text, placed.spec.fields.span, content), placed.base)
        place = net.place(index, "name")
        yield Finding(place, message, (fix(f"Add `{content}`", edit),), severity=severity, layer=layer.name)
