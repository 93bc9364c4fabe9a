"""How large activations are in the first forward pass, as data, fillers and activation functions make them.

Variances are propagated layer by layer, as in Glorot and Bengio (2010) and He et al. (2015): an output that sums up n
products of inputs x and independent weights w of mean 0 has the variance n var(w) E[x^2]. It is an estimate: data are
taken to be of some size, inputs independent. Over many layers it is right to a factor of a few, which is enough to see
activations that grow or shrink by powers of ten. Where a layer is met whose output is not known, the estimate begins
anew at 1, and so does it behind a normalization.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple, TypeAlias

from caffe_ls.net.first_weights import WEIGHTED, filled, first_state
from caffe_ls.net.model import Layer, Net, Source

_HALF_NORMAL = 1 / math.pi
"""(E[x])^2 / E[x^2] of what a ReLU makes of numbers that are normally distributed around 0."""

_LARGEST = 1e300
_PASSING = frozenset({
    "Split", "Flatten", "Reshape", "Pooling", "Slice", "Crop", "Permute", "Tile", "Im2col", "BatchReindex", "Filter",
    "Bias", "AbsVal", "Interp", "Upsample", "ROIPooling", "Python",
})  # fmt: skip
_NORMALIZING = frozenset({"BN", "CuDNNBatchNorm", "MVN", "Normalize", "SyncBN"})
_SIGMOID_SLOPE = 0.25


class Scale(NamedTuple):
    """The size of a blob's numbers: their mean square, of that the part that follows from the data, and of the mean
    square the share of the squared mean.
    """

    square: float
    signal: float
    mean_share: float = 0.0

    def times(self, factor: float) -> Scale:
        """The scale of the numbers times another of the root mean square `factor`."""
        grown = factor * factor
        return Scale(_bounded(self.square * grown), _bounded(self.signal * grown), self.mean_share)

    @property
    def root_mean_square(self) -> float:
        return math.sqrt(self.square)

    @property
    def spread(self) -> float:
        """The standard deviation that is due to the data."""
        return math.sqrt(self.signal)


UNIT = Scale(1.0, 1.0)

Transfer: TypeAlias = Callable[[list[Scale]], Scale]
"""What a layer makes of the scales of its bottoms; kept with the layer's text."""


RAW_BYTES = 60.0
"""The root mean square of pixels of 0..255 from which their mean was subtracted, as photographs have it."""


class Way(NamedTuple):
    """The way of the data to a loss: the loss, the bottom that it reads, its scale, and the layers of weights before.

    `layers` are those since the last place at which the scale was certain or unknown, the nearest to the data first;
    `saturating` are the layers among them whose slope is less than 1 everywhere, `through` all that it goes through.
    """

    loss: int
    bottom: int
    scale: Scale
    layers: tuple[int, ...]
    saturating: tuple[int, ...]
    through: tuple[int, ...]


def ways_to_losses(net: Net, ends_in: Callable[[Scale], bool], data: float = 1.0) -> Iterator[Way]:
    """The ways to the bottoms of losses that get a gradient and have such a scale as is asked for.

    Where ways meet, it is the one of the largest signal.
    """
    scales = activation_scales(net, data)
    for index, layer in enumerate(net.layers):
        if not layer.loss_weights or not any(layer.loss_weights) or not layer.needs_backward:
            continue
        for position, source in enumerate(layer.sources):
            if source is None or not layer.bottoms_need_backward[position]:
                continue
            scale = scales[source.layer]
            if ends_in(scale):
                yield Way(index, position, scale, *_way_back(net, scales, source))


def _way_back(
    net: Net, scales: Sequence[Scale], source: Source
) -> tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...]]:
    weighted: list[int] = []
    saturating: list[int] = []
    through: list[int] = []
    at: Source | None = source
    while at is not None:
        layer = net.layers[at.layer]
        through.append(at.layer)
        if layer.type in WEIGHTED:
            weighted.append(at.layer)
        elif layer.type == "Sigmoid":
            saturating.append(at.layer)
        elif layer.type in _NORMALIZING or layer.type == "BatchNorm":
            break
        known = [one for one in layer.sources if one is not None]
        at = max(known, key=lambda one: scales[one.layer].signal) if known else None
    return tuple(reversed(weighted)), tuple(reversed(saturating)), tuple(reversed(through))


