"""Convolution and its relatives (base_conv_layer.cpp, conv_layer.cpp, deconv_layer.cpp, im2col_layer.cpp)."""

from __future__ import annotations

from typing import NamedTuple

from caffe_ls.net.faults import Fault
from caffe_ls.net.model import Dim, Shape
from caffe_ls.net.shapes.step import (
    Family,
    Given,
    Step,
    as_int,
    axis_of,
    product,
    refuse,
    refuse_empty,
    shapes_differ,
    shown,
)
from caffe_ls.net.values import Group

FAMILY = Family()

_ENDLESS = 1 << 30


class Window(NamedTuple):
    """Kernel, stride, pad and dilation along one axis."""

    kernel: int
    stride: int
    pad: int
    dilation: int

    @property
    def extent(self) -> int:
        """How many places the kernel spans."""
        return self.dilation * (self.kernel - 1) + 1


def windows(param: Group, axes: int, check: str) -> list[Window]:
    """A window for each spatial axis (BaseConvolutionLayer::LayerSetUp; `check` names the file)."""
    kernels = _per_axis(param, "kernel_size", ("kernel_h", "kernel_w"), axes, None, check)
    strides = _per_axis(param, "stride", ("stride_h", "stride_w"), axes, 1, check)
    pads = _per_axis(param, "pad", ("pad_h", "pad_w"), axes, 0, check)
    dilations = _per_axis(param, "dilation", ("", ""), axes, 1, check)
    found = [Window(*row) for row in zip(kernels, strides, pads, dilations, strict=True)]
    for window in found:
        if window.kernel <= 0:
            refuse(Fault.INVALID_LAYER_PARAMETER, check, "the kernel has size 0", param.place("kernel_size"))
        if window.stride <= 0:
            refuse(Fault.INVALID_LAYER_PARAMETER, check, "the stride is 0", param.place("stride"))
    return found


def _per_axis(param: Group, name: str, pair: tuple[str, str], axes: int, default: int | None, check: str) -> list[int]:
    plain = [as_int(number) for number in param.integers(name)]
    if any(param.has(one) for one in pair):
        first = next(one for one in pair if param.has(one))
        if axes != 2:
            refuse(
                Fault.WRONG_NUMBER_OF_AXES,
                check,
                f"`{pair[0]}` and `{pair[1]}` are for 2 spatial axes; here are {axes}",
                param.place(first),
            )
        if plain:
            refuse(
                Fault.CONFLICTING_LAYER_PARAMETERS,
                check,
                f"give `{name}` or `{pair[0]}` and `{pair[1]}`, not both",
                param.place(first),
            )
        return [as_int(param.integer(one)) for one in pair]
    if not plain and default is not None:
        return [default] * axes
    if len(plain) not in (1, axes):
        message = f"`{name}` is given {len(plain)} times: it is given once, or for each of {axes} spatial axes"
        refuse(Fault.INVALID_LAYER_PARAMETER, check, message, param.place(name))
    return plain * axes if len(plain) == 1 else plain


