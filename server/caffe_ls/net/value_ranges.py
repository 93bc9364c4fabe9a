"""What each blob of a net can hold: from what data layers give, through what each layer makes of its bottoms.

It is asked for by rules about layers that not all numbers suit, and looks only at what is above these.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple, TypeAlias

from caffe_ls.net.intervals import (
    ANY_SIGN,
    UNSEEN,
    Values,
    absolute,
    clipped,
    constant,
    exponential,
    greatest,
    logarithm,
    power,
    products,
    total,
    union,
)
from caffe_ls.net.model import Layer, Net, Phase, Source
from caffe_ls.net.shapes.step import float32
from caffe_ls.net.values import Group

_BYTE = 255.0
_NOT_NEGATIVE = Values(0.0, math.inf, False)


class Asked(NamedTuple):
    """A layer's top that is asked about, and what its bottoms hold."""

    layer: Layer
    top: int
    bottoms: tuple[Values, ...]
    phase: Phase

    @property
    def values(self) -> Values:
        """What the first bottom holds."""
        return self.bottoms[0] if self.bottoms else UNSEEN

    def group(self, name: str) -> Group:
        """One of the layer's parameter messages."""
        return self.layer.spec.fields.group(name)


def values_read(net: Net, layers: Iterable[int], bottom: int = 0) -> dict[int, Values]:
    """What one of the bottoms of some layers can hold, by layer."""
    sources = {index: net.layers[index].sources[bottom] for index in layers if len(net.layers[index].sources) > bottom}
    found: dict[Source, Values] = {}
    for one in sorted(_above(net, [source for source in sources.values() if source is not None])):
        at = net.layers[one.layer]
        bottoms = tuple(found.get(above, UNSEEN) if above else UNSEEN for above in at.sources)
        found[one] = _made(Asked(at, one.top, bottoms, net.phase))
    return {index: UNSEEN if source is None else found[source] for index, source in sources.items()}


def _above(net: Net, sources: list[Source]) -> Iterable[Source]:
    """The tops that decide what some tops hold, themselves among them."""
    seen, waiting = set(sources), list(sources)
    while waiting:
        layer = net.layers[waiting.pop().layer]
        if layer.type not in _FUNCTIONS:
            continue
        for above in layer.sources:
            if above is not None and above not in seen:
                seen.add(above)
                waiting.append(above)
    return seen


def _made(asked: Asked) -> Values:
    layer = asked.layer
    if not layer.judged:
        return UNSEEN
    function = _FUNCTIONS.get(layer.type)
    if function is not None:
        return function(asked)
    return _OF_THEMSELVES[layer.type](asked) if layer.type in _OF_THEMSELVES else UNSEEN


# What follows from the layer alone.


def _images(asked: Asked) -> Values:
    """DataTransformer::Transform: (byte - mean) * scale; what a database holds may be no bytes."""
    if asked.top:
        return UNSEEN
    own = asked.group("transform_param")
    means = own.numbers("mean_value") or ([0.0, _BYTE] if own.has("mean_file") else [0.0])
    pixels = Values(-max(means), _BYTE - min(means), True, () if any(means) else (0.0,))
    scaled = pixels.times(float32(own.number("scale", 1.0)))
    return scaled if asked.layer.type == "ImageData" else scaled.doubted()


def _dummies(asked: Asked) -> Values:
    """DummyDataLayer::LayerSetUp: one filler for all tops, or one for each; none is constant 0."""
    fillers = asked.group("dummy_data_param").groups("data_filler")
    if not fillers:
        return constant(0.0)
    return _filled(fillers[min(asked.top, len(fillers) - 1)])


def _filled(filler: Group) -> Values:
    kind = filler.text("type", "constant")
    if kind == "constant":
        return constant(float32(filler.number("value")))
    if kind == "uniform":
        return Values(float32(filler.number("min")), float32(filler.number("max", 1.0)))
    if kind in ("positive_unitball", "bilinear"):
        return Values(0.0, 1.0)
    return ANY_SIGN


def _squashed(asked: Asked) -> Values:
    """Outputs of an RNN or LSTM: what TanH makes, or less; hidden states may be exposed, too."""
    return Values(-1.0, 1.0) if asked.top == 0 else UNSEEN