@lru_cache(maxsize=4)
def activation_scales(net: Net, data: float = 1.0) -> Sequence[Scale]:
    """The scale of each layer's tops, where data have the root mean square `data`."""
    found: list[Scale] = []
    fed = Scale(data * data, data * data)
    for layer, transfer in zip(net.layers, _transfers(net), strict=True):
        if not layer.sources:
            found.append(fed)
        else:
            read = [UNIT if source is None else found[source.layer] for source in layer.sources]
            found.append(read[0] if transfer is _first else transfer(read))
    return found


@lru_cache(maxsize=4)
def _transfers(net: Net) -> Sequence[Transfer]:
    trains = net.phase == "TRAIN"
    return [_FIXED.get(layer.spec.type) or _transfer(layer, trains) for layer in net.layers]


def _transfer(layer: Layer, trains: bool) -> Transfer:
    spec = layer.spec
    rule = _RULES.get(spec.type)
    if rule is None or (rule is _dropout and not trains):
        return _unknown if rule is None else _first
    if rule is _relu and "relu_param" not in spec.fields.fields:
        return _PLAIN_RELU
    key = (_transfer, layer.param_shapes)
    known = spec.cache.get(key)
    if known is None:
        known = spec.cache[key] = rule(layer)
    return known  # type: ignore[return-value]


def _first(read: list[Scale]) -> Scale:
    return read[0]


def _unknown(read: list[Scale]) -> Scale:
    return UNIT


def _weighted(layer: Layer) -> Transfer:
    weights, bias, width = first_state(layer)
    if weights is None or width is None:
        return _unknown
    mean = weights.mean * weights.mean
    noise, alike = width * weights.deviation * weights.deviation, width * width * mean
    least = width * mean if weights.is_constant else 0.0
    offset = 0.0 if bias is None else bias.root_mean_square * bias.root_mean_square
    steady = offset if bias is not None and bias.is_constant else 0.0

    def transfer(read: list[Scale]) -> Scale:
        before, signal, mean_share = read[0]
        common = max(alike * mean_share, least)
        square = (noise + common) * before + offset
        share = (common * before + steady) / square if square else 0.0
        return Scale(_bounded(square), _bounded((noise + common) * signal), min(1.0, share))

    return transfer


def _relu(layer: Layer) -> Transfer:
    slope = min(1.0, abs(layer.spec.fields.group("relu_param").number("negative_slope")))
    return _rectified(slope)


def _prelu(layer: Layer) -> Transfer:
    own = layer.spec.fields.group("prelu_param")
    filler = filled(own.group("filler"), None) if own.has("filler") else None
    slope = min(1.0, abs(filler.mean)) if filler is not None else 0.25
    return _rectified(slope)


@lru_cache(maxsize=16)
def _rectified(slope: float) -> Transfer:
    """Half of the numbers around 0 stay; numbers that lie around something else stay as they are."""
    kept = (1 + slope * slope) / 2
    least_share = _HALF_NORMAL * (1 - slope) ** 2

    def transfer(read: list[Scale]) -> Scale:
        square, signal, share = read[0]
        return Scale(square * max(kept, share), signal * kept, max(share, least_share))

    return transfer


def _squashed(read: list[Scale]) -> Scale:
    signal = min(_SIGMOID_SLOPE**2 * read[0].signal, 0.25)
    return Scale(0.25 + signal, signal, 0.25 / (0.25 + signal))


def _cut_off(read: list[Scale]) -> Scale:
    return Scale(min(read[0].square, 1.0), min(read[0].signal, 1.0), read[0].mean_share)


def _dropout(layer: Layer) -> Transfer:
    ratio = layer.spec.fields.group("dropout_param").number("dropout_ratio", 0.5)
    return _times(1 / math.sqrt(1 - ratio)) if 0 <= ratio < 1 else _first


def _times(factor: float) -> Transfer:
    return _first if factor == 1 else lambda read: read[0].times(factor)


