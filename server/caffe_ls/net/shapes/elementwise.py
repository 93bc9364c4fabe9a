"""Layers that keep their input's shape, and those that combine inputs number by number."""

from __future__ import annotations

import math
from collections.abc import Iterator

from caffe_ls.net.faults import Fault
from caffe_ls.net.model import About, AnyShape, Refusal, Shape
from caffe_ls.net.shapes.fillers import refusals_of_fillers
from caffe_ls.net.shapes.given_blobs import given_shapes, params_of, refusals_of_count
from caffe_ls.net.shapes.step import (
    ANY_NUMBER,
    Family,
    Given,
    Step,
    about_empty,
    axes_in_words,
    axis_of,
    differ,
    float32,
    product,
    refuse,
    shapes_differ,
    shown,
)

FAMILY = Family()


def _unchanged(given: Given) -> Step:
    """NeuronLayer::Reshape."""
    return Step((given.bottoms[0],))


FAMILY.layer("BNLL", "Clip", "ELU", "Power", "ReLU", "Sigmoid", "Swish", "TanH", "Threshold", reads_ranks=False)(
    _unchanged
)
FAMILY.layer("AbsVal", in_place=False, reads_ranks=False)(_unchanged)
FAMILY.layer(
    "ReLU6", "RReLU", "HardSigmoid", "HSwish", "HardSwish", "Atan", "Mish", "SELU", "CPReLU", "Noise",
    reads_ranks=False,
)(_unchanged)  # fmt: skip


@FAMILY.layer("Dropout", reads_ranks=False, reads_phase=True)
def dropout(given: Given) -> Step:
    """DropoutLayer::Forward_cpu draws with the probability 1 - ratio; the checks in LayerSetUp are compiled out."""
    param = given.group("dropout_param")
    ratio = float32(param.number("dropout_ratio", 0.5))
    refusals = []
    if given.phase == "TRAIN" and not 0 <= ratio <= 1:
        message = f"`dropout_ratio: {ratio:g}` is no share between 0 and 1"
        check = "math_functions.cpp:322" if ratio > 1 else "math_functions.cpp:323"
        place = param.place("dropout_ratio")
        refusals.append(Refusal(Fault.INVALID_LAYER_PARAMETER, message, place, check, stage="first-iteration"))
    return Step((given.bottoms[0],), refusals=tuple(refusals))


@FAMILY.layer("Exp", reads_ranks=False)
def exponential(given: Given) -> Step:
    """ExpLayer::LayerSetUp; a base of -1 stands for e."""
    return Step((given.bottoms[0],), refusals=tuple(_refusals_of_base(given, "exp", (14, 21))))


@FAMILY.layer("Log", reads_ranks=False)
def logarithm(given: Given) -> Step:
    """LogLayer::LayerSetUp, which divides by the logarithm of the base."""
    refusals = [*_refusals_of_base(given, "log", (14, 21))]
    param = given.group("log_param")
    if float32(param.number("base", -1.0)) == 1:
        message = "`base: 1`: there is no logarithm to this base"
        refusals.append(Refusal(Fault.INVALID_LAYER_PARAMETER, message, param.place("base"), "log_layer.cpp:26"))
    return Step((given.bottoms[0],), refusals=tuple(refusals))


def _refusals_of_base(given: Given, kind: str, lines: tuple[int, int]) -> Iterator[Refusal]:
    param = given.group(f"{kind}_param")
    base = float32(param.number("base", -1.0))
    if base == -1:
        return
    if not base > 0 or math.isinf(base):
        message = f"`base: {param.number('base'):g}`: a base is a finite number above 0, or -1 for e"
        line = lines[1] if base > 0 else lines[0]
        yield Refusal(Fault.INVALID_LAYER_PARAMETER, message, param.place("base"), f"{kind}_layer.cpp:{line}")


