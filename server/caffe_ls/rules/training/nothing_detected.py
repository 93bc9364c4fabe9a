"""A DetectionOutput keeps no detection, or all of them.

`keep_top_k: 0` keeps none, and -1, the default, all; a `confidence_threshold` of 1 or more is above every confidence;
an `nms_threshold` of 1 or more suppresses nothing, since no overlap is larger. Caffe takes them all without a word.

Source: the SSD fork's detection_output_layer.cpp (DetectionOutputLayer::Forward_cpu), bbox_util.cpp (ApplyNMSFast).

Bad (settings {"dialect": "ssd"}):
    layer { name: "loc" type: "Input" top: "loc" input_param { shape { dim: 1 dim: 400 } } }
    layer { name: "conf" type: "Input" top: "conf" input_param { shape { dim: 1 dim: 200 } } }
    layer { name: "prior" type: "Input" top: "prior" input_param { shape { dim: 1 dim: 2 dim: 400 } } }
    layer { name: "out" type: "DetectionOutput" bottom: "loc" bottom: "conf" bottom: "prior" top: "out"
            detection_output_param { num_classes: 2 keep_top_k: 0 nms_param { nms_threshold: 2 } } }
    #                                                           ^ nothing-detected
    #                                                                                        ^ nothing-detected

Good (settings {"dialect": "ssd"}):
    layer { name: "loc" type: "Input" top: "loc" input_param { shape { dim: 1 dim: 400 } } }
    layer { name: "conf" type: "Input" top: "conf" input_param { shape { dim: 1 dim: 200 } } }
    layer { name: "prior" type: "Input" top: "prior" input_param { shape { dim: 1 dim: 2 dim: 400 } } }
    layer { name: "out" type: "DetectionOutput" bottom: "loc" bottom: "conf" bottom: "prior" top: "out"
            detection_output_param { num_classes: 2 keep_top_k: 200 nms_param { nms_threshold: 0.45 } } }
"""

from __future__ import annotations

from collections.abc import Iterator

from caffe_ls.rules.finding import Finding, Severity
from caffe_ls.rules.rule import LayerView, layer_rule


@layer_rule("DetectionOutput", severity=Severity.WARNING, fields=("keep_top_k", "confidence_threshold", "nms_param"))
def check(view: LayerView) -> Iterator[Finding]:
    param = view.group("detection_output_param")
    if param.has("keep_top_k") and param.integer("keep_top_k") == 0:
        yield Finding(param.place("keep_top_k"), "`keep_top_k: 0` keeps no detection; -1 keeps all")
    least = param.number("confidence_threshold")
    if least >= 1:
        message = f"`confidence_threshold: {least:g}` is above every confidence"
        yield Finding(param.place("confidence_threshold"), message)
    nms = param.group("nms_param")
    overlap = nms.number("nms_threshold", 0.3)
    if overlap >= 1:
        message = f"`nms_threshold: {overlap:g}` suppresses nothing: overlaps are at most 1"
        yield Finding(nms.place("nms_threshold"), message)
