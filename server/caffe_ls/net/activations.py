"""Activation functions, and what stands between a layer of weights and the next one."""

from __future__ import annotations

from collections.abc import Iterator

from caffe_ls.net.first_weights import WEIGHTED
from caffe_ls.net.model import Layer, Net

ACTIVATIONS = frozenset({"AbsVal", "BNLL", "ELU", "PReLU", "ReLU", "ReLU6", "Sigmoid", "Swish", "TanH"})
RECTIFIERS = frozenset({"ELU", "PReLU", "ReLU", "ReLU6"})
SATURATING = frozenset({"Sigmoid", "TanH"})
NORMALIZATIONS = frozenset({"BatchNorm", "BN", "CuDNNBatchNorm", "MVN", "Normalize", "SyncBN"})

_ALL_ELEMENTS = frozenset({"Bias", "Crop", "Dropout", "Flatten", "Interp", "LRN", "Permute", "Pooling", "Power",
                           "Reshape", "Scale", "Slice", "Upsample"})  # fmt: skip
_MOST_LAYERS = 64


def layers_behind(net: Net, index: int) -> Iterator[int]:
    """The layers that get a layer's outputs, through others that hold no sums of weights; the nearest first.

    The layers of weights that end the way are given too.
    """
    waiting, seen = [index], {index}
    while waiting and len(seen) < _MOST_LAYERS:
        at = waiting.pop(0)
        for top in range(len(net.layers[at].tops)):
            for reader, _ in net.consumers(at, top):
                if reader not in seen:
                    seen.add(reader)
                    yield reader
                    if goes_on(net.layers[reader]):
                        waiting.append(reader)


def goes_on(layer: Layer) -> bool:
    """Whether a layer hands on numbers one by one, changed or not, or the like of them."""
    return layer.type in _ALL_ELEMENTS or layer.type in ACTIVATIONS or layer.type in NORMALIZATIONS


def is_rectified(net: Net, index: int) -> bool:
    """Whether the first activation function behind a layer of weights is a rectifier."""
    for reader in layers_behind(net, index):
        kind = net.layers[reader].type
        if kind in RECTIFIERS:
            return True
        if kind in ACTIVATIONS or kind in WEIGHTED:
            return False
    return False


def is_normalized(net: Net, index: int) -> bool:
    """Whether all that reads a layer's output first divides it by its own spread."""
    readers = net.consumers(index)
    return bool(readers) and all(net.layers[reader].type in NORMALIZATIONS for reader, _ in readers)
