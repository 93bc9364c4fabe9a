"""Layers that join, cut, repeat, pick or reduce numbers (concat_layer.cpp, slice_layer.cpp, crop_layer.cpp, ...)."""

from __future__ import annotations

from collections.abc import Iterator

from caffe_ls.net.faults import Fault
from caffe_ls.net.model import About, AnyShape, Dim, Refusal, Shape
from caffe_ls.net.shapes.step import (
    ANY_NUMBER,
    Family,
    Given,
    Step,
    as_int,
    axes_in_words,
    axis_of,
    differ,
    product,
    refuse,
    refuse_empty,
    shown,
)

FAMILY = Family()


@FAMILY.layer("Split", tops=(1, ANY_NUMBER), in_place=False, reads_ranks=False)
def split(given: Given) -> Step:
    """split_layer.cpp."""
    return Step((given.bottoms[0],) * given.top_count)


@FAMILY.layer("Silence", bottoms=(1, ANY_NUMBER), tops=0, reads_ranks=False)
def silence(given: Given) -> Step:
    """silence_layer.cpp."""
    return Step(())


def _old_axis(given: Given, message: str, old: str, checks: tuple[str, str]) -> tuple[int, list[Refusal]]:
    """`axis`, or the unsigned field that it replaced; `checks` are those of both and of the old one's range."""
    param = given.group(message)
    shape = given.shape()
    refusals = []
    if param.has("axis") and param.has(old):
        words = f"`axis` with `{old}`: give one of them"
        refusals.append(Refusal(Fault.CONFLICTING_LAYER_PARAMETERS, words, param.place(old), checks[0]))
    if not param.has(old):
        return given.axis(message), refusals
    axis = param.integer(old)
    if axis >= len(shape):
        words = f"`{old}: {axis}` of an input that has {axes_in_words(shape)}"
        refuse(Fault.AXIS_OUT_OF_RANGE, checks[1], words, param.place(old), about=(About(0),))
    return axis, refusals


@FAMILY.layer("Concat", bottoms=(1, ANY_NUMBER))
def concat(given: Given) -> Step:
    """ConcatLayer::Reshape."""
    first = given.shape()
    axis, refusals = _old_axis(given, "concat_param", "concat_dim", ("concat_layer.cpp:12", "concat_layer.cpp:28"))
    top = list(first)
    for index, other in enumerate(given.shapes[1:], 1):
        refusals += _refusals_of_part(given, first, top, other, index, axis)
        if len(other) == len(first):
            top = [a if a is not None else b for a, b in zip(top, other, strict=True)]
    if refusals:
        shapes = [shape for shape in given.shapes if len(shape) == len(first)]
        agreed = [dim if not any(differ(dim, shape[at]) for shape in shapes) else None for at, dim in enumerate(top)]
        agreed[axis] = None
        return Step((tuple(agreed),), refusals=tuple(refusals))
    top[axis] = _sum([shape[axis] for shape in given.shapes])
    return Step((tuple(top),))


def _refusals_of_part(
    given: Given, first: Shape, known: list[Dim], other: Shape, index: int, axis: int
) -> Iterator[Refusal]:
    place = given.fields.place("bottom", index)
    if len(other) != len(first):
        message = f"inputs with {axes_in_words(first)} and {axes_in_words(other)} cannot be joined"
        about = (About(0), About(index))
        yield Refusal(Fault.WRONG_NUMBER_OF_AXES, message, place, "concat_layer.cpp:38", about=about)
        return
    for at, (one, two) in enumerate(zip(known, other, strict=True)):
        if at != axis and differ(one, two):
            message = f"joined along axis {axis}, the inputs differ in axis {at} too: {shown(first)} and {shown(other)}"
            about = (About(0, at), About(index, at))
            yield Refusal(Fault.INPUT_SHAPES_DIFFER, message, place, "concat_layer.cpp:42", about=about)
            return


def _sum(dims: list[Dim]) -> Dim:
    known = [dim for dim in dims if dim is not None]
    return sum(known) if len(known) == len(dims) else None


