"""Weights and biases as fillers make them at first (filler.hpp), and how many inputs an output is summed up of."""

from __future__ import annotations

import math
from typing import NamedTuple

from caffe_ls.net.model import AnyShape, Layer
from caffe_ls.net.values import Group

_PARAMETERS = {
    "Embed": "embed_param",
    "InnerProduct": "inner_product_param",
    "LSTM": "recurrent_param",
    "RNN": "recurrent_param",
}

WEIGHTED = frozenset({"Convolution", "ConvolutionDepthwise", "Deconvolution", "DepthwiseConvolution", "InnerProduct"})
"""The layers that sum up their weighted inputs."""


class Filled(NamedTuple):
    """What a filler makes of each number of a blob: its mean, and its standard deviation."""

    mean: float
    deviation: float

    @property
    def is_zero(self) -> bool:
        return self.mean == 0 and self.deviation == 0

    @property
    def is_constant(self) -> bool:
        """Whether all numbers of the blob are the same."""
        return self.deviation == 0

    @property
    def root_mean_square(self) -> float:
        return math.hypot(self.mean, self.deviation)


ZERO = Filled(0.0, 0.0)


def parameters(layer: Layer) -> Group:
    """The message that holds a weighted layer's fillers; empty where it is not given."""
    spec = layer.spec
    return spec.fields.group(_PARAMETERS.get(spec.type, "convolution_param"))


def has_bias(layer: Layer) -> bool:
    """Whether a weighted layer adds a bias."""
    return parameters(layer).flag("bias_term", True)


class FirstState(NamedTuple):
    """A weighted layer before training: its weights and its bias, None where they cannot be known, as where the text
    holds them itself, and how many inputs each output is summed up of, None where that is not known."""

    weights: Filled | None
    bias: Filled | None
    width: int | None


def first_state(layer: Layer) -> FirstState:
    """A weighted layer before training; kept with the layer's text."""
    key = (first_state, layer.param_shapes)
    known = layer.spec.cache.get(key)
    if known is None:
        known = layer.spec.cache[key] = FirstState(_first_weights(layer), _first_bias(layer), _input_width(layer))
    return known  # type: ignore[return-value]


def first_weights(layer: Layer) -> Filled | None:
    """What a weighted layer's weights are at first."""
    return first_state(layer).weights


def first_bias(layer: Layer) -> Filled | None:
    """What a weighted layer's bias is at first."""
    return first_state(layer).bias


def input_width(layer: Layer) -> int | None:
    """How many inputs each output of a weighted layer is summed up of.

    An output of a Deconvolution is summed up of as many windows as overlap there.
    """
    return first_state(layer).width


def _first_weights(layer: Layer) -> Filled | None:
    if layer.spec.fields.has("blobs"):
        return None
    own = parameters(layer)
    shape = layer.param_shapes[0] if layer.param_shapes else None
    return filled(own.group("weight_filler"), shape) if own.has("weight_filler") else ZERO


def _first_bias(layer: Layer) -> Filled | None:
    if layer.spec.fields.has("blobs"):
        return None
    own = parameters(layer)
    if not own.has("bias_filler") or not has_bias(layer):
        return ZERO
    shape = layer.param_shapes[1] if layer.param_shapes and len(layer.param_shapes) > 1 else None
    return filled(own.group("bias_filler"), shape)


def filled(filler: Group, shape: AnyShape) -> Filled | None:
    """What a filler makes of a blob of a shape; None where the shape is needed and not known, or the type is new."""
    kind = filler.text("type", "constant")
    if kind == "constant":
        return Filled(filler.number("value"), 0.0)
    if kind == "uniform":
        low, high = filler.number("min"), filler.number("max", 1.0)
        return Filled((low + high) / 2, abs(high - low) / math.sqrt(12))
    if kind == "gaussian":
        return _gaussian(filler, shape)
    if kind == "positive_unitball":
        inputs = _product(shape[1:]) if shape else None
        # Numbers of 0..1, divided by the sum of those that belong to one output.
        return Filled(1 / inputs, 1 / (inputs * math.sqrt(3))) if inputs else None
    if kind in ("xavier", "msra"):
        width = _filler_width(filler, shape)
        return Filled(0.0, math.sqrt((2.0 if kind == "msra" else 1.0) / width)) if width else None
    return None


def _gaussian(filler: Group, shape: AnyShape) -> Filled | None:
    mean, deviation = filler.number("mean"), abs(filler.number("std", 1.0))
    sparse = filler.integer("sparse", -1)
    if sparse < 0:
        return Filled(mean, deviation)
    if not shape or not shape[0]:
        return None
    share = min(1.0, sparse / shape[0])
    square = share * (mean * mean + deviation * deviation) - share * share * mean * mean
    return Filled(share * mean, math.sqrt(max(0.0, square)))


def _filler_width(filler: Group, shape: AnyShape) -> float | None:
    """The n of xavier and msra: the numbers of a blob by its first axis, by its second, or the mean of both."""
    if not shape:
        return None
    inputs = _product(shape[1:])
    outputs = None if inputs is None or shape[0] is None else inputs * shape[0] // (shape[1] or 1 if shape[1:] else 1)
    norm = filler.choice("variance_norm", ("FAN_IN", "FAN_OUT", "AVERAGE"))
    if norm == "FAN_IN":
        return inputs
    if inputs is None or outputs is None:
        return None
    return outputs if norm == "FAN_OUT" else (inputs + outputs) / 2


def _input_width(layer: Layer) -> int | None:
    shape = layer.param_shapes[0] if layer.param_shapes else None
    if not shape:
        return None
    if layer.type == "InnerProduct":
        flipped = parameters(layer).flag("transpose")
        return shape[0] if flipped else shape[-1]
    if layer.type == "Deconvolution":
        return _width_of_deconvolution(layer, shape)
    return _product(shape[1:])


def _width_of_deconvolution(layer: Layer, shape: tuple[int | None, ...]) -> int | None:
    own = parameters(layer)
    inputs, kernel = shape[0], _product(shape[2:])
    if inputs is None or kernel is None:
        return None
    strides = own.integers("stride") or [own.integer("stride_h", 1), own.integer("stride_w", 1)]
    step = math.prod(strides) if len(strides) > 1 else strides[0] ** max(1, len(shape) - 2)
    return max(1, inputs // max(1, own.integer("group", 1)) * kernel // max(1, step))


def _product(dims: tuple[int | None, ...]) -> int | None:
    product = 1
    for dim in dims:
        if not dim:
            return None
        product *= dim
    return product
