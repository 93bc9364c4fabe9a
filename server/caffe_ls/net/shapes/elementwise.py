"""Layers that keep their input's shape, and those that combine inputs number by number."""

from __future__ import annotations

from caffe_ls.net.faults import Fault
from caffe_ls.net.model import AnyShape, Shape
from caffe_ls.net.shapes.step import Family, Given, Step, axis_of, differ, refuse, shapes_differ, shown
from caffe_ls.net.values import Group

FAMILY = Family()

_ENDLESS = 1 << 30


def _unchanged(given: Given) -> Step:
    """NeuronLayer::Reshape."""
    return Step((given.bottoms[0],))


FAMILY.layer(
    "BNLL", "Clip", "Dropout", "ELU", "Exp", "Log", "Power", "ReLU", "Sigmoid", "Swish", "TanH", "Threshold",
    reads_ranks=False,
)(_unchanged)  # fmt: skip
FAMILY.layer("AbsVal", in_place=False, reads_ranks=False)(_unchanged)
FAMILY.layer(
    "ReLU6", "RReLU", "HardSigmoid", "HSwish", "HardSwish", "Atan", "Mish", "SELU", "CPReLU", "Noise",
    reads_ranks=False,
)(_unchanged)  # fmt: skip


@FAMILY.layer("PReLU", reads_ranks=False)
def prelu(given: Given) -> Step:
    """PReLULayer::LayerSetUp."""
    bottom = given.bottoms[0]
    shared = given.group("prelu_param").flag("channel_shared")
    if bottom is None:
        return Step((None,), ((),) if shared else (None,))
    if len(bottom) < 2:
        message = f"PReLU takes an input of 2 axes or more; this one has {len(bottom)}"
        refuse(Fault.WRONG_NUMBER_OF_AXES, "prelu_layer.cpp:13", message, given.fields.place("bottom"))
    if len(bottom) > 4:
        # `bottom[0]->channels()` is asked before anything else.
        refuse(
            Fault.WRONG_NUMBER_OF_AXES,
            "blob.hpp:140",
            f"PReLU takes at most 4 axes; the input has {len(bottom)}",
            given.fields.place("bottom"),
        )
    return Step((bottom,), ((),) if shared else ((bottom[1],),))


@FAMILY.layer("Eltwise", bottoms=(2, _ENDLESS), reads_ranks=False)
def eltwise(given: Given) -> Step:
    """EltwiseLayer::LayerSetUp and Reshape."""
    param = given.group("eltwise_param")
    coefficients = len(param.numbers("coeff"))
    if coefficients not in (0, len(given.bottoms)):
        message = f"{coefficients} `coeff` for {len(given.bottoms)} bottoms"
        refuse(Fault.VALUES_PER_BLOB, "eltwise_layer.cpp:12", message, param.place("coeff"))
    if coefficients and param.choice("operation", ("PROD", "SUM", "MAX"), "SUM") == "PROD":
        refuse(
            Fault.INVALID_LAYER_PARAMETER, "eltwise_layer.cpp:15", "a product takes no `coeff`", param.place("coeff")
        )
    return Step((same_shape(given, "eltwise_layer.cpp:34"),))


def same_shape(given: Given, check: str) -> AnyShape:
    """The shape that all bottoms must have; what one of them does not know, another may."""
    merged: list[int | None] | None = None
    for index, shape in enumerate(given.bottoms):
        if shape is None:
            continue
        if merged is None:
            merged = list(shape)
        elif shapes_differ(tuple(merged), shape):
            message = f"its inputs have different shapes: {shown(tuple(merged))} and {shown(shape)}"
            refuse(Fault.INPUT_SHAPES_DIFFER, check, message, given.fields.place("bottom", index))
        else:
            merged = [a if a is not None else b for a, b in zip(merged, shape, strict=True)]
    return None if merged is None else tuple(merged)


@FAMILY.layer("Scale", bottoms=(1, 2), reads_ranks=False)
def scale(given: Given) -> Step:
    """ScaleLayer::LayerSetUp and Reshape; its bias is a blob of the same shape."""
    param = given.group("scale_param")
    has_bias = param.flag("bias_term")
    own, shape = _spread(given, param, "scale_layer.cpp")
    if not own:
        return Step((given.bottoms[0],), (shape,) if has_bias else ())
    return Step((given.bottoms[0],), (shape, shape) if has_bias else (shape,))


@FAMILY.layer("Bias", bottoms=(1, 2), reads_ranks=False)
def bias(given: Given) -> Step:
    """BiasLayer::LayerSetUp and Reshape."""
    own, shape = _spread(given, given.group("bias_param"), "bias_layer.cpp")
    return Step((given.bottoms[0],), (shape,) if own else ())


def _spread(given: Given, param: Group, check: str) -> tuple[bool, AnyShape]:
    """Whether the layer has its own factors or the second bottom gives them, and their shape."""
    own = len(given.bottoms) == 1
    bottom = given.bottoms[0]
    other = None if own else given.bottoms[1]
    if bottom is None or (not own and other is None):
        return own, other
    start = param.integer("axis", 1)
    axis = 0 if other == () else axis_of(bottom, start, param.place("axis"))
    if other is not None:
        _check_spread(given, bottom, other, axis, check)
        return False, other
    axes = param.integer("num_axes", 1)
    if axes < -1:
        refuse(Fault.INVALID_LAYER_PARAMETER, check, f"`num_axes: {axes}` is less than -1", param.place("num_axes"))
    if axes > len(bottom) - axis:
        message = f"`num_axes: {axes}` from axis {axis} reaches beyond the input ({shown(bottom)})"
        refuse(Fault.INVALID_LAYER_PARAMETER, check, message, param.place("num_axes"))
    return True, bottom[axis:] if axes == -1 else bottom[axis : axis + axes]


def _check_spread(given: Given, bottom: Shape, other: Shape, axis: int, check: str) -> None:
    place = given.fields.place("bottom", 1)
    if len(bottom) < axis + len(other):
        refuse(
            Fault.INVALID_LAYER_PARAMETER,
            check,
            f"the second input ({shown(other)}) reaches beyond the first ({shown(bottom)})",
            place,
        )
    for index, dim in enumerate(other):
        if differ(dim, bottom[axis + index]):
            message = (
                f"the second input ({shown(other)}) does not fit axis {axis + index} of the first ({shown(bottom)})"
            )
            refuse(Fault.INPUT_SHAPES_DIFFER, check, message, place)
