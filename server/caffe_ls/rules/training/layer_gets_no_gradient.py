"""No loss is behind a layer whose weights are to be learnt.

What a layer makes reaches a loss only through layers that hand a gradient down. A layer whose output nothing reads, or
only Silence, Accuracy and the like, or from which `propagate_down: false` cuts the loss off, keeps its first weights.
Where that is so of all layers with weights, nothing is learnt at all. Where it is so of one, a loss or a connection may
have been forgotten; what is to be kept as it is says so by `lr_mult: 0`.

Source: net.cpp (the second half of Net::Init).

Bad:
    layer { name: "data" type: "DummyData" top: "data" top: "label"
            dummy_data_param { shape { dim: 4 dim: 20 } shape { dim: 4 } } }
    layer { name: "fc" type: "InnerProduct" bottom: "data" top: "fc"
    #                        ^^^^^^^^^^^^^^
            inner_product_param { num_output: 3 weight_filler { type: "xavier" } } }
    layer { name: "loss" type: "SoftmaxWithLoss" bottom: "fc" bottom: "label" top: "loss"
            propagate_down: false propagate_down: false }

Good:
    layer { name: "data" type: "DummyData" top: "data" top: "label"
            dummy_data_param { shape { dim: 4 dim: 20 } shape { dim: 4 } } }
    layer { name: "fc" type: "InnerProduct" bottom: "data" top: "fc"
            inner_product_param { num_output: 3 weight_filler { type: "xavier" } } }
    layer { name: "loss" type: "SoftmaxWithLoss" bottom: "fc" bottom: "label" top: "loss" }
"""

from __future__ import annotations

from collections.abc import Iterator

from caffe_ls.net.first_weights import WEIGHTED
from caffe_ls.net.losses_of_nets import has_loss, is_known, learns
from caffe_ls.net.model import Net
from caffe_ls.rules.finding import Finding, Related, Severity
from caffe_ls.rules.rule import net_rule

_MOST_LAYERS = 400


@net_rule(*WEIGHTED, severity=Severity.WARNING, phase="TRAIN")
def check(net: Net) -> Iterator[Finding]:
    if not net.text.complete:
        return
    weighted = [index for index in net.of_type(*WEIGHTED) if learns(net, index)]
    left = [index for index in weighted if not net.layers[index].needs_backward]
    if not left or not has_loss(net) or not is_known(net):
        return
    if len(left) == len(weighted):
        yield _told(net, left[-1], "nothing is learnt: no gradient of a loss reaches any layer with weights", None)
        return
    shared = {net.params[param.owner].layer for param in net.params if param.owner is not None}
    for index in left:
        layer = net.layers[index]
        # Of several layers in a row the last one is told of; sharers may learn by the others.
        readers = [reader for reader, _ in net.consumers(index)]
        if index in shared or any(spec.name for spec in layer.spec.params) or _goes_to(net, readers, left):
            continue
        message = f"`{layer.name}` learns nothing: no gradient of a loss comes back to it"
        yield _told(net, index, message, Severity.INFORMATION)


def _told(net: Net, index: int, message: str, severity: Severity | None) -> Finding:
    cut = _cut_by(net, index)
    related = () if cut is None else (Related(net.place(cut, "propagate_down"), "this hands no gradient down"),)
    place = net.place(index, "type")
    return Finding(place, message, related=related, severity=severity, layer=net.layers[index].name)


def _goes_to(net: Net, readers: list[int], left: list[int]) -> bool:
    """Whether another layer that learns nothing either stands behind, which is told of instead."""
    wanted = set(left)
    return any(reader in wanted for reader in _behind(net, readers))


def _cut_by(net: Net, index: int) -> int | None:
    """The layer behind that says `propagate_down: false`."""
    readers = [reader for reader, _ in net.consumers(index)]
    return next((at for at in _behind(net, readers) if False in net.layers[at].spec.propagate_down), None)


def _behind(net: Net, first: list[int]) -> Iterator[int]:
    waiting, seen = list(first), set(first)
    while waiting and len(seen) < _MOST_LAYERS:
        at = waiting.pop(0)
        yield at
        for top in range(len(net.layers[at].tops)):
            for reader, _ in net.consumers(at, top):
                if reader not in seen:
                    seen.add(reader)
                    waiting.append(reader)
