"""What fillers make of weights at first (filler.hpp)."""

from __future__ import annotations

import math

from caffe_ls.analysis.evidence import Evidence
from caffe_ls.analysis.observations import WEIGHTED, finite_values
from caffe_ls.net import first_weights
from caffe_ls.net.model import Layer, Net
from caffe_ls.net.values import Group

PARAMS = {
    "InnerProduct": "inner_product_param", "Embed": "embed_param", "LSTM": "recurrent_param", "RNN": "recurrent_param",
}  # fmt: skip


def weight_filler(layer: Layer) -> Group | None:
    """The filler of a layer's weights; None where none is given: then they are 0."""
    return _filler(layer, "weight_filler")


def bias_filler(layer: Layer) -> Group | None:
    """The filler of a layer's bias; None where none is given."""
    return _filler(layer, "bias_filler")


def _filler(layer: Layer, name: str) -> Group | None:
    own = layer.spec.fields.group(PARAMS.get(layer.type, "convolution_param"))
    return own.group(name) if own.has(name) else None


def input_width(evidence: Evidence, layer: Layer) -> int | None:
    """How many inputs each output of a layer is summed up of."""
    return first_weights.input_width(layer)


def typical_weight(evidence: Evidence, layer: Layer) -> float | None:
    """The root mean square of what a layer's filler makes; None where that is not known."""
    filled = first_weights.first_weights(layer)
    return None if filled is None else filled.root_mean_square


_KEEPS_VARIANCE = 2.0
"""A weight's variance times the width of its input that keeps activations as they are through ReLUs (He et al.)."""

_XAVIER = math.sqrt(1 / _KEEPS_VARIANCE)
"""How many times larger xavier's weights make what goes through them."""


def gain(evidence: Evidence, layer: Layer) -> float | None:
    """How many times larger a layer's output is than its input, of a layer that keeps the variance."""
    width, weight = input_width(evidence, layer), weight_size(evidence, layer)
    if not width or not weight:
        return None
    return weight * math.sqrt(width / _KEEPS_VARIANCE)


def weight_size(evidence: Evidence, layer: Layer) -> float | None:
    """The root mean square of a layer's first weights: as the first pass shows it, else as the filler makes it."""
    params = evidence.params(layer.name)
    if params and evidence.is_from_start:
        values = finite_values(params[0][0])
        if values:
            return values[0] * math.sqrt(math.pi / 2)  # Of a normal distribution, from its mean |x|.
    return typical_weight(evidence, layer)


def taken_back(evidence: Evidence, net: Net) -> float:
    """What fillers smaller than xavier's take back, in decades: nets of raw images are trained with such."""
    gains = [gain(evidence, layer) for layer in net.layers if layer.type in WEIGHTED]
    return sum(min(0.0, math.log10(gain / _XAVIER)) for gain in gains if gain)
