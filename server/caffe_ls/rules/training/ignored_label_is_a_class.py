"""The label that is ignored is one of the net's classes, which is then never learnt.

`ignore_label` names a label that counts for nothing: places of an image that nobody labelled, mostly 255 or -1. One of
0 to the number of classes less 1 has a score of its own, which no example teaches anything. That may be meant, as where
0 is the background and is to be left out; else give the unlabelled places another number.

Source: softmax_loss_layer.cpp (Forward_cpu).

Bad:
    layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 4 dim: 20 } } }
    layer { name: "label" type: "Input" top: "label" input_param { shape { dim: 4 } } }
    layer { name: "fc" type: "InnerProduct" bottom: "data" top: "fc" inner_product_param { num_output: 10 } }
    layer { name: "loss" type: "SoftmaxWithLoss" bottom: "fc" bottom: "label" top: "loss"
            loss_param { ignore_label: 9 } }
    #                                  ^

Good:
    layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 4 dim: 20 } } }
    layer { name: "label" type: "Input" top: "label" input_param { shape { dim: 4 } } }
    layer { name: "fc" type: "InnerProduct" bottom: "data" top: "fc" inner_product_param { num_output: 10 } }
    layer { name: "loss" type: "SoftmaxWithLoss" bottom: "fc" bottom: "label" top: "loss"
            loss_param { ignore_label: 255 } }
"""

from __future__ import annotations

from collections.abc import Iterator

from caffe_ls.rules.finding import Finding, Severity
from caffe_ls.rules.rule import LayerView, layer_rule


@layer_rule("SoftmaxWithLoss", "InfogainLoss", severity=Severity.INFORMATION, fields=("ignore_label",))
def check(view: LayerView) -> Iterator[Finding]:
    own = view.group("loss_param")
    shape = view.layer.bottom_shapes[0] if view.layer.bottom_shapes else None
    axis = view.group("softmax_param" if view.layer.type == "SoftmaxWithLoss" else "infogain_loss_param").integer(
        "axis", 1
    )
    if not own.has("ignore_label") or shape is None or not -len(shape) <= axis < len(shape):
        return
    classes, ignored = shape[axis], own.integer("ignore_label")
    if classes is not None and 0 <= ignored < classes:
        message = f"label {ignored} is ignored, which is one of the {classes} classes: it is never learnt"
        yield Finding(own.place("ignore_label"), message)
