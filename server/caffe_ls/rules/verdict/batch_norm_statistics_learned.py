"""The statistics of BatchNorm are asked to learn.

BatchNorm keeps three blobs: the running mean, the variance and their common factor. They are measured, not learned, and
the layer sets their `lr_mult` to 0 by itself; a `param` that says otherwise, or that says nothing and so means 1, is
refused: `Check failed: this->layer_param_.param(i).lr_mult() == 0.f (1 vs. 0) Cannot configure batch normalization
statistics as layer parameters`. (With exactly three blocks, today's Caffe takes the net for an old one and sets them
to 0 itself.) The factor and the offset that are learned belong to a Scale layer behind it.

Source: batch_norm_layer.cpp (BatchNormLayer::LayerSetUp), upgrade_proto.cpp (UpgradeNetBatchNorm).

Bad:
    layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 2 dim: 3 dim: 8 dim: 8 } } }
    layer { name: "bn" type: "BatchNorm" bottom: "data" top: "bn" param { lr_mult: 1 } param { } }
    #                                                                              ^         ^^^

Good:
    layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 2 dim: 3 dim: 8 dim: 8 } } }
    layer { name: "bn" type: "BatchNorm" bottom: "data" top: "bn" param { lr_mult: 0 } param { lr_mult: 0 } }

Good:
    layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 2 dim: 3 dim: 8 dim: 8 } } }
    layer { name: "bn" type: "BatchNorm" bottom: "data" top: "bn" }
    layer { name: "scale" type: "Scale" bottom: "bn" top: "bn" scale_param { bias_term: true } }
"""

from __future__ import annotations

from collections.abc import Iterable

from caffe_ls.net.faults import Fault
from caffe_ls.rules.finding import fix
from caffe_ls.rules.rule import Advice, RefusalView, refusal_rule
from caffe_ls.text.edit import Edit
from caffe_ls.text.span import Span


@refusal_rule(Fault.BATCH_NORM_STATISTICS_LEARNED, fixable=True)
def advise(view: RefusalView) -> Iterable[Advice]:
    layer = view.layer
    assert layer is not None
    for index in range(layer.spec.fields.count("param")):
        param = layer.spec.fields.groups("param")[index]
        if param.place("lr_mult") != view.refusal.span:
            continue
        place = view.place(view.refusal.span)
        if param.has("lr_mult"):
            yield fix("Set `lr_mult: 0`", Edit(place, "0"), safe=True)
        elif view.document.text[place.end - 1 : place.end] == "}":
            inside = place.end - 1
            yield fix("Set `lr_mult: 0`", Edit(Span(inside, inside), "lr_mult: 0 "), safe=True)
