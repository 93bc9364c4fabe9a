"""What fillers make of weights at first (filler.hpp)."""

from __future__ import annotations

import math

from caffe_ls.analysis.evidence import Evidence
from caffe_ls.net.model import Layer
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
    shapes = layer.param_shapes
    if not shapes or not shapes[0]:
        return None
    shape = shapes[0]
    if any(dim is None for dim in shape):
        return None
    dims = [dim or 0 for dim in shape]
    if layer.type == "InnerProduct":
        flipped = layer.spec.fields.group("inner_product_param").flag("transpose")
        return dims[0] if flipped else dims[-1]
    return math.prod(dims[1:])


def typical_weight(evidence: Evidence, layer: Layer) -> float | None:
    """The root mean square of what a layer's filler makes; None where that is not known."""
    filler, width = weight_filler(layer), input_width(evidence, layer)
    if filler is None:
        return 0.0
    kind = filler.text("type", "constant")
    if kind == "constant":
        return abs(filler.number("value"))
    if kind == "gaussian":
        return abs(filler.number("std", 1.0))
    if kind == "uniform":
        low, high = filler.number("min", 0.0), filler.number("max", 1.0)
        return math.sqrt((low * low + low * high + high * high) / 3)
    if kind in ("xavier", "msra") and width:
        return math.sqrt((2.0 if kind == "msra" else 1.0) / width)
    if kind == "positive_unitball" and width:
        return 1.0 / width
    return None
