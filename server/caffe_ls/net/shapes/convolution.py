"""Convolution and its relatives (base_conv_layer.cpp, conv_layer.cpp, deconv_layer.cpp, im2col_layer.cpp)."""

from __future__ import annotations

from collections.abc import Iterator

from caffe_ls.net.faults import Fault
from caffe_ls.net.model import About, AnyShape, Dim, Refusal, Shape
from caffe_ls.net.shapes.fillers import refusals_of_fillers
from caffe_ls.net.shapes.given_blobs import params_of, refusals_of_shapes
from caffe_ls.net.shapes.step import (
    ANY_NUMBER,
    Family,
    Given,
    Step,
    as_int,
    axes_in_words,
    product,
    refuse,
    shapes_differ,
    shown,
)
from caffe_ls.net.shapes.windows import MESSAGE, convolved, deconvolved, refusals_of_output, truncated, windows_of

FAMILY = Family()

_LARGEST_COUNT = 2**31 - 1


def convolution_step(given: Given, *, depthwise: bool = False, transposed: bool = False) -> Step:
    """BaseConvolutionLayer::LayerSetUp and Reshape; depthwise ones take as many groups as channels."""
    param = given.group(MESSAGE)
    has_bias = param.flag("bias_term", True)
    outputs, refusals = _outputs(given)
    if None in given.bottoms:
        unknown: tuple[AnyShape, ...] = (None,) * (1 + has_bias)
        return Step((None,) * given.top_count, params_of(given, unknown), None, refusals=tuple(refusals))
    bottom = given.shape()
    axis = given.axis(MESSAGE)
    spatial = bottom[axis + 1 :]
    windows, wrong_windows = windows_of(given, len(spatial), transposed=transposed)
    refusals += wrong_windows
    channels = bottom[axis]
    groups, wrong_groups = (channels, []) if depthwise else _groups(given, channels, outputs, axis)
    refusals += wrong_groups
    if len(given.bottoms) > 1:
        refusals += _refusals_of_inputs(given)
    size = deconvolved if transposed else convolved
    out = tuple([size(dim, window) for dim, window in zip(spatial, windows, strict=True)])
    refusals += refusals_of_output(
        given, windows, spatial, out, transposed=transposed, stage_of_empty="init" if has_bias else "first-iteration"
    )
    # The bias is added by a blob as large as a map of the output, which is filled at once.
    smallest = 1 if has_bias else 0
    top: AnyShape = (*bottom[:axis], outputs, *[None if dim is not None and dim < smallest else dim for dim in out])
    if wrong_windows and any(refusal.fault is Fault.WRONG_NUMBER_OF_AXES for refusal in wrong_windows):
        # Meant for an input of as many axes as the fields of the window say.
        top = None
    into, of = (channels, outputs) if transposed else (outputs, channels)
    weights: Shape = (into, _divided(of, groups), *[window.kernel for window in windows])
    params: tuple[Shape, ...] = (weights, (outputs,)) if has_bias else (weights,)
    refusals += refusals_of_shapes(given, params, "base_conv_layer.cpp:147")
    refusals += refusals_of_fillers(given, MESSAGE, ("weight_filler", "bias_filler"), params)
    places = spatial if transposed else out
    refusals += _refusals_of_buffer(given, groups, weights, places)
    macs = product((*weights, *bottom[:axis], *places, given.top_count))
    return Step((top,) * given.top_count, params_of(given, params), macs, refusals=tuple(refusals))


def _outputs(given: Given) -> tuple[Dim, list[Refusal]]:
    param = given.group(MESSAGE)
    outputs = as_int(param.integer("num_output"))
    if outputs > 0:
        return outputs, []
    place = given.place(MESSAGE, "num_output")
    if not param.has("num_output"):
        message, fault = "`num_output` is missing", Fault.MISSING_LAYER_PARAMETER
    else:
        message, fault = f"`num_output: {param.integer('num_output')}` must be above 0", Fault.INVALID_LAYER_PARAMETER
        message += f", and Caffe reads it as {outputs:,}" if outputs else ""
    return None, [Refusal(fault, message, place, "base_conv_layer.cpp:119")]


