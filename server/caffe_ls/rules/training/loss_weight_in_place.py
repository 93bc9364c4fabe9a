"""A layer that works in place has a loss weight.

Caffe keeps a loss weight where the gradient of the top stands, and writes it there once, when it builds the net. Where
the top is the layer's own bottom, the first backward pass puts the bottom's gradient in its place: behind a ReLU, what
was negative once has no gradient ever after, and the loss that is printed is a sum with these numbers as weights.

A top of its own keeps the weight. So does one that another layer reads: Caffe then copies it, and the copy has the
weight.

Source: layer.hpp (Layer::SetLossWeights, Layer::Forward), insert_splits.cpp (InsertSplits).

Bad:
    layer { name: "data" type: "DummyData" top: "data" dummy_data_param { shape { dim: 4 dim: 20 } } }
    layer { name: "fc" type: "InnerProduct" bottom: "data" top: "fc"
            inner_product_param { num_output: 1 weight_filler { type: "xavier" } } }
    layer { name: "cost" type: "ReLU" bottom: "fc" top: "fc" loss_weight: 1 }
    #                                                                     ^

Good:
    layer { name: "data" type: "DummyData" top: "data" dummy_data_param { shape { dim: 4 dim: 20 } } }
    layer { name: "fc" type: "InnerProduct" bottom: "data" top: "fc"
            inner_product_param { num_output: 1 weight_filler { type: "xavier" } } }
    layer { name: "cost" type: "ReLU" bottom: "fc" top: "cost" loss_weight: 1 }
"""

from __future__ import annotations

from collections.abc import Iterator

from caffe_ls.net.model import Net
from caffe_ls.rules.finding import Finding, Fix, Severity, fix
from caffe_ls.rules.rule import net_rule
from caffe_ls.rules.values import quoted
from caffe_ls.text.edit import Edit


@net_rule(severity=Severity.WARNING, fixable=True, phase="TRAIN")
def check(net: Net) -> Iterator[Finding]:
    for at, layer in enumerate(net.layers):
        if not layer.needs_backward or not any(layer.loss_weights):
            continue
        for top, weight in enumerate(layer.loss_weights):
            if not weight or not layer.is_in_place(top):
                continue
            name = layer.tops[top]
            message = f"`{name}` is overwritten in place: so is its `loss_weight`, by the first backward pass"
            fixes: tuple[Fix, ...] = ()
            if layer.name and layer.name not in net.blobs:
                fixes = (fix(f"Call the top `{layer.name}`", Edit(net.place(at, "top", top), quoted(layer.name))),)
            yield Finding(net.place(at, "loss_weight", top), message, fixes, layer=layer.name)
