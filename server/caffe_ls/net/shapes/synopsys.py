"""Layers of Synopsys' fork that stand for operations of other frameworks (synopsys-caffe, src/caffe/layers)."""

from __future__ import annotations

from caffe_ls.net.faults import Fault
from caffe_ls.net.model import About, AnyShape, Dim, Shape
from caffe_ls.net.shapes.step import Family, Given, Step, axis_of, differ, refuse, shown

FAMILY = Family()


@FAMILY.layer("Mul", bottoms=(1, 2), in_place=False, dialect="synopsys")
def mul(given: Given) -> Step:
    """MulLayer::Reshape: the second factor, an input or a blob, is stretched along axes of 1."""
    if len(given.bottoms) == 2:
        return Step((_stretched(given, given.shape(0), given.shape(1)),))
    factor: Shape = tuple(given.group("mul_param").integers("mul_shape"))
    return Step((_stretched(given, given.shape(0), factor),), (factor,))


def _stretched(given: Given, one: Shape, other: Shape) -> AnyShape:
    if not one or not other:
        return one or other
    longer, shorter = (one, other) if len(one) >= len(other) else (other, one)
    before = len(longer) - len(shorter)
    for a, b in zip(longer[before:], shorter, strict=True):
        if before == 0 and differ(a, b) and 1 not in (a, b):
            message = f"{shown(one)} and {shown(other)}: sizes must be the same, or 1"
            place = given.fields.place("bottom", len(given.bottoms) - 1)
            about = tuple(About(index) for index in range(len(given.bottoms)))
            refuse(Fault.INPUT_SHAPES_DIFFER, "mul_layer.cpp", message, place, about=about)
    return (*longer[:before], *(_larger(a, b) for a, b in zip(longer[before:], shorter, strict=True)))


def _larger(one: Dim, other: Dim) -> Dim:
    return None if one is None or other is None else max(one, other)


@FAMILY.layer("Pad", dialect="synopsys")
def pad(given: Given) -> Step:
    """PadLayer::LayerSetUp and Reshape: before and after each axis."""
    param = given.group("pad_param")
    bottom, paddings = given.shape(), param.integers("paddings")
    if len(paddings) != 2 * len(bottom):
        message = f"{len(paddings)} `paddings` for the {len(bottom)} axes of {shown(bottom)}: two for each are needed"
        place, about = param.place("paddings"), (About(0),)
        refuse(Fault.INVALID_LAYER_PARAMETER, "pad_layer.cpp", message, place, about=about)
    pairs = zip(paddings[::2], paddings[1::2], strict=True)
    return Step((tuple(None if dim is None else dim + sum(pair) for dim, pair in zip(bottom, pairs, strict=True)),))


@FAMILY.layer("Squeeze", in_place=False, dialect="synopsys")
def squeeze(given: Given) -> Step:
    """SqueezeLayer::Reshape: axes of size 1 go, those named or all."""
    param = given.group("squeeze_param")
    bottom, named = given.shape(), []
    for index, axis in enumerate(param.integers("axis")):
        place = param.place("axis", index)
        named.append(axis_of(bottom, axis, place))
        if differ(bottom[named[-1]], 1):
            message = f"axis {axis} of {shown(bottom)} is not of size 1"
            refuse(Fault.RESHAPE_COUNT_MISMATCH, "squeeze_layer.cpp", message, place, about=(About(0, named[-1]),))
    if not named and None in bottom:
        return Step((None,))
    gone = named or [axis for axis, dim in enumerate(bottom) if dim == 1]
    return Step((tuple(dim for axis, dim in enumerate(bottom) if axis not in gone),))


@FAMILY.layer("ExpandDimsND", in_place=False, dialect="synopsys")
def expand_dims(given: Given) -> Step:
    """ExpandDimsNDLayer::Reshape: axes of size 1 come in, each counted in the input."""
    top = list(given.shape())
    rank = len(top)
    for index, axis in enumerate(given.group("expand_dims_nd_param").integers("axis")):
        if not -rank <= axis <= rank:
            place = given.group("expand_dims_nd_param").place("axis", index)
            message = f"axis {axis} of {shown(given.shape())}, which has {rank} axes"
            refuse(Fault.AXIS_OUT_OF_RANGE, "expand_dims_nd_layer.cpp", message, place, about=(About(0),))
        top.insert((axis if axis >= 0 else axis + rank + 1) + index, 1)
    return Step((tuple(top),))