@FAMILY.layer("Slice", tops=(1, ANY_NUMBER))
def slice_(given: Given) -> Step:
    """SliceLayer::LayerSetUp and Reshape."""
    bottom = given.shape()
    axis, refusals = _old_axis(given, "slice_param", "slice_dim", ("slice_layer.cpp:13", "slice_layer.cpp:33"))
    points = given.group("slice_param").count("slice_point")
    wrong = [*(_refusals_of_points if points else _refusals_of_division)(given, bottom[axis], axis)]
    sizes: list[Dim] = [None] * given.top_count
    if not wrong:
        sizes = _slices(given, bottom[axis])
    if given.is_in_place() and given.top_count > 1:
        message = "Slice with several tops cannot work in place: the first one takes the place of the input"
        place = given.fields.place("top")
        wrong.append(Refusal(Fault.IN_PLACE_NOT_POSSIBLE, message, place, "slice_layer.cpp:70"))
    tops = tuple((*bottom[:axis], size, *bottom[axis + 1 :]) for size in sizes)
    return Step(tops, refusals=(*refusals, *wrong))


def _slices(given: Given, size: Dim) -> list[Dim]:
    points = given.group("slice_param").integers("slice_point")
    if not points:
        return [None if size is None else size // given.top_count] * given.top_count
    ends: list[Dim] = [*points, size]
    return [None if end is None else end - (start or 0) for start, end in zip([0, *points], ends, strict=True)]


def _refusals_of_division(given: Given, size: Dim, axis: int) -> Iterator[Refusal]:
    if size is not None and size % given.top_count:
        message = (
            f"the {size:,} of axis {axis} cannot be cut into {given.top_count} equal tops ({shown(given.shape())})"
        )
        place, about = given.fields.place("top"), (About(0, axis),)
        yield Refusal(Fault.SLICE_DOES_NOT_FIT, message, place, "slice_layer.cpp:61", about=about)


def _refusals_of_points(given: Given, size: Dim, axis: int) -> Iterator[Refusal]:
    param = given.group("slice_param")
    points = [as_int(point) for point in param.integers("slice_point")]
    tops = given.top_count
    fault, about = Fault.SLICE_DOES_NOT_FIT, (About(0, axis),)
    if len(points) != tops - 1:
        message = f"{len(points)} `slice_point` for {tops} tops: one less than tops is needed"
        yield Refusal(fault, message, param.place("slice_point", tops - 1), "slice_layer.cpp:43")
    if size is not None and tops > size:
        message = f"{tops} tops of axis {axis}, which has {size:,} ({shown(given.shape())})"
        yield Refusal(fault, message, given.fields.place("top"), "slice_layer.cpp:44", about=about)
        return
    before = 0
    for index, point in enumerate(points):
        place = param.place("slice_point", index)
        if point <= before:
            message = (
                f"`slice_point: {param.integers('slice_point')[index]}` is not above {before}, where the slice begins"
            )
            yield Refusal(fault, message, place, "slice_layer.cpp:50")
            return
        if size is not None and point > size:
            message = f"`slice_point: {point}` is beyond axis {axis}, which has {size:,} ({shown(given.shape())})"
            yield Refusal(fault, message, place, "blob.cpp:32", about=about)
            return
        before = point
    if size is not None and before == size:
        message = f"`slice_point: {before}` is the end of axis {axis}: the last top would be empty"
        place = param.place("slice_point", len(points) - 1)
        yield Refusal(fault, message, place, "blob.cpp:133", stage="first-iteration", about=about)


@FAMILY.layer("Crop", bottoms=2)
def crop(given: Given) -> Step:
    """CropLayer::LayerSetUp and Reshape."""
    param = given.group("crop_param")
    bottom, wanted = given.shapes
    start = given.axis("crop_param", 2)
    offsets = [as_int(offset) for offset in param.integers("offset")]
    cropped = len(bottom) - start
    if len(wanted) < len(bottom):
        message = f"the second input has {axes_in_words(wanted)}, and axis {len(bottom) - 1} of it is asked for"
        place, about = given.fields.place("bottom", 1), (About(0), About(1))
        refuse(Fault.WRONG_NUMBER_OF_AXES, "blob.hpp:122", message, place, about=about)
    top = (*bottom[:start], *wanted[start : len(bottom)])
    if len(offsets) > 1 and len(offsets) != cropped:
        message = (
            f"{len(offsets)} `offset` for {cropped} axes, those from {start} on: give one for each, or one for all"
        )
        place = param.place("offset", min(len(offsets) - 1, cropped))
        return Step((top,), refusals=(Refusal(Fault.VALUES_PER_AXIS, message, place, "crop_layer.cpp:29"),))
    all_offsets = offsets * cropped if len(offsets) == 1 else offsets or [0] * cropped
    refusals = tuple(_refusals_of_crop(given, bottom, wanted, start, all_offsets))
    return Step(((*bottom[:start], *(None,) * cropped) if refusals else top,), refusals=refusals)


def _refusals_of_crop(given: Given, bottom: Shape, wanted: Shape, start: int, offsets: list[int]) -> Iterator[Refusal]:
    param = given.group("crop_param")
    for axis, offset in enumerate(offsets, start):
        size, new = bottom[axis], wanted[axis]
        if size is not None and new is not None and as_int(size - offset) < new:
            message = f"{new:,} from `offset: {offset}` on" if param.has("offset") else f"{new:,}"
            message += f" do not fit into the {size:,} of axis {axis} ({shown(bottom)}, cropped to {shown(wanted)})"
            place = param.place("offset", axis - start) if param.has("offset") else given.fields.place("bottom", 1)
            about = (About(0, axis), About(1, axis))
            yield Refusal(Fault.CROP_OUTSIDE_INPUT, message, place, "crop_layer.cpp:63", about=about)
            if param.count("offset") < 2:
                return


@FAMILY.layer("Tile")
def tile(given: Given) -> Step:
    """TileLayer::Reshape."""
    message = "tile_param"
    param = given.group(message)
    bottom = given.shape()
    axis = given.axis(message)
    tiles = param.integer("tiles")
    refusals = []
    if not param.has("tiles"):
        place = given.place(message)
        refusals.append(Refusal(Fault.MISSING_LAYER_PARAMETER, "`tiles` is missing", place, "tile_layer.cpp:13"))
    elif tiles <= 0:
        words = f"`tiles: {tiles}` must be above 0"
        refusals.append(Refusal(Fault.INVALID_LAYER_PARAMETER, words, param.place("tiles"), "tile_layer.cpp:15"))
    repeated = None if refusals else product((bottom[axis], tiles))
    return Step(((*bottom[:axis], repeated, *bottom[axis + 1 :]),), refusals=tuple(refusals))


@FAMILY.layer("Reduction")
def reduction(given: Given) -> Step:
    """ReductionLayer::Reshape; sums are taken with a blob of ones, which is filled at once."""
    param = given.group("reduction_param")
    bottom = given.shape()
    axis = given.axis("reduction_param", 0)
    if param.choice("operation", ("", "SUM", "ASUM", "SUMSQ", "MEAN"), "SUM") in ("SUM", "MEAN"):
        refuse_empty(bottom[axis:], "what is summed", given.fields.place("bottom"), axis)
    return Step((bottom[:axis],))


@FAMILY.layer("ArgMax")
def argmax(given: Given) -> Step:
    """ArgMaxLayer::LayerSetUp and Reshape."""
    message = "argmax_param"
    param = given.group(message)
    bottom = given.shape()
    top_k = param.integer("top_k", 1)
    place = given.place(message, "top_k")
    refusals = []
    if top_k < 1:
        words = f"`top_k: {top_k}` must be 1 or more"
        refusals.append(Refusal(Fault.INVALID_LAYER_PARAMETER, words, place, "argmax_layer.cpp:17"))
    if param.has("axis"):
        axis = axis_of(bottom, param.integer("axis"), param.place("axis"))
        size = bottom[axis]
        if size is not None and top_k > size:
            words = f"`top_k: {top_k}` of axis {axis}, which has {size:,} ({shown(bottom)})"
            about = (About(0, axis),)
            refusals.append(Refusal(Fault.TOP_K_EXCEEDS_CLASSES, words, place, "argmax_layer.cpp:23", about=about))
        return Step(((*bottom[:axis], top_k or None, *bottom[axis + 1 :]),), refusals=tuple(refusals))
    if not bottom:
        words = "ArgMax takes an input of 1 axis or more; this one is a single number"
        refuse(Fault.WRONG_NUMBER_OF_AXES, "blob.hpp:89", words, given.fields.place("bottom"), about=(About(0),))
    numbers = product(bottom[1:])
    if numbers is not None and top_k > numbers:
        words = f"`top_k: {top_k}` of items of {numbers:,} numbers ({shown(bottom)})"
        refusals.append(Refusal(Fault.TOP_K_EXCEEDS_CLASSES, words, place, "argmax_layer.cpp:26", about=(About(0),)))
    top: list[Dim] = [1] * max(3, len(bottom))
    top[0] = bottom[0]
    top[2] = top_k or None
    if param.flag("out_max_val"):
        top[1] = 2
    return Step((tuple(top),), refusals=tuple(refusals))


@FAMILY.layer("BatchReindex", bottoms=2)
def batch_reindex(given: Given) -> Step:
    """BatchReindexLayer::Reshape."""
    bottom, index = given.shapes
    if len(index) != 1:
        message = f"the second input, the indices, must have 1 axis; it has {axes_in_words(index)}"
        place, about = given.fields.place("bottom", 1), (About(1),)
        refuse(Fault.WRONG_NUMBER_OF_AXES, "batch_reindex_layer.cpp:11", message, place, about=about)
    return Step(((index[0], *bottom[1:]),))


@FAMILY.layer("Filter", bottoms=(2, ANY_NUMBER), tops=(1, ANY_NUMBER))
def filter_(given: Given) -> Step:
    """FilterLayer::Reshape; before the first pass every item counts as chosen."""
    *items, selector = given.shapes
    refusals = []
    if given.top_count != len(items):
        message = (
            f"{given.top_count} tops for {len(given.bottoms)} bottoms: Filter has one less, none for its last bottom"
        )
        place = given.fields.place("top", min(len(items), given.top_count - 1))
        refusals.append(Refusal(Fault.WRONG_NUMBER_OF_TOPS, message, place, "filter_layer.cpp:11"))
    refusals += _refusals_of_selector(given, selector)
    if not selector:
        return Step((None,) * given.top_count, refusals=tuple(refusals))
    for index, shape in enumerate(items):
        refusals += _refusals_of_items(given, shape, index, selector)
    tops: list[AnyShape] = [(items[0][0], *shape[1:]) if shape and items[0] else shape for shape in items]
    return Step(tuple([*tops, *[None] * given.top_count][: given.top_count]), refusals=tuple(refusals))


def _refusals_of_selector(given: Given, selector: Shape) -> Iterator[Refusal]:
    last = len(given.bottoms) - 1
    place, about = given.fields.place("bottom", last), (About(last),)
    if not selector:
        message = "the last input chooses among items; it is a single number"
        yield Refusal(Fault.WRONG_NUMBER_OF_AXES, message, place, "blob.hpp:122", about=about)
    elif any(dim not in (1, None) for dim in selector[1:]):
        message = f"the last input chooses and must have one number for each item, not {shown(selector)}"
        yield Refusal(Fault.INPUT_SHAPES_DIFFER, message, place, "filter_layer.cpp:22", about=about)
    elif selector[0] == 0:
        message = f"the last input, which chooses, is empty ({shown(selector)})"
        yield Refusal(Fault.EMPTY_BLOB, message, place, "blob.cpp:85", about=(About(last, 0),))


def _refusals_of_items(given: Given, shape: Shape, index: int, selector: Shape) -> Iterator[Refusal]:
    place, last = given.fields.place("bottom", index), len(given.bottoms) - 1
    if not shape:
        message = "Filter takes items along the first axis; this input is a single number"
        yield Refusal(Fault.WRONG_NUMBER_OF_AXES, message, place, "blob.hpp:122", about=(About(index),))
    elif differ(shape[0], selector[0]):
        message = f"{shape[0]:,} items ({shown(shape)}), but {selector[0]:,} choices ({shown(selector)})"
        about = (About(index, 0), About(last, 0))
        yield Refusal(Fault.INPUT_SHAPES_DIFFER, message, place, "filter_layer.cpp:26", about=about)