def _groups(given: Given, channels: Dim, outputs: Dim, axis: int) -> tuple[Dim, list[Refusal]]:
    param = given.group(MESSAGE)
    groups = as_int(param.integer("group", 1))
    if groups <= 0:
        message = f"`group: {param.integer('group')}` must be above 0"
        message += f", and Caffe reads it as {groups:,}" if groups else ": Caffe divides by it and crashes"
        check = "blob.cpp:32" if groups else "SIGFPE"
        return None, [Refusal(Fault.INVALID_LAYER_PARAMETER, message, param.place("group"), check)]
    refusals = []
    if channels is not None and channels % groups:
        message = f"`group: {groups}` does not divide the {channels:,} channels of the input"
        place, about = param.place("group"), (About(0, axis),)
        refusals.append(Refusal(Fault.GROUP_DOES_NOT_DIVIDE, message, place, "base_conv_layer.cpp:121", about=about))
    if outputs is not None and outputs % groups:
        message = f"`group: {groups}` does not divide `num_output: {outputs}`"
        place = param.place("num_output")
        refusals.append(Refusal(Fault.GROUP_DOES_NOT_DIVIDE, message, place, "base_conv_layer.cpp:122"))
    return (None if refusals else groups), refusals


def _refusals_of_inputs(given: Given) -> Iterator[Refusal]:
    first = given.shape()
    for index, other in enumerate(given.shapes):
        if shapes_differ(first, other):
            message = f"the inputs have different shapes: {shown(first)} and {shown(other)}"
            place, about = given.fields.place("bottom", index), (About(0), About(index))
            yield Refusal(Fault.INPUT_SHAPES_DIFFER, message, place, "base_conv_layer.cpp:195", about=about)


def _refusals_of_buffer(given: Given, groups: Dim, weights: Shape, places: Shape) -> Iterator[Refusal]:
    """Caffe unrolls each image into a row for every place of the output, even where it will not use that."""
    numbers = product((*weights[1:], groups, *places))
    if numbers is not None and numbers > _LARGEST_COUNT and all(size is None or size > 0 for size in places):
        message = f"one image, unrolled for the kernel, has {numbers:,} numbers; a blob holds 2,147,483,647"
        place = given.place(MESSAGE, "kernel_size")
        yield Refusal(Fault.BLOB_TOO_LARGE, message, place, "blob.cpp:34", about=(About(0),))


def _divided(number: Dim, groups: Dim) -> Dim:
    return None if number is None or groups is None or not groups else number // groups


@FAMILY.layer("Convolution", bottoms=(1, ANY_NUMBER), tops=(1, ANY_NUMBER), equal_counts=True, reads_ranks=False)
def convolution(given: Given) -> Step:
    """conv_layer.cpp."""
    return convolution_step(given)


@FAMILY.layer("Deconvolution", bottoms=(1, ANY_NUMBER), tops=(1, ANY_NUMBER), equal_counts=True, reads_ranks=False)
def deconvolution(given: Given) -> Step:
    """deconv_layer.cpp."""
    return convolution_step(given, transposed=True)


@FAMILY.layer(
    "ConvolutionDepthwise",
    "DepthwiseConvolution",
    bottoms=(1, ANY_NUMBER),
    tops=(1, ANY_NUMBER),
    equal_counts=True,
    reads_ranks=False,
)
def depthwise(given: Given) -> Step:
    """A convolution of each channel by itself; `group` is left as it is where it is given."""
    return convolution_step(given, depthwise=not given.group(MESSAGE).has("group"))


@FAMILY.layer("Im2col")
def im2col(given: Given) -> Step:
    """Im2colLayer::LayerSetUp and Reshape."""
    bottom = given.shape()
    axis = given.axis(MESSAGE)
    spatial = bottom[axis + 1 :]
    if not spatial:
        message = f"behind axis {axis} there is none to move a window along; the input has {axes_in_words(bottom)}"
        place, about = given.fields.place("bottom"), (About(0),)
        refuse(Fault.WRONG_NUMBER_OF_AXES, "im2col_layer.cpp:17", message, place, about=about)
    windows, refusals = windows_of(given, len(spatial))
    out = tuple(convolved(dim, window) for dim, window in zip(spatial, windows, strict=True))
    refusals += refusals_of_output(given, windows, spatial, out)
    rows = product((bottom[axis], *(window.kernel for window in windows)))
    top = (*bottom[:axis], rows, *(None if dim is not None and dim < 0 else dim for dim in out))
    return Step((top,), refusals=tuple(refusals))


__all__ = ["FAMILY", "convolution_step", "truncated"]
