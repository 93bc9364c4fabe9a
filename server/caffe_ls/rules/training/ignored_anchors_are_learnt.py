"""Anchors that are to be left out of the loss are counted as a class -1.

The anchor target layer of a region proposal net gives each anchor the label 1, 0, or -1 for those that are to be left
out: most of them. The loss has to be told by `ignore_label: -1`. Without it, SoftmaxWithLoss takes the score of class
-1, which is the number before the first in memory: the release build does not check labels. The loss is that of
numbers that belong to something else, and gradients are written over them.

Source: Faster R-CNN's rpn/anchor_target_layer.py (`labels.fill(-1)`), softmax_loss_layer.cpp (Forward_cpu).

Bad (settings {"dialect": "rfcn"}):
    layer { name: "scores" type: "Input" top: "scores" input_param { shape { dim: 1 dim: 2 dim: 126 dim: 14 } } }
    layer { name: "anchors" type: "Python" bottom: "scores" top: "labels"
            python_param { module: "rpn.anchor_target_layer" layer: "AnchorTargetLayer" param_str: "{}" } }
    layer { name: "loss" type: "SoftmaxWithLoss" bottom: "scores" bottom: "labels" top: "loss" }
    #                                                                     ^^^^^^^^

Good (settings {"dialect": "rfcn"}):
    layer { name: "scores" type: "Input" top: "scores" input_param { shape { dim: 1 dim: 2 dim: 126 dim: 14 } } }
    layer { name: "anchors" type: "Python" bottom: "scores" top: "labels"
            python_param { module: "rpn.anchor_target_layer" layer: "AnchorTargetLayer" param_str: "{}" } }
    layer { name: "loss" type: "SoftmaxWithLoss" bottom: "scores" bottom: "labels" top: "loss"
            loss_param { ignore_label: -1 } }
"""

from __future__ import annotations

from collections.abc import Iterator

from caffe_ls.net.makers import makers
from caffe_ls.net.model import Net
from caffe_ls.rules.finding import Finding, Related, Severity
from caffe_ls.rules.layer_fields import set_field
from caffe_ls.rules.rule import net_rule


@net_rule("Python", severity=Severity.WARNING, fixable=True)
def check(net: Net) -> Iterator[Finding]:
    for index in net.of_type("SoftmaxWithLoss"):
        layer = net.layers[index]
        own = layer.spec.fields.group("loss_param")
        found = makers(net, index, 1)
        if len(found) != 1 or (own.has("ignore_label") and own.integer("ignore_label") == -1):
            continue
        maker = net.layers[found[0]]
        if maker.spec.fields.group("python_param").text("layer") != "AnchorTargetLayer":
            continue
        related = (Related(net.place(found[0], "name"), "labels of 1, 0 and -1"),)
        message = f"`{layer.bottoms[1]}` has the label -1 for anchors to leave out, and the loss does not ignore it"
        fixes = set_field(net, index, "loss_param", "ignore_label", "-1")
        yield Finding(net.place(index, "bottom", 1), message, fixes, related, layer=layer.name)