@FAMILY.layer("PReLU", reads_ranks=False)
def prelu(given: Given) -> Step:
    """PReLULayer::LayerSetUp."""
    bottom = given.bottoms[0]
    shared = given.group("prelu_param").flag("channel_shared")
    if bottom is None:
        return Step((None,), params_of(given, ((),) if shared else (None,)))
    place, about = given.fields.place("bottom"), (About(0),)
    if len(bottom) < 2:
        message = f"PReLU takes an input of 2 axes or more; this one has {axes_in_words(bottom)}"
        refuse(Fault.WRONG_NUMBER_OF_AXES, "prelu_layer.cpp:14", message, place, about=about)
    if len(bottom) > 4:
        # `bottom[0]->channels()` is asked before anything else.
        message = f"PReLU takes an input of 4 axes at most; this one has {axes_in_words(bottom)}"
        refuse(Fault.WRONG_NUMBER_OF_AXES, "blob.hpp:140", message, place, about=about)
    slopes: Shape = () if shared else (bottom[1],)
    refusals = [
        *refusals_of_fillers(given, "prelu_param", ("filler",), (slopes,)),
        *refusals_of_count(given, slopes, "prelu_layer.cpp:40" if shared else "prelu_layer.cpp:43"),
    ]
    if 0 in bottom[1:]:
        message = f"each item of the input is empty ({shown(bottom)})"
        refusals.append(Refusal(Fault.EMPTY_BLOB, message, place, "blob.cpp:133", about=about_empty((bottom,))))
    return Step((bottom,), params_of(given, (slopes,)), refusals=tuple(refusals))


@FAMILY.layer("Eltwise", bottoms=(1, ANY_NUMBER), reads_ranks=False, dialect="flownet2")
@FAMILY.layer("Eltwise", bottoms=(2, ANY_NUMBER), reads_ranks=False)
def eltwise(given: Given) -> Step:
    """EltwiseLayer::LayerSetUp and Reshape; FlowNet2's eltwise_layer.hpp takes one bottom, too, to multiply it."""
    param = given.group("eltwise_param")
    refusals = []
    factors = param.count("coeff")
    if factors not in (0, len(given.bottoms)):
        message = f"{factors} `coeff` for {len(given.bottoms)} bottoms: one for each, or none"
        place = param.place("coeff", min(factors - 1, len(given.bottoms)))
        refusals.append(Refusal(Fault.VALUES_PER_BLOB, message, place, "eltwise_layer.cpp:12"))
    if factors and param.choice("operation", ("PROD", "SUM", "MAX"), "SUM") == "PROD":
        message = "`coeff` with `operation: PROD`: only a sum has coefficients"
        refusals.append(
            Refusal(Fault.CONFLICTING_LAYER_PARAMETERS, message, param.place("coeff"), "eltwise_layer.cpp:15")
        )
    top, differing = same_shape(given, "eltwise_layer.cpp:34")
    return Step((top,), refusals=(*refusals, *differing))


def same_shape(given: Given, check: str) -> tuple[AnyShape, tuple[Refusal, ...]]:
    """The shape that all bottoms must have, and those that do not; what one does not know, another may."""
    merged: Shape | None = None
    first = 0
    refusals = []
    for index, shape in enumerate(given.bottoms):
        if shape is None:
            continue
        if merged is None:
            merged, first = shape, index
        elif shapes_differ(merged, shape):
            message = f"the inputs have different shapes: {shown(merged)} and {shown(shape)}"
            place, about = given.fields.place("bottom", index), (About(first), About(index))
            refusals.append(Refusal(Fault.INPUT_SHAPES_DIFFER, message, place, check, about=about))
        else:
            merged = tuple(a if a is not None else b for a, b in zip(merged, shape, strict=True))
    return (None if refusals else merged), tuple(refusals)


@FAMILY.layer("Scale", bottoms=(1, 2), reads_ranks=False)
def scale(given: Given) -> Step:
    """ScaleLayer::LayerSetUp and Reshape; its bias is a blob of the same shape, made by a Bias layer."""
    message = "scale_param"
    has_bias = given.group(message).flag("bias_term")
    shape, refusals = _spread(given, message, has_bias)
    own = len(given.bottoms) == 1
    made = (shape,) * (own + has_bias)
    refusals += refusals_of_fillers(given, message, ("filler", "bias_filler")[0 if own else 1 :], made)
    blobs = given_shapes(given)
    if blobs and has_bias and (given.dialect == "ssd" or len(blobs) + len(given.bottoms) < 3):
        blobs = (*blobs, blobs[0])
    return Step((given.bottoms[0],), blobs or made, refusals=tuple(refusals))


