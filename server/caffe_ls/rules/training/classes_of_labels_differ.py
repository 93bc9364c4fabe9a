"""A Python layer makes labels of another number of classes than the net has scores for.

Detection nets' labels come from a Python layer that is told the number of classes in its `param_str`. Caffe does not
compare it with the `num_output` of the layer whose scores the loss reads. With too few scores, labels beyond them read
and write memory that is not theirs; with too many, some classes never occur.

Source: softmax_loss_layer.cpp (Forward_cpu), Faster R-CNN's roi_data_layer/layer.py, rpn/proposal_target_layer.py.

Bad:
    layer { name: "rois" type: "Python" top: "data" top: "labels"
            python_param { module: "roi_data_layer.layer" layer: "RoIDataLayer" param_str: "'num_classes': 21" } }
    layer { name: "scores" type: "InnerProduct" bottom: "data" top: "scores"
            inner_product_param { num_output: 20 weight_filler { type: "xavier" } } }
    #                                         ^^
    layer { name: "loss" type: "SoftmaxWithLoss" bottom: "scores" bottom: "labels" top: "loss" }

Good:
    layer { name: "rois" type: "Python" top: "data" top: "labels"
            python_param { module: "roi_data_layer.layer" layer: "RoIDataLayer" param_str: "'num_classes': 21" } }
    layer { name: "scores" type: "InnerProduct" bottom: "data" top: "scores"
            inner_product_param { num_output: 21 weight_filler { type: "xavier" } } }
    layer { name: "loss" type: "SoftmaxWithLoss" bottom: "scores" bottom: "labels" top: "loss" }
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from caffe_ls.net.first_weights import WEIGHTED, parameters
from caffe_ls.net.makers import direct_maker
from caffe_ls.net.model import Net
from caffe_ls.rules.finding import Finding, Related, Severity, fix
from caffe_ls.rules.rule import net_rule
from caffe_ls.text.edit import Edit

_NUM_CLASSES = re.compile(r"""num_classes["']?\s*:\s*(\d+)""")
_LABELS = re.compile("label", re.IGNORECASE)
_TARGETS = re.compile("target", re.IGNORECASE)
_PER_BOX = 4
# Boxes of the background and of everything else.
_AGNOSTIC = 2 * _PER_BOX


@net_rule("Python", severity=Severity.WARNING, fixable=True)
def check(net: Net) -> Iterator[Finding]:
    for index in net.of_type("SoftmaxWithLoss", "SmoothL1Loss"):
        loss = net.layers[index]
        maker, labels = direct_maker(net, index), direct_maker(net, index, 1)
        if maker is None or labels is None or net.layers[maker].type not in WEIGHTED:
            continue
        python = net.layers[labels].spec.fields.group("python_param")
        found = _NUM_CLASSES.search(python.text("param_str")) if net.layers[labels].type == "Python" else None
        if found is None:
            continue
        own = parameters(net.layers[maker])
        made, classes = own.integer("num_output"), int(found[1])
        of_boxes = loss.type == "SmoothL1Loss"
        wanted = _PER_BOX * classes if of_boxes else classes
        if made <= 0 or made == wanted or not (_TARGETS if of_boxes else _LABELS).search(loss.bottoms[1]):
            continue
        if of_boxes and made in (_PER_BOX, _AGNOSTIC):
            continue
        place = net.in_file(maker, own.place("num_output"))
        related = Related(net.in_file(labels, python.place("param_str")), f"`num_classes` is {classes}")
        if of_boxes:
            message = (
                f"{made} numbers for boxes, and `{net.layers[labels].name}` makes {_PER_BOX} for each of {classes}"
            )
            message += " classes"
        else:
            message = f"{made} scores, and `{net.layers[labels].name}` makes labels of {classes} classes"
        fixes = (fix(f"Set `num_output: {wanted}`", Edit(place, str(wanted))),)
        severity = None if made < wanted else Severity.INFORMATION
        yield Finding(place, message, fixes, (related,), severity=severity, layer=net.layers[maker].name)
