"""In this Caffe the loss of a batch without any label is 0 / 0.

With `ignore_label` the softmax loss is divided by the number of places that count. Where all of a batch are ignored,
as where an image has no object or a proposal net finds no anchor, Caffes of before November 2015, and the forks of
them, divide by 0: the loss is nan, and so are all weights after that step. Later ones divide by at least 1.

`normalize: false` divides by the batch size, which is never 0, and makes the loss as many times as large as an item has
places.

Source: softmax_loss_layer.cpp (Forward_cpu, and get_normalizer, which came with `normalization`).

Bad (settings {"dialect": "segnet"}):
    layer { name: "data" type: "DummyData" top: "data" top: "label"
            dummy_data_param { shape { dim: 4 dim: 20 } shape { dim: 4 } } }
    layer { name: "fc" type: "InnerProduct" bottom: "data" top: "fc"
            inner_product_param { num_output: 11 weight_filler { type: "xavier" } } }
    layer { name: "loss" type: "SoftmaxWithLoss" bottom: "fc" bottom: "label" top: "loss"
            loss_param { ignore_label: 11 } }
    #                                  ^^

Good (settings {"dialect": "segnet"}):
    layer { name: "data" type: "DummyData" top: "data" top: "label"
            dummy_data_param { shape { dim: 4 dim: 20 } shape { dim: 4 } } }
    layer { name: "fc" type: "InnerProduct" bottom: "data" top: "fc"
            inner_product_param { num_output: 11 weight_filler { type: "xavier" } } }
    layer { name: "loss" type: "SoftmaxWithLoss" bottom: "fc" bottom: "label" top: "loss"
            loss_param { ignore_label: 11 normalize: false } }
"""

from __future__ import annotations

from collections.abc import Iterator

from caffe_ls.rules.finding import Finding, Severity
from caffe_ls.rules.rule import LayerView, layer_rule
from caffe_ls.schema import catalog


@layer_rule("SoftmaxWithLoss", severity=Severity.INFORMATION, fields=("ignore_label",), phase="TRAIN")
def check(view: LayerView) -> Iterator[Finding]:
    own = view.group("loss_param")
    if not own.has("ignore_label") or not own.flag("normalize", True):
        return
    schema = catalog.load(view.dialect)
    if schema.field("LossParameter", "normalize") and not schema.field("LossParameter", "normalization"):
        message = f"a batch in which all labels are {own.integer('ignore_label')} divides by 0 in this Caffe: loss nan"
        yield Finding(own.place("ignore_label"), message)