@FAMILY.layer("Bias", bottoms=(1, 2), reads_ranks=False)
def bias(given: Given) -> Step:
    """BiasLayer::LayerSetUp and Reshape."""
    message = "bias_param"
    shape, refusals = _spread(given, message, True)
    made = (shape,) if len(given.bottoms) == 1 else ()
    refusals += refusals_of_fillers(given, message, ("filler",), made)
    return Step((given.bottoms[0],), params_of(given, made), refusals=tuple(refusals))


def _spread(given: Given, message: str, has_bias: bool) -> tuple[AnyShape, list[Refusal]]:
    """The shape of the factors or the bias, which the layer has itself or reads from its second bottom."""
    bottom, *others = given.bottoms
    param = given.group(message)
    blobs = given_shapes(given)
    shape = others[0] if others else (blobs[0] if blobs else None)
    if bottom is None or (others and shape is None):
        return shape, []
    start = param.integer("axis", 1)
    place = given.axis_place(message)
    # A single number is spread from axis 0 on; a layer that makes its own looks for the axis all the same.
    free = shape == () and (message == "bias_param" or not has_bias or bool(blobs))
    axis = 0 if free else axis_of(bottom, start, place)
    refusals: list[Refusal] = []
    if shape is not None:
        refusals += _refusals_of_spread(given, bottom, shape, 0 if shape == () else axis, message)
    else:
        shape, refusals = _own_shape(given, message, bottom, axis)
    if shape is not None and not refusals:
        refusals += _refusals_of_ones(given, bottom, shape, 0 if shape == () else axis, message, has_bias)
    return shape, refusals


def _own_shape(given: Given, message: str, bottom: Shape, axis: int) -> tuple[AnyShape, list[Refusal]]:
    param = given.group(message)
    axes = param.integer("num_axes", 1)
    if axes < -1:
        words = f"`num_axes: {axes}` must be 0 or more, or -1 for all that follow"
        check = _line(message, 21, 19)
        return None, [Refusal(Fault.INVALID_LAYER_PARAMETER, words, param.place("num_axes"), check)]
    if axes > len(bottom) - axis:
        words = f"`num_axes: {axes}` from axis {axis} on reaches beyond an input of {axes_in_words(bottom)}"
        check, place = _line(message, 24, 22), given.place(message, "num_axes")
        return None, [Refusal(Fault.AXIS_OUT_OF_RANGE, words, place, check, about=(About(0),))]
    return bottom[axis:] if axes == -1 else bottom[axis : axis + axes], []


def _refusals_of_spread(given: Given, bottom: Shape, shape: Shape, axis: int, message: str) -> Iterator[Refusal]:
    """What is spread over the input has the input's sizes, from the axis on."""
    has_other = len(given.bottoms) > 1
    place = given.fields.place("bottom", 1) if has_other else given.fields.place("blobs")
    what = "the second input" if has_other else "the blob"
    fault = Fault.INPUT_SHAPES_DIFFER if has_other else Fault.GIVEN_BLOBS_DO_NOT_FIT
    if len(bottom) < axis + len(shape):
        words = f"{what}, {shown(shape)}, reaches beyond the first, {shown(bottom)}, from axis {axis} on"
        about = (About(0), About(1)) if has_other else (About(0),)
        yield Refusal(fault, words, place, _line(message, 88, 50), about=about)
        return
    for index, dim in enumerate(shape):
        if differ(dim, bottom[axis + index]):
            words = f"{what} is {shown(shape)}, but axis {axis + index} of the first, {shown(bottom)}"
            words += f", has {bottom[axis + index]:,}"
            about = (About(0, axis + index), About(1, index)) if has_other else (About(0, axis + index),)
            yield Refusal(fault, words, place, _line(message, 92, 54), about=about)


def _refusals_of_ones(
    given: Given, bottom: Shape, shape: Shape, axis: int, message: str, has_bias: bool
) -> Iterator[Refusal]:
    """Both layers sum with blobs of ones, which they look at when they are built."""
    outer, inner = product(bottom[:axis]), product(bottom[axis + len(shape) :])
    if (inner == 0 and has_bias) or (message == "scale_param" and outer == inner == 0):
        words, place = f"the input is empty ({shown(bottom)})", given.fields.place("bottom")
        yield Refusal(Fault.EMPTY_BLOB, words, place, "blob.cpp:85", about=about_empty((bottom,)))


def _line(message: str, scale: int, bias: int) -> str:
    return f"scale_layer.cpp:{scale}" if message == "scale_param" else f"bias_layer.cpp:{bias}"
