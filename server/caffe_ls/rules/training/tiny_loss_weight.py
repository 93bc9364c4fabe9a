"""All losses weigh so little that hardly a gradient is left.

`loss_weight` multiplies the gradients that a loss sends down, so that it acts as a factor of the learning rate. Where
the largest weight of all losses is a hundred-thousandth, a usual `base_lr` moves no weight that float32 would show.
Adam, RMSProp, AdaGrad and AdaDelta divide by the size of the gradients, so that theirs may be learnt all the same, as
long as they are well above `delta`.

A small weight beside a larger one is no fault: the other loss is learnt.

Source: layer.hpp (Layer::SetLossWeights), sgd_solver.cpp (SGDSolver::ComputeUpdateValue).

Bad:
    layer { name: "data" type: "DummyData" top: "data" top: "label"
            dummy_data_param { shape { dim: 4 dim: 20 } shape { dim: 4 } } }
    layer { name: "fc" type: "InnerProduct" bottom: "data" top: "fc"
            inner_product_param { num_output: 10 weight_filler { type: "xavier" } } }
    layer { name: "loss" type: "SoftmaxWithLoss" bottom: "fc" bottom: "label" top: "loss" loss_weight: 1e-8 }
    #                                                                                                  ^^^^

Good:
    layer { name: "data" type: "DummyData" top: "data" top: "label"
            dummy_data_param { shape { dim: 4 dim: 20 } shape { dim: 4 } } }
    layer { name: "fc" type: "InnerProduct" bottom: "data" top: "fc"
            inner_product_param { num_output: 10 weight_filler { type: "xavier" } } }
    layer { name: "loss" type: "SoftmaxWithLoss" bottom: "fc" bottom: "label" top: "loss" loss_weight: 0.1 }
"""

from __future__ import annotations

from collections.abc import Iterator

from caffe_ls.net.model import Net
from caffe_ls.rules.finding import Finding, Severity, fix
from caffe_ls.rules.rule import net_rule
from caffe_ls.text.edit import Edit

_TINY = 1e-5


@net_rule(severity=Severity.INFORMATION, fixable=True, phase="TRAIN")
def check(net: Net) -> Iterator[Finding]:
    weighing = [index for index, layer in enumerate(net.layers) if any(layer.loss_weights)]
    # Of layers that sum up to more than a mean, a small weight is what makes a mean of it.
    if any(not net.layers[index].type.endswith("Loss") for index in weighing):
        return
    largest = max((abs(weight) for index in weighing for weight in net.layers[index].loss_weights), default=1.0)
    if largest > _TINY or any(_sums_up(net, index) for index in weighing):
        return
    for index in weighing:
        for at, weight in enumerate(net.layers[index].spec.fields.numbers("loss_weight")):
            if abs(weight) == largest:
                place = net.place(index, "loss_weight", at)
                message = f"`loss_weight: {weight:g}` makes all gradients {weight:g} times as large"
                change = fix("Set `loss_weight: 1`", Edit(place, "1"))
                yield Finding(place, message, (change,), layer=net.layers[index].name)
                return


def _sums_up(net: Net, index: int) -> bool:
    """Whether a loss is a sum over places, or over what it compares, and no mean."""
    layer = net.layers[index]
    own = layer.spec.fields.group("loss_param")
    return layer.type == "EuclideanLoss" or own.has("normalization") or own.has("normalize")
