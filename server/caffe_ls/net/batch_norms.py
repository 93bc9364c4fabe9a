"""BatchNorm layers: whose statistics they use, over how many numbers, and whether the net is trained, or was before."""

from __future__ import annotations

from collections.abc import Iterable

from caffe_ls.net.model import Layer, LayerSpec, Net, Phase, count
from caffe_ls.net.shapes.step import float32

_WEIGHTED = ("Convolution", "Deconvolution", "InnerProduct", "Scale", "DepthwiseConvolution", "ConvolutionDepthwise")
DEFAULT_EPS = float32(1e-5)


def asks_for_global_statistics(layer: Layer) -> bool | None:
    """What `use_global_stats` says; None where it is not given."""
    own = layer.spec.fields.group("batch_norm_param")
    return own.flag("use_global_stats") if own.has("use_global_stats") else None


def uses_batch_statistics(layer: Layer, phase: Phase) -> bool:
    """Whether a BatchNorm normalizes by the statistics of its input (BatchNormLayer::LayerSetUp)."""
    asked = asks_for_global_statistics(layer)
    return phase == "TRAIN" if asked is None else not asked


def eps_of(layer: Layer) -> float:
    """What is added to the variance."""
    return float32(layer.spec.fields.group("batch_norm_param").number("eps", DEFAULT_EPS))


def numbers_per_channel(layer: Layer) -> int | None:
    """How many numbers a mean and a variance are of; None where that is not known."""
    shape = layer.bottom_shapes[0] if layer.bottom_shapes else None
    if shape is None or len(shape) < 2:
        return None
    return count((shape[0], *shape[2:]))


def is_trained(net: Net) -> bool:
    """Whether the net is built to be trained, and something in it learns."""
    return net.phase == "TRAIN" and any(layer.needs_backward for layer in reversed(net.layers))


def has_frozen_weights(net: Net) -> bool:
    """Whether weights are kept as they are (`lr_mult: 0`): they must then come from a file, and so do the others."""
    return any(
        net.layers[index].spec.params and net.layers[index].spec.params[0].lr_mult == 0
        for index in net.of_type(*_WEIGHTED)
    )


def normalizations_in_a_row(layers: Iterable[LayerSpec], phase: Phase) -> int:
    """How many BatchNorms, each using its stored statistics, numbers pass through at most, in layers that are built."""
    longest = 0
    above: dict[str, int] = {}
    for layer in layers:
        number = max((above.get(bottom, 0) for bottom in layer.bottoms), default=0)
        if layer.type == "BatchNorm":
            number += layer.fields.group("batch_norm_param").flag("use_global_stats", phase == "TEST")
        above.update(dict.fromkeys(layer.tops, number))
        longest = max(longest, number)
    return longest
