"""A net that is trained has no loss: nothing is learnt.

Caffe trains a net without a loss without a word. All gradients are 0, the loss that is printed is 0, and only
weight_decay changes the weights: towards 0. Often the loss stands in the wrong phase, or has `loss_weight: 0`.

It is told of nets that a solver trains, or that have data for training (`include { phase: TRAIN }`).

Source: net.cpp (Net::Init, Net::ForwardFromTo), layer.hpp (Layer::SetLossWeights).

Bad:
    name: "lenet"
    #     ^^^^^^^
    layer { name: "data" type: "DummyData" top: "data" include { phase: TRAIN }
            dummy_data_param { shape { dim: 4 dim: 20 } } }
    layer { name: "fc" type: "InnerProduct" bottom: "data" top: "fc"
            inner_product_param { num_output: 3 weight_filler { type: "xavier" } } }

Good:
    name: "lenet"
    layer { name: "data" type: "DummyData" top: "data" top: "label" include { phase: TRAIN }
            dummy_data_param { shape { dim: 4 dim: 20 } shape { dim: 4 } } }
    layer { name: "fc" type: "InnerProduct" bottom: "data" top: "fc"
            inner_product_param { num_output: 3 weight_filler { type: "xavier" } } }
    layer { name: "loss" type: "SoftmaxWithLoss" bottom: "fc" bottom: "label" top: "loss" }
"""

from __future__ import annotations

from collections.abc import Iterator

from caffe_ls.analysis.documents import PrototxtDocument
from caffe_ls.net.losses_of_nets import forgotten_losses, has_loss, is_known, learns
from caffe_ls.net.model import Net
from caffe_ls.rules.certain_nets import in_each_state
from caffe_ls.rules.finding import Category, Finding, Severity, fix
from caffe_ls.rules.rule import document_rule
from caffe_ls.text.edit import Edit


@document_rule(category=Category.TRAINING, severity=Severity.WARNING, reads="net", fixable=True, needs_brackets=True)
def check(document: PrototxtDocument) -> Iterator[Finding]:
    trained = any(state.phase == "TRAIN" for state in document.context.states)
    yield from in_each_state(document, lambda net: _check(net, trained))


def _check(net: Net, trained: bool) -> Iterator[Finding]:
    if net.phase != "TRAIN" or has_loss(net) or not net.text.complete or not is_known(net):
        return
    if not (trained or _says_so(net)) or not any(learns(net, index) for index in range(len(net.layers))):
        return
    if any(True for _ in forgotten_losses(net)):
        return  # A rule of its own tells of these.
    weightless = [at for at, layer in enumerate(net.layers) if layer.spec.fields.has("loss_weight")]
    if weightless:
        at = weightless[0]
        layer = net.layers[at]
        place = net.place(at, "loss_weight")
        message = f"nothing is learnt: `loss_weight: 0` of `{layer.name}` leaves the net without a loss"
        yield Finding(place, message, (fix("Set `loss_weight: 1`", Edit(place, "1")),), layer=layer.name)
        return
    yield Finding(net.text.named, "nothing is learnt: the net that is trained has no loss")


def _says_so(net: Net) -> bool:
    fed = (layer for layer in net.layers if not layer.bottoms)
    rules = (rule for layer in fed for rule in layer.spec.fields.groups("include"))
    return any(rule.choice("phase", ("TRAIN", "TEST"), "none") == "TRAIN" for rule in rules)
