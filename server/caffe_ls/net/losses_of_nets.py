"""Whether a net has a loss, what looks like one and is none, and which layers no loss reaches."""

from __future__ import annotations

from collections.abc import Iterator

from caffe_ls.net.first_weights import WEIGHTED
from caffe_ls.net.model import Net

# Layers that people compute losses with. Those of types that end in Loss have a weight by themselves.
_COMPUTING = ("Eltwise", "Power", "Python", "Reduction", "Scale")


def has_loss(net: Net) -> bool:
    """Whether anything is learnt from at all."""
    return any(any(layer.loss_weights) for layer in net.layers)


def is_known(net: Net) -> bool:
    """Whether all layers are known, so that none of them can be a loss of its own kind."""
    return all(layer.judged for layer in net.layers)


def forgotten_losses(net: Net) -> Iterator[int]:
    """The layers that compute what is called a loss, which nothing reads, and which have no `loss_weight`."""
    for index in net.of_type(*_COMPUTING):
        layer = net.layers[index]
        if layer.spec.fields.has("loss_weight") or not layer.bottoms or not layer.judged:
            continue
        if any(net.consumers(index, top) for top in range(len(layer.tops))) or not layer.tops:
            continue
        names = (layer.name, *layer.spec.tops, layer.spec.fields.group("python_param").text("layer"))
        if any("loss" in name.lower() for name in names) and _reaches_weights(net, index):
            yield index


def _reaches_weights(net: Net, index: int) -> bool:
    """Whether anything that could learn stands behind what the layer reads."""
    waiting, seen = [index], {index}
    while waiting:
        for source in net.layers[waiting.pop()].sources:
            if source is not None and source.layer not in seen:
                if learns(net, source.layer):
                    return True
                seen.add(source.layer)
                waiting.append(source.layer)
    return False


def learns(net: Net, index: int) -> bool:
    """Whether a layer has weights that are to be learnt."""
    layer = net.layers[index]
    return layer.type in WEIGHTED and (not layer.spec.params or layer.spec.params[0].lr_mult != 0)
