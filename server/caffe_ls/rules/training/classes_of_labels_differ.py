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


@net_rule(severity=Severity.WARNING, fixable=True)
def check(net: Net) -> Iterator[Finding]:
    if not net.of_type("Python"):
        return
    for index in net.of_type("SoftmaxWithLoss"):
        loss = net.layers[index]
        maker, labels = direct_maker(net, index), direct_maker(net, index, 1)
        if maker is None or labels is None or net.layers[maker].type not in WEIGHTED:
            continue
        python = net.layers[labels].spec.fields.group("python_param")
        found = _NUM_CLASSES.search(python.text("param_str")) if net.layers[labels].type == "Python" else None
        own = parameters(net.layers[maker])
        scores = own.integer("num_output")
        if found is None or scores <= 0 or int(found[1]) == scores or not _LABELS.search(loss.bottoms[1]):
            continue
        severity = None if scores < int(found[1]) else Severity.INFORMATION
        place = net.in_file(maker, own.place("num_output"))
        related = Related(net.in_file(labels, python.place("param_str")), f"labels of {found[1]} classes")
        message = f"{scores} scores, and `{net.layers[labels].name}` makes labels of {found[1]} classes"
        fixes = (fix(f"Set `num_output: {found[1]}`", Edit(place, found[1])),)
        yield Finding(place, message, fixes, (related,), severity=severity, layer=net.layers[maker].name)