def truncated(numerator: int, divisor: int) -> int:
    """Division as in C++: towards 0."""
    return -(-numerator // divisor) if numerator < 0 else numerator // divisor


def convolved(size: Dim, window: Window) -> Dim:
    """The output's size along one axis (ConvolutionLayer::compute_output_shape)."""
    return None if size is None else truncated(size + 2 * window.pad - window.extent, window.stride) + 1


def deconvolved(size: Dim, window: Window) -> Dim:
    """The output's size along one axis (DeconvolutionLayer::compute_output_shape)."""
    return None if size is None else window.stride * (size - 1) + window.extent - 2 * window.pad


def convolution_step(given: Given, *, depthwise: bool = False, transposed: bool = False) -> Step:
    """BaseConvolutionLayer::LayerSetUp and Reshape; depthwise ones take as many groups as channels."""
    param = given.group("convolution_param")
    has_bias = param.flag("bias_term", True)
    if any(shape is None for shape in given.bottoms):
        return Step((None,) * given.top_count, (None,) * (1 + has_bias), None)
    bottom = given.shape()
    axis = axis_of(bottom, param.integer("axis", 1), param.place("axis"))
    spatial = bottom[axis + 1 :]
    rows = windows(param, len(spatial), "base_conv_layer.cpp")
    outputs = param.integer("num_output")
    if outputs <= 0:
        refuse(
            Fault.MISSING_LAYER_PARAMETER,
            "base_conv_layer.cpp:119",
            "`num_output` is missing or 0",
            param.place("num_output"),
        )
    channels = bottom[axis]
    groups: Dim = channels if depthwise else param.integer("group", 1)
    if groups == 0:
        refuse(Fault.INVALID_LAYER_PARAMETER, "SIGFPE", "`group` is 0: Caffe crashes", param.place("group"))
    if groups is not None and channels is not None and channels % groups:
        message = f"`group: {groups}` does not divide the {channels} channels of the input"
        refuse(Fault.GROUP_DOES_NOT_DIVIDE, "base_conv_layer.cpp:121", message, param.place("group"))
    if groups is not None and outputs % groups:
        message = f"`group: {groups}` does not divide `num_output: {outputs}`"
        refuse(Fault.GROUP_DOES_NOT_DIVIDE, "base_conv_layer.cpp:122", message, param.place("num_output"))
    for index, other in enumerate(given.shapes):
        if shapes_differ(bottom, other):
            message = f"the inputs have different shapes: {shown(bottom)} and {shown(other)}"
            refuse(Fault.GROUP_DOES_NOT_DIVIDE, "base_conv_layer.cpp:195", message, given.fields.place("bottom", index))
    size = deconvolved if transposed else convolved
    out = tuple(size(dim, row) for dim, row in zip(spatial, rows, strict=True))
    if has_bias:
        refuse_empty(out, "each map of the output", given.fields.place("bottom"))
    top = (*bottom[:axis], outputs, *out)
    into = channels if transposed else outputs
    of = outputs if transposed else channels
    weights: Shape = (into, _divided(of, groups), *(row.kernel for row in rows))
    places = product((*bottom[:axis], *(spatial if transposed else out)))
    macs = product((*weights, places, given.top_count))
    return Step((top,) * given.top_count, (weights, (outputs,)) if has_bias else (weights,), macs)


def _divided(number: Dim, groups: Dim) -> Dim:
    return None if number is None or groups is None else number // groups


@FAMILY.layer("Convolution", bottoms=(1, _ENDLESS), tops=(1, _ENDLESS), equal_counts=True, reads_ranks=False)
def convolution(given: Given) -> Step:
    """conv_layer.cpp."""
    return convolution_step(given)


@FAMILY.layer("Deconvolution", bottoms=(1, _ENDLESS), tops=(1, _ENDLESS), equal_counts=True, reads_ranks=False)
def deconvolution(given: Given) -> Step:
    """deconv_layer.cpp."""
    return convolution_step(given, transposed=True)


@FAMILY.layer(
    "ConvolutionDepthwise",
    "DepthwiseConvolution",
    bottoms=(1, _ENDLESS),
    tops=(1, _ENDLESS),
    equal_counts=True,
    reads_ranks=False,
)
def depthwise(given: Given) -> Step:
    """A convolution of each channel by itself; `group` is left as it is where it is given."""
    return convolution_step(given, depthwise=not given.group("convolution_param").has("group"))


@FAMILY.layer("Im2col")
def im2col(given: Given) -> Step:
    """Im2colLayer::LayerSetUp and Reshape."""
    param = given.group("convolution_param")
    bottom = given.shape()
    axis = axis_of(bottom, param.integer("axis", 1), param.place("axis"))
    spatial = bottom[axis + 1 :]
    if not spatial:
        refuse(Fault.WRONG_NUMBER_OF_AXES, "im2col_layer.cpp:17", "the input has no spatial axes", param.place("axis"))
    rows = windows(param, len(spatial), "im2col_layer.cpp")
    out = tuple(convolved(dim, row) for dim, row in zip(spatial, rows, strict=True))
    return Step(((*bottom[:axis], product((bottom[axis], *(row.kernel for row in rows))), *out),))