def _batch_norm(layer: Layer) -> Transfer:
    own = layer.spec.fields.group("batch_norm_param")
    if own.flag("use_global_stats"):
        return _unknown
    eps = own.number("eps", 1e-5)

    def transfer(read: list[Scale]) -> Scale:
        total = read[0].signal + eps
        share = read[0].signal / total if total > 0 else 0.0
        return Scale(share, share)

    return transfer


def factor_of(layer: Layer) -> float | None:
    """What a Power without exponent, or a Scale as it begins, multiplies by; None where it is not known."""
    if layer.type == "Power":
        own = layer.spec.fields.group("power_param")
        return abs(own.number("scale", 1.0)) if own.number("power", 1.0) == 1 else None
    own = layer.spec.fields.group("scale_param")
    shape = layer.param_shapes[0] if layer.param_shapes else None
    factor = filled(own.group("filler"), shape) if own.has("filler") and len(layer.bottoms) == 1 else None
    return factor.root_mean_square if factor is not None else None


def _scale(layer: Layer) -> Transfer:
    if len(layer.bottoms) > 1:
        return _product
    own = layer.spec.fields.group("scale_param")
    factor = factor_of(layer)
    scaled = _times(factor if factor is not None else 1.0)
    bias = filled(own.group("bias_filler"), None) if own.flag("bias_term") and own.has("bias_filler") else None
    return _shifted(scaled, bias.mean) if bias is not None else scaled


def _shifted(scaled: Transfer, shift: float) -> Transfer:
    if not shift:
        return scaled

    def transfer(read: list[Scale]) -> Scale:
        made = scaled(read)
        square = made.square + shift * shift
        return Scale(square, made.signal, shift * shift / square)

    return transfer


def _eltwise(layer: Layer) -> Transfer:
    own = layer.spec.fields.group("eltwise_param")
    operation = own.choice("operation", ("PROD", "SUM", "MAX"), "SUM")
    if operation == "PROD":
        return _product
    if operation == "MAX":
        return max
    factors = [factor * factor for factor in own.numbers("coeff")] or [1.0] * len(layer.bottoms)

    def transfer(read: list[Scale]) -> Scale:
        square = signal = mean = 0.0
        for one, factor in zip(read, factors, strict=False):
            square += factor * one.square
            signal += factor * one.signal
            mean += factor * one.square * one.mean_share
        return Scale(_bounded(square), _bounded(signal), mean / square if square else 0.0)

    return transfer


def _product(read: list[Scale]) -> Scale:
    made = read[0]
    for other in read[1:]:
        made = made.times(other.root_mean_square)
    return made


def _largest(read: list[Scale]) -> Scale:
    return max(read, key=lambda one: one.signal)


def _lrn(layer: Layer) -> Transfer:
    own = layer.spec.fields.group("lrn_param")
    k, alpha, beta = own.number("k", 1.0), own.number("alpha", 1.0), own.number("beta", 0.75)

    def transfer(read: list[Scale]) -> Scale:
        divisor = k + alpha * read[0].square
        return read[0].times(math.exp(-beta * math.log(divisor))) if 0 < divisor < _LARGEST else read[0]

    return transfer


def _power(layer: Layer) -> Transfer:
    factor = factor_of(layer)
    if factor is None:
        return _unknown
    return _shifted(_times(factor), layer.spec.fields.group("power_param").number("shift"))


def _embed(layer: Layer) -> Transfer:
    weights = first_state(layer).weights
    made = UNIT if weights is None else UNIT.times(weights.root_mean_square)
    return lambda read: made


def _bounded(number: float) -> float:
    return min(number, _LARGEST)


_PLAIN_RELU = _rectified(0.0)
# What layers of these types make of their bottoms whatever their text says.
_FIXED: dict[str, Transfer] = {
    **dict.fromkeys(_PASSING, _first),
    "Concat": _largest,
    "ELU": _PLAIN_RELU,
    "Sigmoid": _squashed,
    "TanH": _cut_off,
}
_RULES: dict[str, Callable[[Layer], Transfer]] = {
    **dict.fromkeys(WEIGHTED, _weighted),
    "BatchNorm": _batch_norm,
    "Dropout": _dropout,
    "Eltwise": _eltwise,
    "Embed": _embed,
    "LRN": _lrn,
    "PReLU": _prelu,
    "Power": _power,
    "ReLU": _relu,
    "Scale": _scale,
}
