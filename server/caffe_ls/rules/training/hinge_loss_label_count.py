"""HingeLoss reads one label for each item, and there are more.

It compares only the first dimensions of scores and labels, and then reads as many labels as there are items, the first
ones: of labels N x 2, those of the second half of the batch are never read, and those of the first half stand for two
items. Caffe says nothing. One label per item is a class's index; several per item are for SigmoidCrossEntropyLoss.

Source: hinge_loss_layer.cpp (HingeLossLayer::Forward_cpu).

Bad:
    layer { name: "scores" type: "Input" top: "scores" input_param { shape { dim: 64 dim: 10 } } }
    layer { name: "label" type: "Input" top: "label" input_param { shape { dim: 64 dim: 10 } } }
    layer { name: "loss" type: "HingeLoss" bottom: "scores" bottom: "label" top: "loss" }
    #                                                               ^^^^^^^

Good:
    layer { name: "scores" type: "Input" top: "scores" input_param { shape { dim: 64 dim: 10 } } }
    layer { name: "label" type: "Input" top: "label" input_param { shape { dim: 64 } } }
    layer { name: "loss" type: "HingeLoss" bottom: "scores" bottom: "label" top: "loss" }
"""

from __future__ import annotations

from collections.abc import Iterator

from caffe_ls.net.shapes.step import product, shown
from caffe_ls.rules.finding import Finding, Severity
from caffe_ls.rules.rule import LayerView, layer_rule


@layer_rule("HingeLoss", severity=Severity.WARNING)
def check(view: LayerView) -> Iterator[Finding]:
    shapes = view.layer.bottom_shapes
    labels = shapes[1] if len(shapes) == 2 else None
    if not labels:
        return
    each = product(labels[1:])
    if each is not None and each > 1:
        message = f"{each:,} labels per item ({shown(labels)}): HingeLoss reads one"
        yield Finding(view.fields.place("bottom", 1), message)
