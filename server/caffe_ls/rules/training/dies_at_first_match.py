"""MultiBoxLoss stops at the first prior box that matches an object.

The SSD fork builds such a net, and runs it for as long as no box of the batch matches: then a CHECK fails that says
little. `mining_type: HARD_EXAMPLE` samples `sample_size` boxes, which must be above 0; `map_object_to_agnostic` takes
all objects for one class, so that `num_classes` must be 2, or 1 where `background_label_id` is none of the classes.

Source: the SSD fork's bbox_util.cpp (MineHardExamples, EncodeConfPrediction).

Bad (settings {"dialect": "ssd"}):
    layer { name: "loc" type: "Input" top: "loc" input_param { shape { dim: 1 dim: 400 } } }
    layer { name: "conf" type: "Input" top: "conf" input_param { shape { dim: 1 dim: 2100 } } }
    layer { name: "prior" type: "Input" top: "prior" input_param { shape { dim: 1 dim: 2 dim: 400 } } }
    layer { name: "label" type: "Input" top: "label" input_param { shape { dim: 1 dim: 1 dim: 3 dim: 8 } } }
    layer { name: "loss" type: "MultiBoxLoss" bottom: "loc" bottom: "conf" bottom: "prior" bottom: "label" top: "loss"
            multibox_loss_param { num_classes: 21 map_object_to_agnostic: true } }
    #                                                                     ^^^^

Good (settings {"dialect": "ssd"}):
    layer { name: "loc" type: "Input" top: "loc" input_param { shape { dim: 1 dim: 400 } } }
    layer { name: "conf" type: "Input" top: "conf" input_param { shape { dim: 1 dim: 2100 } } }
    layer { name: "prior" type: "Input" top: "prior" input_param { shape { dim: 1 dim: 2 dim: 400 } } }
    layer { name: "label" type: "Input" top: "label" input_param { shape { dim: 1 dim: 1 dim: 3 dim: 8 } } }
    layer { name: "loss" type: "MultiBoxLoss" bottom: "loc" bottom: "conf" bottom: "prior" bottom: "label" top: "loss"
            multibox_loss_param { num_classes: 21 } }
"""

from __future__ import annotations

from collections.abc import Iterator

from caffe_ls.net.shapes.step import as_int
from caffe_ls.rules.finding import Finding, Severity
from caffe_ls.rules.rule import LayerView, layer_rule

_MINING = ("NONE", "MAX_NEGATIVE", "HARD_EXAMPLE")


@layer_rule("MultiBoxLoss", severity=Severity.WARNING, fields=("sample_size", "map_object_to_agnostic"))
def check(view: LayerView) -> Iterator[Finding]:
    param = view.group("multibox_loss_param")
    samples = param.integer("sample_size", 64)
    if param.choice("mining_type", _MINING, "MAX_NEGATIVE") == "HARD_EXAMPLE" and samples <= 0:
        message = f"`sample_size: {samples}` with `mining_type: HARD_EXAMPLE`: Caffe stops at the first match"
        yield Finding(param.place("sample_size"), message)
    if param.flag("map_object_to_agnostic") and param.has("num_classes"):
        classes = param.integer("num_classes")
        wanted = 2 if as_int(param.integer("background_label_id")) >= 0 else 1
        if classes != wanted:
            given = f"`map_object_to_agnostic` with `num_classes: {classes}` and not {wanted}"
            message = f"{given}: Caffe stops at the first match"
            yield Finding(param.place("map_object_to_agnostic"), message)
