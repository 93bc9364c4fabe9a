"""Layers that join, cut, reshape or drop numbers and compute none (concat_layer.cpp, slice_layer.cpp, ...)."""

from __future__ import annotations

from caffe_ls.net.faults import Fault
from caffe_ls.net.model import AnyShape, Dim, Shape
from caffe_ls.net.shapes.step import Family, Given, Step, axis_of, differ, product, refuse, shown
from caffe_ls.net.values import Group

FAMILY = Family()

_ENDLESS = 1 << 30


@FAMILY.layer("Split", tops=(1, _ENDLESS), in_place=False, reads_ranks=False)
def split(given: Given) -> Step:
    """split_layer.cpp."""
    return Step((given.bottoms[0],) * given.top_count)


@FAMILY.layer("Silence", bottoms=(1, _ENDLESS), tops=0, reads_ranks=False)
def silence(given: Given) -> Step:
    """silence_layer.cpp."""
    return Step(())


def _old_axis(param: Group, shape: Shape, old: str, check: str) -> int:
    """`axis`, or the unsigned field that it replaced."""
    if param.has("axis") and param.has(old):
        refuse(Fault.CONFLICTING_LAYER_PARAMETERS, check, f"give `axis` or `{old}`, not both", param.place(old))
    if not param.has(old):
        return axis_of(shape, param.integer("axis", 1), param.place("axis"))
    axis = param.integer(old)
    if not 0 <= axis < len(shape):
        refuse(
            Fault.INVALID_LAYER_PARAMETER,
            check,
            f"`{old}: {axis}` of an input that has {len(shape)} axes",
            param.place(old),
        )
    return axis


@FAMILY.layer("Concat", bottoms=(1, _ENDLESS))
def concat(given: Given) -> Step:
    """ConcatLayer::Reshape."""
    param = given.group("concat_param")
    first = given.shape()
    axis = _old_axis(param, first, "concat_dim", "concat_layer.cpp:12")
    top = list(first)
    for index, other in enumerate(given.shapes[1:], 1):
        place = given.fields.place("bottom", index)
        if len(other) != len(first):
            message = f"inputs with {len(first)} and {len(other)} axes cannot be joined"
            refuse(Fault.WRONG_NUMBER_OF_AXES, "concat_layer.cpp:38", message, place)
        for at, dim in enumerate(other):
            if at == axis:
                continue
            if differ(top[at], dim):
                message = f"the inputs differ in axis {at}: {shown(first)} and {shown(other)}"
                refuse(Fault.INPUT_SHAPES_DIFFER, "concat_layer.cpp:42", message, place)
            top[at] = dim if top[at] is None else top[at]
    top[axis] = _sum([shape[axis] for shape in given.shapes])
    return Step((tuple(top),))


def _sum(dims: list[Dim]) -> Dim:
    known = [dim for dim in dims if dim is not None]
    return sum(known) if len(known) == len(dims) else None


