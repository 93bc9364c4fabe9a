"""The matrix H of an InfogainLoss is not of classes x classes.

H weighs, for each class that is right, each class that was predicted; so it has as many numbers as the square of the
classes: `Check failed: H->count() == num_labels_*num_labels_ (9 vs. 100) H must be 10x10`. Caffes of before December
2016 and their forks, SSD among them, want it as 1 x 1 x classes x classes, too.

Source: infogain_loss_layer.cpp (InfogainLossLayer::Reshape).

Bad:
    layer { name: "scores" type: "Input" top: "scores" input_param { shape { dim: 64 dim: 10 } } }
    layer { name: "label" type: "Input" top: "label" input_param { shape { dim: 64 } } }
    layer { name: "h" type: "Input" top: "h" input_param { shape { dim: 3 dim: 3 } } }
    layer { name: "loss" type: "InfogainLoss" bottom: "scores" bottom: "label" bottom: "h" top: "loss" }
    #                                                                                  ^^^

Good:
    layer { name: "scores" type: "Input" top: "scores" input_param { shape { dim: 64 dim: 10 } } }
    layer { name: "label" type: "Input" top: "label" input_param { shape { dim: 64 } } }
    layer { name: "h" type: "Input" top: "h" input_param { shape { dim: 10 dim: 10 } } }
    layer { name: "loss" type: "InfogainLoss" bottom: "scores" bottom: "label" bottom: "h" top: "loss" }
"""

from __future__ import annotations

from collections.abc import Iterable

from caffe_ls.net.faults import Fault
from caffe_ls.rules.rule import Advice, RefusalView, refusal_rule


@refusal_rule(Fault.INFOGAIN_MATRIX_SIZE)
def advise(view: RefusalView) -> Iterable[Advice]:
    return ()
