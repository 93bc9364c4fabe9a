"""Pooling (pooling_layer.cpp, spp_layer.cpp)."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TypeAlias

from caffe_ls.net.faults import Fault
from caffe_ls.net.model import About, Dim, LayerSpec, Refusal, Shape
from caffe_ls.net.shapes.step import (
    Count,
    Family,
    Given,
    Step,
    about_empty,
    as_int,
    axes_in_words,
    float32,
    legacy_dim,
    refuse,
    shown,
)
from caffe_ls.net.shapes.windows import sizes_in_words
from caffe_ls.net.values import Group
from caffe_ls.text.span import Span

FAMILY = Family()

_MESSAGE = "pooling_param"
_METHODS = ("MAX", "AVE", "STOCHASTIC")
_INT_MIN = -(2**31)

_Pair: TypeAlias = tuple[Dim, Dim]
"""Along height and width; None for what the text does not say in a way that holds."""


def _tops(spec: LayerSpec) -> Count:
    """MAX may give its mask too (PoolingLayer::MaxTopBlobs)."""
    return Count(1, 2 if spec.fields.group(_MESSAGE).choice("pool", _METHODS) == "MAX" else 1)


@FAMILY.layer("Pooling", tops=_tops)
def pooling(given: Given) -> Step:
    """PoolingLayer::LayerSetUp and Reshape."""
    param = given.group(_MESSAGE)
    bottom = given.shape()
    is_global = param.flag("global_pooling")
    refusals = [*(_refusals_of_global(param) if is_global else _refusals_of_kernel(given, param))]
    kernel: _Pair = (None, None) if is_global or refusals else _pair(param, "kernel", 0)
    wrong_pad, wrong_stride = [*_refusals_of_pair(param, "pad", 29)], [*_refusals_of_pair(param, "stride", 33)]
    refusals += [*wrong_pad, *wrong_stride]
    pad: _Pair = (None, None) if wrong_pad else _pair(param, "pad", 0)
    stride: _Pair = (None, None) if wrong_stride else _pair(param, "stride", 1)
    refusals += [
        *_refusals_of_sizes(param, kernel, stride),
        *(() if is_global else _refusals_of_pad(param, pad, kernel)),
    ]
    if len(bottom) != 4:
        message = f"pooling takes an input of 4 axes; this one has {axes_in_words(bottom)}"
        check = "blob.hpp:140" if is_global and len(bottom) > 4 else "pooling_layer.cpp:82"
        place = given.fields.place("bottom")
        refusals.append(Refusal(Fault.WRONG_NUMBER_OF_AXES, message, place, check, about=(About(0),)))
        return Step((None,) * given.top_count, refusals=tuple(refusals))
    if is_global and 0 in bottom[2:]:
        message = f"global pooling over an input of {sizes_in_words(bottom[2:])}"
        place, about = given.fields.place("bottom"), about_empty(given.bottoms)
        refusals.append(Refusal(Fault.EMPTY_BLOB, message, place, "pooling_layer.cpp:50", about=about))
    if is_global or refusals:
        size = 1 if is_global else None
        return Step(((*bottom[:2], size, size),) * given.top_count, refusals=tuple(refusals))
    is_padded = pad != (0, 0)
    ceil = param.choice("round_mode", ("CEIL", "FLOOR")) == "CEIL"
    sizes = (
        pooled(bottom[2], kernel[0], stride[0], pad[0], is_padded, ceil),
        pooled(bottom[3], kernel[1], stride[1], pad[1], is_padded, ceil),
    )
    refusals += _refusals_of_output(given, bottom, kernel, pad, sizes)
    top: Shape = (*bottom[:2], *(None if size is not None and size < 0 else size for size in sizes))
    return Step((top,) * given.top_count, refusals=tuple(refusals))


def pooled(size: Dim, kernel: Dim, stride: Dim, pad: Dim, is_padded: bool, ceil: bool = True) -> Dim:
    """The output's size along one axis; with padding along any axis the last window begins within the input.

    The division is one of floats, and what comes out of it too large for an int is its least one.
    """
    if size is None or kernel is None or not stride or pad is None:
        return None
    steps = float32(float32(as_int(size + 2 * pad - kernel)) / float32(stride))
    rounded = math.ceil(steps) if ceil else math.floor(steps)
    found = as_int((rounded if _INT_MIN <= rounded < -_INT_MIN else _INT_MIN) + 1)
    if is_padded and as_int((found - 1) * stride) >= size + pad:
        found -= 1
    return found


def _refusals_of_global(param: Group) -> Iterator[Refusal]:
    for name in ("kernel_size", "kernel_h", "kernel_w"):
        if param.has(name):
            message = f"`{name}` with `global_pooling: true`, whose window is the whole input"
            yield _conflict(message, param.place(name), 18)
            break
    for name, only in (("pad", 0), ("stride", 1)):
        for field in (name, f"{name}_h", f"{name}_w"):
            if param.has(field) and as_int(param.integer(field)) != only:
                message = f"`{field}: {param.integer(field)}` with `global_pooling: true`, which takes {only} only"
                yield _conflict(message, param.place(field), 65)
                break


def _refusals_of_kernel(given: Given, param: Group) -> Iterator[Refusal]:
    halves = [name for name in ("kernel_h", "kernel_w") if param.has(name)]
    if param.has("kernel_size"):
        if len(halves) == 2:
            message = "`kernel_size` with `kernel_h` and `kernel_w`: give one of them"
            yield _conflict(message, param.place("kernel_size"), 22)
    elif not halves:
        message = "`kernel_size` is missing"
        yield Refusal(Fault.MISSING_LAYER_PARAMETER, message, given.place(_MESSAGE), "pooling_layer.cpp:22")
    elif len(halves) == 1:
        yield _half_alone(param, halves[0], 22)


def _refusals_of_pair(param: Group, name: str, line: int) -> Iterator[Refusal]:
    halves = [half for half in (f"{name}_h", f"{name}_w") if param.has(half)]
    if halves and param.has(name):
        yield _conflict(f"`{name}` with `{halves[0]}`: give one of them", param.place(halves[0]), line)
    elif len(halves) == 1:
        yield _half_alone(param, halves[0], line)


def _half_alone(param: Group, half: str, line: int) -> Refusal:
    other = half[:-1] + ("w" if half.endswith("h") else "h")
    message = f"`{half}` without `{other}`"
    return Refusal(Fault.MISSING_LAYER_PARAMETER, message, param.place(half), f"pooling_layer.cpp:{line}")


def _conflict(message: str, place: Span, line: int) -> Refusal:
    return Refusal(Fault.CONFLICTING_LAYER_PARAMETERS, message, place, f"pooling_layer.cpp:{line}")


def _pair(param: Group, name: str, default: int) -> _Pair:
    halves = (f"{name}_h", f"{name}_w")
    whole = "kernel_size" if name == "kernel" else name
    if param.has(halves[0]) and param.has(halves[1]) and not param.has(whole):
        return as_int(param.integer(halves[0])), as_int(param.integer(halves[1]))
    size = as_int(param.integer(whole, default))
    return size, size


def _refusals_of_sizes(param: Group, kernel: _Pair, stride: _Pair) -> Iterator[Refusal]:
    """A kernel of no size is checked; a division by a stride of 0 gives the least int, a negative size."""
    for axis, line in enumerate((50, 51)):
        size = kernel[axis]
        if size is not None and size <= 0:
            field = _field(param, "kernel_size", axis)
            message = f"`{field}: {param.integer(field)}` must be above 0"
            message += f", and Caffe reads it as {size:,}" if size else ""
            check = f"pooling_layer.cpp:{line}"
            yield Refusal(Fault.INVALID_LAYER_PARAMETER, message, param.place(field), check)
            break
    for axis in (0, 1):
        if stride[axis] == 0:
            field = _field(param, "stride", axis)
            message = f"`{field}: 0` must be above 0"
            yield Refusal(Fault.INVALID_LAYER_PARAMETER, message, param.place(field), "blob.cpp:32")
            break


def _refusals_of_pad(param: Group, pad: _Pair, kernel: _Pair) -> Iterator[Refusal]:
    if pad == (0, 0) or None in pad:
        return
    if param.choice("pool", _METHODS) == "STOCHASTIC":
        message = "stochastic pooling takes no padding"
        yield _conflict(message, param.place(_field(param, "pad", 0 if pad[0] else 1)), 69)
    for axis, line in enumerate((74, 75)):
        size, window = pad[axis], kernel[axis]
        if size is not None and window is not None and 0 < window <= size:
            field, other = _field(param, "pad", axis), _field(param, "kernel_size", axis)
            message = f"`{field}: {size}` is not below `{other}: {window}`"
            check = f"pooling_layer.cpp:{line}"
            yield Refusal(Fault.PAD_NOT_BELOW_KERNEL, message, param.place(field), check)
            break


def _refusals_of_output(given: Given, bottom: Shape, kernel: _Pair, pad: _Pair, sizes: _Pair) -> Iterator[Refusal]:
    param = given.group(_MESSAGE)
    worst = min((size for size in sizes if size is not None), default=1)
    if worst > 0 or (worst == 0 and 0 in bottom):
        return
    axis = 0 if sizes[0] == worst else 1
    padded = [None if dim is None or by is None else dim + 2 * by for dim, by in zip(bottom[2:], pad, strict=True)]
    with_padding = " with its padding" if pad != (0, 0) else ""
    message = f"the window is {sizes_in_words(kernel)}, the input{with_padding} {sizes_in_words(padded)}"
    message += f": the output would be {sizes_in_words(sizes)}"
    place, about = param.place(_field(param, "kernel_size", axis)), (About(0, 2 + axis),)
    if worst < 0:
        yield Refusal(Fault.NEGATIVE_OUTPUT_SIZE, message, place, "blob.cpp:32", about=about)
    else:
        yield Refusal(Fault.EMPTY_BLOB, message, place, "blob.cpp:133", stage="first-iteration", about=about)


def _field(param: Group, name: str, axis: int) -> str:
    """The field that sets a size along an axis: the one for both, or `_h` or `_w`."""
    half = f"{name.partition('_')[0]}_{'hw'[axis]}"
    return name if param.has(name) or not param.has(half) else half


@FAMILY.layer("SPP")
def spatial_pyramid_pooling(given: Given) -> Step:
    """SPPLayer::LayerSetUp: poolings into 1, 2, 4, ... bins a side, flattened and joined; a single level is not."""
    param = given.group("spp_param")
    bottom = given.shape()
    place = given.fields.place("bottom")
    height, width = (legacy_dim(bottom, axis, place) for axis in (2, 3))
    if len(bottom) != 4:
        message = f"the pyramid takes an input of 4 axes; this one has {axes_in_words(bottom)}"
        refuse(Fault.WRONG_NUMBER_OF_AXES, "spp_layer.cpp:148", message, place, about=(About(0),))
    if 0 in (height, width):
        message = f"the input is empty ({shown(bottom)})"
        refuse(Fault.EMPTY_BLOB, "spp_layer.cpp:74", message, place, about=about_empty(given.bottoms))
    num, channels = bottom[:2]
    levels = as_int(param.integer("pyramid_height"))
    if levels <= 0:
        given_levels = param.has("pyramid_height")
        message = "`pyramid_height: 0` must be above 0" if given_levels else "`pyramid_height` is missing"
        fault = Fault.INVALID_LAYER_PARAMETER if given_levels else Fault.MISSING_LAYER_PARAMETER
        refuse(fault, "layer.hpp:369", message, given.place("spp_param", "pyramid_height"))
    if levels == 1:
        return Step(((num, channels, 1, 1),))
    if channels is None or height is None or width is None:
        return Step(((num, None),))
    places = 0
    for level in range(levels):
        bins = [_bins(size, 2**level) for size in (height, width)]
        _check_bins(given, param, level, (height, width), bins)
        is_padded = any(pad for _, pad in bins)
        sides = [
            pooled(size, kernel, kernel, pad, is_padded) or 0
            for size, (kernel, pad) in zip((height, width), bins, strict=True)
        ]
        places += sides[0] * sides[1]
    return Step(((num, channels * places),))


def levels_that_fit(height: int, width: int) -> int:
    """How many levels a pyramid over an input of this size may have."""
    level = 0
    while all(pad < kernel for kernel, pad in (_bins(size, 2**level) for size in (height, width))):
        level += 1
    return level


def _bins(size: int, bins: int) -> tuple[int, int]:
    """Kernel and pad (SPPLayer::GetPoolingParam)."""
    kernel = math.ceil(size / bins)
    return kernel, (kernel * bins - size + 1) // 2


def _check_bins(given: Given, param: Group, level: int, sizes: tuple[int, int], bins: list[tuple[int, int]]) -> None:
    """Each level is a pooling, and refuses what that refuses."""
    bad = next((index for index, (kernel, pad) in enumerate(bins) if pad >= kernel), None)
    levels = f"`pyramid_height: {param.integer('pyramid_height')}`"
    place, about = given.place("spp_param", "pyramid_height"), (About(0, 2 + (bad or 0)),)
    if any(pad for _, pad in bins) and param.choice("pool", _METHODS) == "STOCHASTIC":
        message = f"level {level} of {levels} pads {sizes_in_words(sizes)}, and stochastic pooling takes no padding"
        refuse(Fault.CONFLICTING_LAYER_PARAMETERS, "pooling_layer.cpp:69", message, place, about=about)
    if bad is not None:
        kernel, pad = bins[bad]
        message = f"level {level} of {levels} cuts {sizes_in_words(sizes)} into {2**level} bins a side"
        message += f": a window of {kernel} would need a padding of {pad}, which must be below it"
        refuse(Fault.PAD_NOT_BELOW_KERNEL, f"pooling_layer.cpp:{74 + bad}", message, place, about=about)