_OF_THEMSELVES: Mapping[str, Callable[[Asked], Values]] = {
    **dict.fromkeys(("Data", "ImageData", "AnnotatedData", "VideoData"), _images),
    **dict.fromkeys(("LSTM", "RNN"), _squashed),
    **dict.fromkeys(("BatchNorm", "MVN", "Embed"), lambda asked: ANY_SIGN),
    **dict.fromkeys(
        ("ArgMax", "EuclideanLoss", "HingeLoss", "SoftmaxWithLoss"), lambda asked: Values(0, math.inf, False)
    ),
    **dict.fromkeys(("Sigmoid", "Softmax"), lambda asked: Values(0.0, 1.0)),
    "Accuracy": lambda asked: Values(0.0, 1.0, False),
    "DummyData": _dummies,
    "Swish": lambda asked: Values(-0.28, math.inf),
    "TanH": lambda asked: Values(-1.0, 1.0),
    "Threshold": lambda asked: Values(0.0, 1.0, True, (0.0, 1.0)),
}


# What follows from the bottoms.


def _weighted(asked: Asked) -> Values:
    """Sums with weights: of both signs, unless the weights are kept as a filler makes them, which are none below 0."""
    layer = asked.layer
    own = asked.group("inner_product_param" if layer.type == "InnerProduct" else "convolution_param")
    params = layer.spec.params
    if not params or params[0].lr_mult != 0:
        return ANY_SIGN
    if layer.spec.fields.has("blobs") or _filled(own.group("weight_filler")).low < 0 or asked.values.low < 0:
        return UNSEEN
    if not own.flag("bias_term", True):
        return _NOT_NEGATIVE
    bias = _filled(own.group("bias_filler")) if len(params) > 1 and params[1].lr_mult == 0 else UNSEEN
    return Values(bias.low, math.inf, False)


def _rectified(asked: Asked) -> Values:
    slope = float32(asked.group("relu_param").number("negative_slope"))
    if slope == 0:
        return clipped(asked.values, 0.0, math.inf)
    if slope < 0:
        return union([clipped(asked.values, 0.0, math.inf), absolute(asked.values).times(-slope)])
    return asked.values.mapped(lambda number: number if number > 0 else number * slope)


def _exponential_unit(asked: Asked) -> Values:
    alpha = float32(asked.group("elu_param").number("alpha", 1.0))
    return asked.values.mapped(lambda number: number if number > 0 else alpha * math.expm1(number))


def _learned_slope(asked: Asked) -> Values:
    return asked.values if asked.values.low >= 0 else Values(-math.inf, math.inf, asked.values.sure)


def _softplus(asked: Asked) -> Values:
    return asked.values.mapped(lambda x: max(x, 0.0) + math.log1p(math.exp(-abs(x))))


def _dropped(asked: Asked) -> Values:
    ratio = float32(asked.group("dropout_param").number("dropout_ratio", 0.5))
    if asked.phase != "TRAIN" or not 0 < ratio < 1:
        return asked.values
    return asked.values.times(1 / (1 - ratio)).with_zero(is_atom=True)


def shifted_and_scaled(values: Values, own: Group) -> Values:
    """shift + scale * x, as Exp, Log and Power begin."""
    return values.times(float32(own.number("scale", 1.0))).plus(float32(own.number("shift")))


def _powered(asked: Asked) -> Values:
    own = asked.group("power_param")
    return power(shifted_and_scaled(asked.values, own), float32(own.number("power", 1.0)))


def log_of_base(own: Group) -> float:
    """The natural logarithm of the base of an Exp or Log; -1 stands for e."""
    base = float32(own.number("base", -1.0))
    return math.log(base) if base > 0 else 1.0


def _exponentiated(asked: Asked) -> Values:
    own = asked.group("exp_param")
    return exponential(shifted_and_scaled(asked.values, own).times(log_of_base(own)))


def _logged(asked: Asked) -> Values:
    own = asked.group("log_param")
    return logarithm(shifted_and_scaled(asked.values, own)).times(1 / (log_of_base(own) or 1.0))


def _combined(asked: Asked) -> Values:
    own = asked.group("eltwise_param")
    operation = own.choice("operation", ("PROD", "SUM", "MAX"), "SUM")
    if not asked.bottoms:
        return UNSEEN
    if operation == "MAX":
        return greatest(list(asked.bottoms))
    if operation == "SUM":
        factors = own.numbers("coeff") or [1.0] * len(asked.bottoms)
        return total([values.times(factor) for values, factor in zip(asked.bottoms, factors, strict=False)])
    if len(asked.bottoms) == 2 and asked.layer.sources[0] == asked.layer.sources[1]:
        return power(asked.values, 2)
    found = asked.values
    for values in asked.bottoms[1:]:
        found = products(found, values)
    return found


