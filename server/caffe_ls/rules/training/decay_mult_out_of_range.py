"""A layer's own weight decay is negative, or out of all proportion.

`decay_mult` multiplies the solver's `weight_decay` for one blob of weights. A negative one pushes weights away from 0,
the more the larger they are: they grow without end. One of 1,000 or more takes away more of each weight, with a usual
`weight_decay` of 0.0005, than gradients give back: the weights stay near 0, and where rate x `weight_decay` x
`decay_mult` is above 2 they overshoot 0 and grow.

Source: sgd_solver.cpp (SGDSolver::Regularize).

Bad:
    layer { name: "data" type: "DummyData" top: "data" top: "label"
            dummy_data_param { shape { dim: 4 dim: 20 } shape { dim: 4 } } }
    layer { name: "fc" type: "InnerProduct" bottom: "data" top: "fc" param { lr_mult: 1 decay_mult: -1 }
    #                                                                                               ^^
            inner_product_param { num_output: 11 weight_filler { type: "xavier" } } }
    layer { name: "loss" type: "SoftmaxWithLoss" bottom: "fc" bottom: "label" top: "loss" }

Good:
    layer { name: "data" type: "DummyData" top: "data" top: "label"
            dummy_data_param { shape { dim: 4 dim: 20 } shape { dim: 4 } } }
    layer { name: "fc" type: "InnerProduct" bottom: "data" top: "fc" param { lr_mult: 1 decay_mult: 1 }
            inner_product_param { num_output: 11 weight_filler { type: "xavier" } } }
    layer { name: "loss" type: "SoftmaxWithLoss" bottom: "fc" bottom: "label" top: "loss" }
"""

from __future__ import annotations

from collections.abc import Iterator

from caffe_ls.rules.finding import Finding, Severity, fix
from caffe_ls.rules.rule import LayerView, layer_rule
from caffe_ls.text.edit import Edit

_LARGE = 1000.0


@layer_rule(severity=Severity.WARNING, fixable=True, fields=("decay_mult",), phase="TRAIN")
def check(view: LayerView) -> Iterator[Finding]:
    for own in view.fields.groups("param"):
        decay = own.number("decay_mult", 1.0)
        if 0 <= decay < _LARGE or own.number("lr_mult", 1.0) == 0:
            continue
        place = own.place("decay_mult")
        if decay < 0:
            change = fix(f"Set `decay_mult: {-decay:g}`", Edit(place, f"{-decay:g}"))
            yield Finding(place, f"`decay_mult: {decay:g}` makes weights grow by themselves", (change,))
        elif decay >= _LARGE:
            change = fix("Set `decay_mult: 1`", Edit(place, "1"))
            message = f"`decay_mult: {decay:g}` takes {decay:,.7g} times as much of each weight as `weight_decay` says"
            yield Finding(place, message, (change,), severity=Severity.INFORMATION)