@FAMILY.layer("Slice", tops=(1, _ENDLESS))
def slice_(given: Given) -> Step:
    """SliceLayer::LayerSetUp and Reshape."""
    param = given.group("slice_param")
    bottom = given.shape()
    axis = _old_axis(param, bottom, "slice_dim", "slice_layer.cpp:13")
    size, tops = bottom[axis], given.top_count
    points = param.integers("slice_point")
    if points:
        if len(points) != tops - 1:
            message = f"{len(points)} `slice_point` for {tops} tops; they must be one less"
            refuse(Fault.SLICE_DOES_NOT_FIT, "slice_layer.cpp:43", message, param.place("slice_point"))
        if size is not None and tops > size:
            refuse(
                Fault.SLICE_DOES_NOT_FIT,
                "slice_layer.cpp:44",
                f"{tops} tops of an axis of {size}",
                given.fields.place("top"),
            )
        sizes = _between(param, points, size)
    else:
        if size is not None and size % tops:
            message = f"the axis of {size} cannot be cut into {tops} equal tops"
            refuse(Fault.SLICE_DOES_NOT_FIT, "slice_layer.cpp:61", message, given.fields.place("top"))
        sizes = [None if size is None else size // tops] * tops
    return Step(tuple((*bottom[:axis], one, *bottom[axis + 1 :]) for one in sizes))


def _between(param: Group, points: list[int], size: Dim) -> list[Dim]:
    sizes: list[Dim] = []
    before = 0
    for index, point in enumerate(points):
        if point <= before:
            message = "the values of `slice_point` must grow, from above 0"
            refuse(Fault.SLICE_DOES_NOT_FIT, "slice_layer.cpp:50", message, param.place("slice_point", index))
        sizes.append(point - before)
        before = point
    if size is not None and size < before:
        message = f"`slice_point: {before}` is beyond the axis of {size}"
        refuse(Fault.SLICE_DOES_NOT_FIT, "blob.cpp:32", message, param.place("slice_point", len(points) - 1))
    return [*sizes, None if size is None else size - before]


@FAMILY.layer("Flatten", in_place=False)
def flatten(given: Given) -> Step:
    """FlattenLayer::Reshape."""
    param = given.group("flatten_param")
    bottom = given.shape()
    start = axis_of(bottom, param.integer("axis", 1), param.place("axis"))
    end = axis_of(bottom, param.integer("end_axis", -1), param.place("end_axis"))
    if start > end + 1:
        refuse(Fault.AXIS_OUT_OF_RANGE, "blob.hpp:86", "`axis` is behind `end_axis`", param.place("axis"))
    return Step(((*bottom[:start], product(bottom[start : end + 1]), *bottom[end + 1 :]),))


@FAMILY.layer("Reshape", in_place=False)
def reshape(given: Given) -> Step:
    """ReshapeLayer::LayerSetUp and Reshape."""
    param = given.group("reshape_param")
    bottom = given.shape()
    start, end = _reshaped_axes(param, bottom)
    wanted = param.group("shape").integers("dim")
    dims = param.group("shape")
    if wanted.count(-1) > 1:
        refuse(Fault.RESHAPE_COUNT_MISMATCH, "reshape_layer.cpp:22", "only one dimension can be -1", dims.place("dim"))
    middle: list[Dim] = []
    for index, dim in enumerate(wanted):
        if dim == 0:
            if start + index >= len(bottom):
                message = f"a 0 copies axis {start + index} of an input that has {len(bottom)}"
                refuse(Fault.RESHAPE_COUNT_MISMATCH, "reshape_layer.cpp:64", message, dims.place("dim", index))
            middle.append(bottom[start + index])
        else:
            middle.append(dim)
    inferred = wanted.index(-1) if -1 in wanted else None
    if inferred is not None:
        middle[inferred] = 1
    whole = [*bottom[:start], *middle, *bottom[end:]]
    before, after = product(bottom[start:end]), product(middle)
    all_before = product(bottom)
    if inferred is not None:
        middle[inferred] = _inferred(param, before, after, all_before)
        whole = [*bottom[:start], *middle, *bottom[end:]]
    elif differ(all_before, product(whole)):
        message = f"the input has {all_before:,} numbers ({shown(bottom)}), the new shape {product(whole):,}"
        refuse(Fault.RESHAPE_COUNT_MISMATCH, "reshape_layer.cpp:87", message, dims.place("dim"))
    return Step((tuple(whole),))


def _inferred(param: Group, before: Dim, after: Dim, everything: Dim) -> Dim:
    if everything == 0:
        # Caffe divides the whole counts, which are 0.
        return 0
    if before is None or not after:
        return None
    if before % after:
        message = f"{before:,} numbers cannot be divided by the {after:,} of the dimensions given"
        refuse(Fault.RESHAPE_COUNT_MISMATCH, "reshape_layer.cpp:80", message, param.group("shape").place("dim"))
    return before // after


def _reshaped_axes(param: Group, bottom: Shape) -> tuple[int, int]:
    axis, axes = param.integer("axis"), param.integer("num_axes", -1)
    start = axis if axis >= 0 else len(bottom) + axis + 1
    if not 0 <= start <= len(bottom):
        message = f"`axis: {axis}` of an input that has {len(bottom)} axes"
        refuse(Fault.RESHAPE_COUNT_MISMATCH, "reshape_layer.cpp:38", message, param.place("axis"))
    if axes < -1:
        refuse(
            Fault.RESHAPE_COUNT_MISMATCH,
            "reshape_layer.cpp:41",
            f"`num_axes: {axes}` is less than -1",
            param.place("num_axes"),
        )
    end = len(bottom) if axes == -1 else start + axes
    if end > len(bottom):
        refuse(
            Fault.RESHAPE_COUNT_MISMATCH,
            "reshape_layer.cpp:44",
            "`axis` and `num_axes` reach beyond the input",
            param.place("num_axes"),
        )
    return start, end


@FAMILY.layer("Crop", bottoms=2)
def crop(given: Given) -> Step:
    """CropLayer::LayerSetUp and Reshape."""
    param = given.group("crop_param")
    bottom, wanted = given.shapes
    start = axis_of(bottom, param.integer("axis", 2), param.place("axis"))
    offsets = param.integers("offset")
    if len(offsets) > 1 and start + len(offsets) != len(bottom):
        message = f"{len(offsets)} `offset` for {len(bottom) - start} axes"
        refuse(Fault.CROP_OUTSIDE_INPUT, "crop_layer.cpp:29", message, param.place("offset"))
    top = list(bottom)
    for axis in range(start, len(bottom)):
        if axis >= len(wanted):
            message = f"the second input has no axis {axis} ({shown(wanted)})"
            refuse(Fault.AXIS_OUT_OF_RANGE, "blob.hpp:122", message, given.fields.place("bottom", 1))
        offset = (offsets[axis - start] if len(offsets) > 1 else offsets[0]) if offsets else 0
        size, new = bottom[axis], wanted[axis]
        if size is not None and new is not None and size - offset < new:
            message = f"{new} from {offset} on does not fit into axis {axis} of {shown(bottom)}"
            refuse(Fault.CROP_OUTSIDE_INPUT, "crop_layer.cpp:63", message, param.place("offset", axis - start))
        top[axis] = new
    return Step((tuple(top),))


@FAMILY.layer("Tile")
def tile(given: Given) -> Step:
    """TileLayer::Reshape."""
    param = given.group("tile_param")
    tiles = param.integer("tiles")
    if tiles <= 0:
        refuse(
            Fault.MISSING_LAYER_PARAMETER,
            "tile_layer.cpp:15",
            "`tiles` must be given and above 0",
            param.place("tiles"),
        )
    bottom = given.shape()
    axis = axis_of(bottom, param.integer("axis", 1), param.place("axis"))
    return Step(((*bottom[:axis], product((bottom[axis], tiles)), *bottom[axis + 1 :]),))


@FAMILY.layer("Reduction")
def reduction(given: Given) -> Step:
    """ReductionLayer::Reshape."""
    param = given.group("reduction_param")
    bottom = given.shape()
    return Step((bottom[: axis_of(bottom, param.integer("axis"), param.place("axis"))],))


@FAMILY.layer("ArgMax")
def argmax(given: Given) -> Step:
    """ArgMaxLayer::LayerSetUp and Reshape."""
    param = given.group("argmax_param")
    bottom = given.shape()
    top_k = param.integer("top_k", 1)
    if top_k < 1:
        refuse(Fault.INVALID_LAYER_PARAMETER, "argmax_layer.cpp:17", "`top_k` must be 1 or more", param.place("top_k"))
    if param.has("axis"):
        axis = axis_of(bottom, param.integer("axis"), param.place("axis"))
        size = bottom[axis]
        if size is not None and top_k > size:
            refuse(
                Fault.INVALID_LAYER_PARAMETER,
                "argmax_layer.cpp:23",
                f"`top_k: {top_k}` of an axis of {size}",
                param.place("top_k"),
            )
        return Step(((*bottom[:axis], top_k, *bottom[axis + 1 :]),))
    if not bottom:
        refuse(Fault.WRONG_NUMBER_OF_AXES, "blob.hpp:89", "the input is a single number", given.fields.place("bottom"))
    numbers = product(bottom[1:])
    if numbers is not None and top_k > numbers:
        refuse(
            Fault.INVALID_LAYER_PARAMETER,
            "argmax_layer.cpp:26",
            f"`top_k: {top_k}` of {numbers} numbers",
            param.place("top_k"),
        )
    top: list[Dim] = [1] * max(3, len(bottom))
    top[0] = bottom[0]
    top[2] = top_k
    if param.flag("out_max_val"):
        top[1] = 2
    return Step((tuple(top),))


@FAMILY.layer("BatchReindex", bottoms=2)
def batch_reindex(given: Given) -> Step:
    """BatchReindexLayer::Reshape."""
    bottom, index = given.shapes
    if len(index) != 1:
        message = f"the second input must have 1 axis, not {len(index)}"
        refuse(Fault.INVALID_LAYER_PARAMETER, "batch_reindex_layer.cpp:11", message, given.fields.place("bottom", 1))
    return Step(((index[0], *bottom[1:]),))


@FAMILY.layer("Filter", bottoms=(2, _ENDLESS), tops=(1, _ENDLESS))
def filter_(given: Given) -> Step:
    """FilterLayer::Reshape; before the first pass every item counts as chosen."""
    if given.top_count != len(given.bottoms) - 1:
        message = f"{given.top_count} tops for {len(given.bottoms)} bottoms; they must be one less"
        refuse(Fault.INVALID_LAYER_PARAMETER, "filter_layer.cpp:11", message, given.fields.place("top"))
    *items, selector = given.shapes
    if any(dim not in (1, None) for dim in selector[1:]):
        message = f"the last input chooses and must have one number per item, not {shown(selector)}"
        refuse(Fault.INVALID_LAYER_PARAMETER, "filter_layer.cpp:22", message, given.fields.place("bottom", len(items)))
    tops: list[AnyShape] = []
    for index, shape in enumerate(items):
        if shape and selector and differ(shape[0], selector[0]):
            message = f"{shape[0]} items, but {selector[0]} choices"
            refuse(Fault.INPUT_SHAPES_DIFFER, "filter_layer.cpp:26", message, given.fields.place("bottom", index))
        tops.append((items[0][0], *shape[1:]) if shape and items[0] else shape)
    return Step(tuple(tops))