def _rescaled(asked: Asked) -> Values:
    """Factors, and offsets, that are learned begin at 1 and 0 where no filler says otherwise."""
    if len(asked.bottoms) > 1:
        return products(asked.values, asked.bottoms[1])
    is_centred = asked.values.low < 0 < asked.values.high
    return Values(-math.inf, math.inf, asked.values.sure and is_centred)


def _biased(asked: Asked) -> Values:
    if len(asked.bottoms) > 1:
        return total(list(asked.bottoms[:2]))
    return Values(-math.inf, math.inf, asked.values.sure and asked.values.low < 0 < asked.values.high)


def _pooled(asked: Asked) -> Values:
    own = asked.group("pooling_param")
    values = asked.values.without_atoms() if own.flag("global_pooling") else asked.values
    if own.choice("pool", ("MAX", "AVE", "STOCHASTIC")) == "AVE" and any(map(own.integer, ("pad", "pad_h", "pad_w"))):
        values = values.with_zero()
    return values._replace(atoms=tuple(atom for atom in values.atoms if atom in (values.low, values.high)))


def _reduced(asked: Asked) -> Values:
    own = asked.group("reduction_param")
    operation = own.choice("operation", ("", "SUM", "ASUM", "SUMSQ", "MEAN"), "SUM")
    values = asked.values
    if operation == "ASUM":
        values = absolute(values)
    elif operation == "SUMSQ":
        values = power(values, 2)
    if operation != "MEAN":
        values = Values(min(values.low, values.low * math.inf if values.low else 0.0),
                        max(values.high, values.high * math.inf if values.high else 0.0), values.sure)  # fmt: skip
        if operation in ("ASUM", "SUMSQ"):
            values = Values(0.0, math.inf, values.sure)
    return values.without_atoms().times(float32(own.number("coeff", 1.0)))


def _toward_zero(asked: Asked) -> Values:
    """LRN divides by what is 1 or more, Normalize by a length: signs stay."""
    high = math.inf if asked.values.high > 0 and asked.layer.type == "Normalize" else max(asked.values.high, 0.0)
    low = -math.inf if asked.values.low < 0 and asked.layer.type == "Normalize" else min(asked.values.low, 0.0)
    return Values(low, high, asked.values.sure, tuple(atom for atom in asked.values.atoms if atom == 0))


def _cut(asked: Asked) -> Values:
    own = asked.group("clip_param")
    low, high = float32(own.number("min")), float32(own.number("max"))
    return clipped(asked.values, low, high) if low <= high else constant(high)


def _of_its_bottom(asked: Asked) -> Values:
    return asked.values


_Function: TypeAlias = Callable[[Asked], Values]

_FUNCTIONS: Mapping[str, _Function] = {
    **dict.fromkeys(("BatchReindex", "Crop", "Flatten", "Im2col", "Interp", "Permute", "Reorg", "Reshape",
                     "ShuffleChannel", "Slice", "Split", "Tile"), _of_its_bottom),
    **dict.fromkeys(("Convolution", "Deconvolution", "InnerProduct"), _weighted),
    **dict.fromkeys(("LRN", "Normalize"), _toward_zero),
    "AbsVal": lambda asked: absolute(asked.values),
    "BNLL": _softplus,
    "Bias": _biased,
    "Clip": _cut,
    "Concat": lambda asked: union(list(asked.bottoms)) if asked.bottoms else UNSEEN,
    "Dropout": _dropped,
    "ELU": _exponential_unit,
    "Eltwise": _combined,
    "Exp": _exponentiated,
    "Filter": lambda asked: asked.bottoms[asked.top] if asked.top < len(asked.bottoms) else UNSEEN,
    "Log": _logged,
    "PReLU": _learned_slope,
    "Pooling": _pooled,
    "Power": _powered,
    "ReLU": _rectified,
    "ReLU6": lambda asked: clipped(asked.values, 0.0, 6.0),
    "Reduction": _reduced,
    "Scale": _rescaled,
}  # fmt: skip
