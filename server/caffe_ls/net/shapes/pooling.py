"""Pooling (pooling_layer.cpp, spp_layer.cpp)."""

from __future__ import annotations

import math

from caffe_ls.net.faults import Fault
from caffe_ls.net.model import Dim, LayerSpec, Shape
from caffe_ls.net.shapes.step import Count, Family, Given, Step, as_int, refuse, shown
from caffe_ls.net.values import Group

FAMILY = Family()

_MOST_LEVELS = 16
_METHODS = ("MAX", "AVE", "STOCHASTIC")


def _tops(spec: LayerSpec) -> Count:
    """MAX may give its mask too (PoolingLayer::MaxTopBlobs)."""
    return Count(1, 2 if spec.fields.group("pooling_param").choice("pool", _METHODS) == "MAX" else 1)


@FAMILY.layer("Pooling", tops=_tops)
def pooling(given: Given) -> Step:
    """PoolingLayer::LayerSetUp and Reshape."""
    param = given.group("pooling_param")
    kernel = _kernel(param)
    pad, stride = _pair(param, "pad", 0, 29), _pair(param, "stride", 1, 33)
    if kernel is not None and min(kernel) <= 0:
        refuse(
            Fault.INVALID_LAYER_PARAMETER, "pooling_layer.cpp:50", "the kernel has size 0", param.place("kernel_size")
        )
    bottom = given.shape()
    if len(bottom) != 4:
        message = f"pooling takes an input of 4 axes; this one has {len(bottom)} ({shown(bottom)})"
        refuse(Fault.WRONG_NUMBER_OF_AXES, "pooling_layer.cpp:89", message, given.fields.place("bottom"))
    if kernel is None:
        if pad != (0, 0) or stride != (1, 1):
            refuse(
                Fault.CONFLICTING_LAYER_PARAMETERS,
                "pooling_layer.cpp:71",
                "global pooling takes pad 0 and stride 1 only",
                param.place("global_pooling"),
            )
        if 0 in bottom[2:]:
            refuse(
                Fault.EMPTY_BLOB,
                "pooling_layer.cpp:50",
                "the input of the global pooling is empty",
                given.fields.place("bottom"),
            )
    if pad != (0, 0):
        _check_pad(param, pad, kernel)
    if 0 in stride:
        refuse(Fault.INVALID_LAYER_PARAMETER, "pooling_layer.cpp", "the stride is 0", param.place("stride"))
    ceil = param.choice("round_mode", ("CEIL", "FLOOR")) == "CEIL"
    sizes = tuple(
        1 if kernel is None else pooled(bottom[2 + i], kernel[i], stride[i], pad[i], pad != (0, 0), ceil)
        for i in (0, 1)
    )
    if pad != (0, 0) and kernel is not None:
        for axis, size in enumerate(sizes):
            reach = bottom[2 + axis]
            if size is not None and reach is not None and (size - 1) * stride[axis] >= reach + pad[axis]:
                message = "the last window begins behind the input, even after one has been clipped"
                refuse(Fault.INVALID_LAYER_PARAMETER, "pooling_layer.cpp:116", message, param.place("stride"))
    top: Shape = (*bottom[:2], *sizes)
    return Step((top,) * given.top_count)


def pooled(size: Dim, kernel: int, stride: int, pad: int, padded: bool, ceil: bool = True) -> Dim:
    """The output's size along one axis; with padding along any axis the last window begins within the input."""
    if size is None:
        return None
    steps = (size + 2 * pad - kernel) / stride
    found = (math.ceil(steps) if ceil else math.floor(steps)) + 1
    if padded and (found - 1) * stride >= size + pad:
        found -= 1
    return found


