"""Layers that give the same numbers another shape (flatten_layer.cpp, reshape_layer.cpp)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from caffe_ls.net.faults import Fault
from caffe_ls.net.model import About, Dim, Refusal, Shape
from caffe_ls.net.shapes.step import (
    Family,
    Given,
    Step,
    about_empty,
    as_int,
    axes_in_words,
    differ,
    product,
    refuse,
    shown,
)
from caffe_ls.text.span import Span

FAMILY = Family()

_MESSAGE = "reshape_param"
_COPY, _INFER = 0, -1


@FAMILY.layer("Flatten", in_place=False)
def flatten(given: Given) -> Step:
    """FlattenLayer::Reshape."""
    param = given.group("flatten_param")
    bottom = given.shape()
    start = given.axis("flatten_param")
    end = given.axis("flatten_param", -1, "end_axis")
    if start > end + 1:
        message = f"`axis`, {start}, is behind `end_axis`, {end}"
        place = given.place("flatten_param", "axis" if param.has("axis") else "end_axis")
        refuse(Fault.AXIS_OUT_OF_RANGE, "blob.hpp:86", message, place, about=(About(0),))
    return Step(((*bottom[:start], product(bottom[start : end + 1]), *bottom[end + 1 :]),))


class _Plan(NamedTuple):
    """What `shape` says of the axes from `start` to `end`.

    `before` and `after` count the numbers of these axes without those that are copied to their own place, and `kept`
    are the sizes that stand on both sides.
    """

    start: int
    end: int
    dims: tuple[Dim, ...]
    before: Dim
    after: Dim
    kept: Shape


@FAMILY.layer("Reshape", in_place=False)
def reshape(given: Given) -> Step:
    """ReshapeLayer::LayerSetUp and Reshape."""
    bottom = given.shape()
    start, end = _axes(given, bottom)
    dims = [as_int(dim) for dim in given.group(_MESSAGE).group("shape").integers("dim")]
    refusals = [*_refusals_of_dims(given, bottom, start, dims)]
    copied = [bottom[start + at] if dim == _COPY and start + at < len(bottom) else None for at, dim in enumerate(dims)]
    if refusals:
        return Step(((*bottom[:start], *copied, *bottom[end:]),), refusals=tuple(refusals))
    plan = _plan(bottom, start, end, dims)
    middle = list(plan.dims)
    if _INFER in dims:
        refusals += _refusals_of_inference(given, bottom, plan)
        known = not refusals and plan.before is not None and plan.after
        middle[dims.index(_INFER)] = plan.before // plan.after if known else None  # type: ignore[operator]
    else:
        refusals += _refusals_of_count(given, bottom, plan)
    if refusals:
        middle = copied
    return Step(((*bottom[:start], *middle, *bottom[end:]),), refusals=tuple(refusals))


def _plan(bottom: Shape, start: int, end: int, dims: list[int]) -> _Plan:
    copied = {start + at for at, dim in enumerate(dims) if dim == _COPY}
    before = [bottom[axis] for axis in range(start, end) if axis not in copied]
    after = [dim for dim in dims if dim > 0] + [bottom[axis] for axis in copied if axis >= end]
    kept = (*bottom[:start], *(bottom[axis] for axis in copied if axis < end), *bottom[end:])
    made = tuple(bottom[start + at] if dim == _COPY else None if dim == _INFER else dim for at, dim in enumerate(dims))
    return _Plan(start, end, made, product(before), product(after), kept)


def _axes(given: Given, bottom: Shape) -> tuple[int, int]:
    param = given.group(_MESSAGE)
    axis, axes = param.integer("axis"), param.integer("num_axes", -1)
    start = axis if axis >= 0 else len(bottom) + axis + 1
    about = (About(0),)
    if not 0 <= start <= len(bottom):
        message = f"`axis: {axis}` of an input that has {axes_in_words(bottom)}"
        check = "reshape_layer.cpp:37" if start < 0 else "reshape_layer.cpp:38"
        refuse(Fault.AXIS_OUT_OF_RANGE, check, message, param.place("axis"), about=about)
    if axes < -1:
        message = f"`num_axes: {axes}` must be 0 or more, or -1 for all that follow"
        refuse(Fault.INVALID_LAYER_PARAMETER, "reshape_layer.cpp:41", message, param.place("num_axes"))
    end = len(bottom) if axes == -1 else start + axes
    if end > len(bottom):
        message = f"`num_axes: {axes}` from axis {start} on reaches beyond an input of {axes_in_words(bottom)}"
        refuse(Fault.AXIS_OUT_OF_RANGE, "reshape_layer.cpp:44", message, param.place("num_axes"), about=about)
    return start, end


def _refusals_of_dims(given: Given, bottom: Shape, start: int, dims: list[int]) -> Iterator[Refusal]:
    shape = given.group(_MESSAGE).group("shape")
    fault = Fault.RESHAPE_COUNT_MISMATCH
    inferred = False
    for at, dim in enumerate(dims):
        place = shape.place("dim", at)
        if dim == _INFER and inferred:
            message = "a second `dim: -1`: only one size can be worked out from the others"
            yield Refusal(fault, message, place, "reshape_layer.cpp:22")
        elif dim < _INFER:
            message = f"`dim: {dim}`: 0 copies a size, -1 works one out, and all others are above 0"
            yield Refusal(Fault.NEGATIVE_OUTPUT_SIZE, message, place, "blob.cpp:32")
        elif dim == _COPY and start + at >= len(bottom):
            message = f"`dim: 0` copies axis {start + at} of an input that has {axes_in_words(bottom)}"
            yield Refusal(fault, message, place, "reshape_layer.cpp:64", about=(About(0),))
        inferred = inferred or dim == _INFER


def _refusals_of_inference(given: Given, bottom: Shape, plan: _Plan) -> Iterator[Refusal]:
    place, about = _place(given), (About(0),)
    if 0 in plan.kept or plan.after == 0:
        message = f"no size can be worked out for an empty input ({shown(bottom)}): Caffe divides by 0 and crashes"
        yield Refusal(Fault.EMPTY_BLOB, message, place, "SIGFPE", about=about_empty((bottom,)) or about)
    elif plan.before is not None and plan.after and plan.before % plan.after:
        message = f"the input is {shown(bottom)}, and its {plan.before:,} numbers cannot be divided by the"
        message += f" {plan.after:,} of the other dimensions"
        yield Refusal(Fault.RESHAPE_COUNT_MISMATCH, message, place, "reshape_layer.cpp:80", about=about)


def _refusals_of_count(given: Given, bottom: Shape, plan: _Plan) -> Iterator[Refusal]:
    if 0 in plan.kept or not differ(plan.before, plan.after):
        return
    new = (*bottom[: plan.start], *plan.dims, *bottom[plan.end :])
    old_count, new_count = product(bottom), product(new)
    if old_count is None or new_count is None:
        old_count, new_count = plan.before, plan.after
    message = f"the new shape, {shown(new)}, has {new_count:,} numbers, the input, {shown(bottom)}, {old_count:,}"
    place, about = _place(given), (About(0),)
    yield Refusal(Fault.RESHAPE_COUNT_MISMATCH, message, place, "reshape_layer.cpp:87", about=about)


def _place(given: Given) -> Span:
    param = given.group(_MESSAGE)
    return param.place("shape") if param.has("shape") else given.place(_MESSAGE)
