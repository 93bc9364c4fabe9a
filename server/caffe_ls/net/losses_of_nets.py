"""Whether a net has a loss, what looks like one and is none, and which layers no loss reaches."""

from __future__ import annotations

from collections.abc import Iterator

from caffe_ls.net.first_weights import WEIGHTED
from caffe_ls.net.model import Net, count

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


def share_of(net: Net, index: int) -> float | None:
    """How much a classifying loss counts: its weight times how often what it sums up counts more than in a mean.

    None where that is not known. Sources: softmax_loss_layer.cpp and sigmoid_cross_entropy_loss_layer.cpp
    (get_normalizer); `normalize` is what `normalization` was before (loss_layer.cpp, LossLayer::LayerSetUp).
    """
    layer = net.layers[index]
    weight = layer.loss_weights[0] if layer.loss_weights else 0.0
    own = layer.spec.fields.group("loss_param")
    usual = "BATCH_SIZE" if layer.type == "SigmoidCrossEntropyLoss" else "VALID"
    if own.has("normalization"):
        mode = own.choice("normalization", ("FULL", "VALID", "BATCH_SIZE", "NONE"))
    elif own.has("normalize"):
        mode = "VALID" if own.flag("normalize") else "BATCH_SIZE"
    else:
        mode = usual
    if mode not in ("BATCH_SIZE", "NONE") or layer.type == "MultinomialLogisticLoss":
        return weight
    scores = layer.bottom_shapes[0]
    labels = layer.bottom_shapes[1] if len(layer.bottom_shapes) > 1 else None
    places = scores if layer.type == "SigmoidCrossEntropyLoss" else labels
    number = count(places)
    if number is None or not places or not places[0]:
        return None
    return weight * (number if mode == "NONE" else number / places[0])
