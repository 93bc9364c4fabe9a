"""The background's label is none of the classes, so that nothing is taken for background.

The SSD fork's DetectionOutput and DetectionEvaluate leave out the class `background_label_id`. With a number beyond the
classes no class is left out: every prior box is detected as background, with a high confidence. -1 says on purpose that
there is no background. MultiBoxLoss, with softmax, refuses such a number.

Source: the SSD fork's detection_output_layer.cpp (DetectionOutputLayer::Forward_cpu), detection_evaluate_layer.cpp.

Bad (settings {"dialect": "ssd"}):
    layer { name: "loc" type: "Input" top: "loc" input_param { shape { dim: 1 dim: 400 } } }
    layer { name: "conf" type: "Input" top: "conf" input_param { shape { dim: 1 dim: 200 } } }
    layer { name: "prior" type: "Input" top: "prior" input_param { shape { dim: 1 dim: 2 dim: 400 } } }
    layer { name: "out" type: "DetectionOutput" bottom: "loc" bottom: "conf" bottom: "prior" top: "out"
            detection_output_param { num_classes: 2 background_label_id: 50 } }
    #                                                                    ^^

Good (settings {"dialect": "ssd"}):
    layer { name: "loc" type: "Input" top: "loc" input_param { shape { dim: 1 dim: 400 } } }
    layer { name: "conf" type: "Input" top: "conf" input_param { shape { dim: 1 dim: 200 } } }
    layer { name: "prior" type: "Input" top: "prior" input_param { shape { dim: 1 dim: 2 dim: 400 } } }
    layer { name: "out" type: "DetectionOutput" bottom: "loc" bottom: "conf" bottom: "prior" top: "out"
            detection_output_param { num_classes: 2 background_label_id: 0 } }
"""

from __future__ import annotations

from collections.abc import Iterator

from caffe_ls.net.shapes.step import as_int
from caffe_ls.rules.finding import Finding, Severity
from caffe_ls.rules.rule import LayerView, layer_rule

_MESSAGES = {"DetectionOutput": "detection_output_param", "DetectionEvaluate": "detection_evaluate_param"}


@layer_rule(*_MESSAGES, severity=Severity.WARNING, fields=("num_classes",))
def check(view: LayerView) -> Iterator[Finding]:
    param = view.group(_MESSAGES[view.layer.type])
    background, classes = as_int(param.integer("background_label_id")), param.integer("num_classes")
    if classes > 0 and background >= classes:
        message = f"`background_label_id: {background}` is none of the {classes} classes, 0 to {classes - 1}"
        yield Finding(param.place("background_label_id"), message)
