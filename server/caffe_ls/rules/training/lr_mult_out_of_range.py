"""A layer's own learning rate is negative, out of all proportion, or 0 for the whole net.

`lr_mult` multiplies the solver's rate for one blob of weights. A negative one climbs the loss; one of 100 or more is a
rate that hardly any base_lr stands. Where it is 0 for all weights of a net that is trained, nothing is learnt: Caffe
goes through all the iterations, and saves the weights as they were.

Source: sgd_solver.cpp (SGDSolver::ComputeUpdateValue), net.cpp (Net::Init, where lr_mult 0 ends the way back).

Bad:
    layer { name: "data" type: "DummyData" top: "data" top: "label"
            dummy_data_param { shape { dim: 4 dim: 20 } shape { dim: 4 } } }
    layer { name: "fc" type: "InnerProduct" bottom: "data" top: "fc" param { lr_mult: -1 } param { lr_mult: 2 }
    #                                                                                 ^^
            inner_product_param { num_output: 11 weight_filler { type: "xavier" } } }
    layer { name: "loss" type: "SoftmaxWithLoss" bottom: "fc" bottom: "label" top: "loss" }

Good:
    layer { name: "data" type: "DummyData" top: "data" top: "label"
            dummy_data_param { shape { dim: 4 dim: 20 } shape { dim: 4 } } }
    layer { name: "fc" type: "InnerProduct" bottom: "data" top: "fc" param { lr_mult: 1 } param { lr_mult: 2 }
            inner_product_param { num_output: 11 weight_filler { type: "xavier" } } }
    layer { name: "loss" type: "SoftmaxWithLoss" bottom: "fc" bottom: "label" top: "loss" }

Bad:
    layer { name: "data" type: "DummyData" top: "data" top: "label"
            dummy_data_param { shape { dim: 4 dim: 20 } shape { dim: 4 } } }
    layer { name: "fc" type: "InnerProduct" bottom: "data" top: "fc" param { lr_mult: 0 } param { lr_mult: 0 }
    #                                                                                 ^
            inner_product_param { num_output: 11 weight_filler { type: "xavier" } } }
    layer { name: "loss" type: "SoftmaxWithLoss" bottom: "fc" bottom: "label" top: "loss" }
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from caffe_ls.net.losses_of_nets import has_loss, is_known
from caffe_ls.net.model import Net
from caffe_ls.rules.finding import Finding, Severity, fix
from caffe_ls.rules.rule import net_rule
from caffe_ls.text.edit import Edit

_LARGE = 100.0
_OF_STATISTICS = frozenset({"BatchNorm", "BN", "CuDNNBatchNorm"})


@net_rule(severity=Severity.WARNING, fixable=True, phase="TRAIN")
def check(net: Net) -> Iterator[Finding]:
    for index in sorted({param.layer for param in net.params if not 0 <= param.spec.lr_mult < _LARGE}):
        yield from _of_layer(net, index)
    of_statistics = frozenset(net.of_type(*_OF_STATISTICS))
    if any(param.spec.lr_mult != 0 and param.layer not in of_statistics for param in net.params):
        return
    learned = [param for param in net.params if param.layer not in of_statistics]
    if learned and has_loss(net) and is_known(net) and net.text.complete:
        last = net.layers[learned[-1].layer]
        place = net.in_file(learned[-1].layer, last.spec.fields.group("param").place("lr_mult"))
        message = "nothing is learnt: `lr_mult` is 0 for all weights of the net"
        yield Finding(place, message, layer=last.name)


def _of_layer(net: Net, index: int) -> Iterator[Finding]:
    layer = net.layers[index]
    for own in layer.spec.fields.groups("param"):
        rate = own.number("lr_mult", 1.0)
        place = net.in_file(index, own.place("lr_mult"))
        if rate < 0:
            change = fix(f"Set `lr_mult: {-rate:g}`", Edit(place, f"{-rate:g}"))
            yield Finding(place, f"`lr_mult: {rate:g}` makes the loss larger, not smaller", (change,), layer=layer.name)
        elif not rate < _LARGE:
            change = fix("Set `lr_mult: 10`", Edit(place, "10"))
            message = f"`lr_mult: {rate:g}` is {rate:g} times the solver's rate, more than weights usually stand"
            severity = Severity.INFORMATION if math.isfinite(rate) else None
            yield Finding(place, message, (change,), severity=severity, layer=layer.name)