def _kernel(param: Group) -> tuple[int, int] | None:
    """None for global pooling."""
    given = [name for name in ("kernel_size", "kernel_h", "kernel_w") if param.has(name)]
    if param.flag("global_pooling"):
        if given:
            refuse(
                Fault.CONFLICTING_LAYER_PARAMETERS,
                "pooling_layer.cpp:18",
                f"global pooling takes no `{given[0]}`",
                param.place(given[0]),
            )
        return None
    both = param.has("kernel_h") and param.has("kernel_w")
    if param.has("kernel_size") == both:
        what = "give `kernel_size`, or `kernel_h` and `kernel_w`"
        refuse(
            Fault.CONFLICTING_LAYER_PARAMETERS,
            "pooling_layer.cpp:22",
            f"{what}, not both" if both else what,
            param.place((given or ["kernel_size"])[0]),
        )
    if not both:
        return (as_int(param.integer("kernel_size")),) * 2
    return as_int(param.integer("kernel_h")), as_int(param.integer("kernel_w"))


def _pair(param: Group, name: str, default: int, line: int) -> tuple[int, int]:
    both = (f"{name}_h", f"{name}_w")
    given = [one for one in both if param.has(one)]
    if given and (len(given) == 1 or param.has(name)):
        message = f"give `{name}`, or `{name}_h` and `{name}_w`"
        refuse(Fault.CONFLICTING_LAYER_PARAMETERS, f"pooling_layer.cpp:{line}", message, param.place(given[0]))
    if given:
        return as_int(param.integer(both[0])), as_int(param.integer(both[1]))
    return (as_int(param.integer(name, default)),) * 2


def _check_pad(param: Group, pad: tuple[int, int], kernel: tuple[int, int] | None) -> None:
    if param.choice("pool", _METHODS) == "STOCHASTIC":
        refuse(
            Fault.INVALID_LAYER_PARAMETER,
            "pooling_layer.cpp:75",
            "stochastic pooling takes no padding",
            param.place("pad"),
        )
    if kernel is not None and any(p >= k for p, k in zip(pad, kernel, strict=True)):
        refuse(
            Fault.INVALID_LAYER_PARAMETER,
            "pooling_layer.cpp:79",
            f"the pad {max(pad)} is not less than the kernel",
            param.place("pad"),
        )


@FAMILY.layer("SPP")
def spatial_pyramid_pooling(given: Given) -> Step:
    """SPPLayer::LayerSetUp: poolings into 1, 2, 4, ... bins a side, flattened and joined; a single level is not."""
    param = given.group("spp_param")
    bottom = given.shape()
    if len(bottom) != 4:
        message = f"the pyramid takes an input of 4 axes; this one has {len(bottom)} ({shown(bottom)})"
        refuse(Fault.WRONG_NUMBER_OF_AXES, "spp_layer.cpp:148", message, given.fields.place("bottom"))
    num, channels, height, width = bottom
    if 0 in (height, width):
        refuse(Fault.EMPTY_BLOB, "spp_layer.cpp:74", "the input is empty", given.fields.place("bottom"))
    levels = param.integer("pyramid_height")
    if levels == 1:
        return Step(((num, channels, 1, 1),))
    if channels is None or height is None or width is None:
        return Step(((num, None),))
    if levels > _MOST_LEVELS:
        refuse(
            Fault.BLOB_TOO_LARGE,
            "blob.cpp:34",
            f"`pyramid_height: {levels}` makes more bins than a blob holds",
            param.place("pyramid_height"),
        )
    places = 0
    for level in range(levels):
        sizes = [_bins(size, 2**level) for size in (height, width)]
        padded = any(pad for _, _, pad in sizes)
        sides = [pooled(size, kernel, kernel, pad, padded) or 0 for size, kernel, pad in sizes]
        places += sides[0] * sides[1]
    return Step(((num, channels * places),))


def _bins(size: int, bins: int) -> tuple[int, int, int]:
    """Size, kernel and pad (SPPLayer::GetPoolingParam)."""
    kernel = math.ceil(size / bins)
    return size, kernel, (kernel * bins - size + 1) // 2
