"""Fields by which forks change what BVLC's layers make; where the change is not known, neither is the shape."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from caffe_ls.immutable import replace
from caffe_ls.net.model import AnyShape, Dim
from caffe_ls.net.shapes.step import Given, Rule, Step
from caffe_ls.net.values import Group, Value
from caffe_ls.syntax.tree import Scalar

_SIDES = ("pad_t", "pad_b", "pad_l", "pad_r")


class _Adaptation(NamedTuple):
    """What becomes of a layer that has one of these fields in its parameter message."""

    message: str
    fields: frozenset[str]
    adapted: Callable[[Given, Rule], Step]


def in_its_fork(given: Given, rule: Rule) -> Step:
    """What the rule of BVLC's layer makes where fields of a fork take part."""
    kind = given.spec.type
    if kind == "Eltwise":
        return _eltwise(given, rule)
    known = _ADAPTED.get(kind)
    if known is None or known.fields.isdisjoint(given.group(known.message).fields):
        return rule(given)
    return known.adapted(given, rule)


def _convolution(given: Given, rule: Rule) -> Step:
    """Padding of each side (Synopsys), holes (DeepLab), dilation by axis (Temporal Segment Networks), depth (C3D)."""
    param = given.group("convolution_param")
    if param.has("kernel_depth"):
        return _unknown(given)
    for names in (("hole",), ("hole_h", "hole_w"), ("dilation_h", "dilation_w")):
        values: list[Value] = [value for name in names for value in param.scalars(name)]
        if values:
            given = _with(given, "convolution_param", {"dilation": values})
    sides = _sides(param)
    if param.integer("pad_type") or param.flag("same_mode"):
        given = given._replace(bottoms=tuple(_without_sizes(shape) for shape in given.bottoms))
    elif any(sides):
        given = given._replace(bottoms=tuple(_padded(shape, sides) for shape in given.bottoms))
    found = rule(given)
    return found._replace(params=None) if param.flag("per_channel_scale_weight") else found


def _pooling(given: Given, rule: Rule) -> Step:
    """Rounding (Cascade R-CNN, Synopsys), padding of each side (Synopsys), depth (C3D), three axes (Intel)."""
    param = given.group("pooling_param")
    if any(param.has(name) for name in ("kernel_depth", "kernel_size_3d", "axis")) or param.integer("dilation", 1) > 1:
        return _unknown(given)
    if not param.flag("ceil_mode", True):
        place = param.place("ceil_mode")
        given = _with(given, "pooling_param", {"round_mode": [Scalar("identifier", *place, "FLOOR")]})
    if param.integer("pad_type") or any(_sides(param)) or param.flag("torch_pooling"):
        given = given._replace(bottoms=tuple(_without_sizes(shape) for shape in given.bottoms))
    return rule(given)


def _sides(param: Group) -> tuple[int, int, int, int]:
    top, bottom, left, right = (param.integer(name) for name in _SIDES)
    return top, bottom, left, right


def _padded(shape: AnyShape, sides: tuple[int, int, int, int]) -> AnyShape:
    if shape is None or len(shape) != 4:
        return shape
    top, bottom, left, right = sides
    return (*shape[:2], _added(shape[2], top + bottom), _added(shape[3], left + right))


def _added(dim: Dim, more: int) -> Dim:
    return None if dim is None else dim + more


def _without_sizes(shape: AnyShape) -> AnyShape:
    return None if shape is None else (*shape[:2], *(None for _ in shape[2:]))


def _eltwise(given: Given, rule: Rule) -> Step:
    """Synopsys' stretches the second input over the first."""
    if given.dialect != "synopsys" or len({len(shape) for shape in given.bottoms if shape is not None}) < 2:
        return rule(given)
    return Step((given.bottoms[0],))


def _unless(message: str, *fields: str) -> _Adaptation:
    """The layer's meaning is another with one of these fields."""

    def adapted(given: Given, rule: Rule) -> Step:
        param = given.group(message)
        return _unknown(given) if any(param.has(name) for name in fields) else rule(given)

    return _Adaptation(message, frozenset(fields), adapted)


def _unknown(given: Given) -> Step:
    return Step((None,) * given.top_count, None, None)


def _with(given: Given, message: str, fields: dict[str, list[Value]]) -> Given:
    param = given.group(message).replaced(fields)
    return given._replace(spec=replace(given.spec, fields=given.fields.replaced({message: [param]})))


_IN_CONVOLUTION = _Adaptation(
    "convolution_param",
    frozenset({
        "kernel_depth", "hole", "hole_h", "hole_w", "dilation_h", "dilation_w", "pad_type", "same_mode",
        "per_channel_scale_weight", *_SIDES,
    }),
    _convolution,
)  # fmt: skip
_IN_POOLING = _Adaptation(
    "pooling_param",
    frozenset({
        "kernel_depth", "kernel_size_3d", "axis", "dilation", "ceil_mode", "pad_type", "torch_pooling", *_SIDES,
    }),
    _pooling,
)  # fmt: skip
_ADAPTED: dict[str, _Adaptation] = {
    "Convolution": _IN_CONVOLUTION,
    "ConvolutionDepthwise": _IN_CONVOLUTION,
    "Deconvolution": _unless("convolution_param", "kernel_depth", "hole", "hole_h", "hole_w", "pad_type", "pad_l"),
    "Pooling": _IN_POOLING,
    "Reshape": _unless("reshape_param", "pixelshuffler"),
    "Concat": _unless("concat_param", "per_fla_fuse"),
    "Crop": _unless("crop_param", "dimsize", "offset_height", "offset_width"),
    "LSTM": _unless("recurrent_param", "direction", "expose_hidden_state"),
    "RNN": _unless("recurrent_param", "direction", "expose_hidden_state"),
}
