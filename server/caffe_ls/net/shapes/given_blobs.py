"""Parameter blobs that a text gives itself, in `blobs` (layer.hpp, Layer's constructor; blob.cpp, Blob::FromProto)."""

from __future__ import annotations

from collections.abc import Iterator

from caffe_ls.net.faults import Fault
from caffe_ls.net.model import AnyShape, Refusal, Shape, count
from caffe_ls.net.shapes.step import Given, as_int, shapes_differ, shown
from caffe_ls.net.values import Group

_OLD_AXES = ("num", "channels", "height", "width")


def given_shapes(given: Given) -> tuple[Shape, ...]:
    """The shapes of the blobs in the text; the four old sizes win over `shape`."""
    blobs = given.fields.groups("blobs")
    return tuple([_shape(blob) for blob in blobs]) if blobs else ()


def params_of(given: Given, wanted: tuple[AnyShape, ...]) -> tuple[AnyShape, ...]:
    """The parameter blobs of a layer that makes its own only where the text gives none."""
    return given_shapes(given) or wanted


def refusals_of_values(given: Given) -> Iterator[Refusal]:
    """As many numbers as the shape says must follow it; a blob without any cannot be written."""
    for index, blob in enumerate(given.fields.groups("blobs")):
        shape = _shape(blob)
        numbers = count(shape) or 0
        place = given.fields.place("blobs", index)
        if any(dim is not None and dim < 0 for dim in shape):
            message = f"a blob with a negative size ({shown(shape)})"
            yield Refusal(Fault.GIVEN_BLOBS_DO_NOT_FIT, message, place, "blob.cpp:32")
            continue
        if not numbers:
            yield Refusal(Fault.EMPTY_BLOB, f"the blob is empty ({shown(shape)})", place, "blob.cpp:133")
            continue
        field = "double_data" if blob.has("double_data") else "data"
        for name, check in ((field, "blob.cpp:496"), ("double_diff" if blob.has("double_diff") else "diff", "")):
            values = blob.count(name)
            if values != numbers and (check or values):
                message = f"{values:,} `{name}` for a blob of {shown(shape)}, which holds {numbers:,}"
                where = blob.place(name) if values else place
                yield Refusal(Fault.GIVEN_BLOBS_DO_NOT_FIT, message, where, check or "blob.cpp:508")


def refusals_of_shapes(given: Given, wanted: tuple[AnyShape, ...], check: str) -> Iterator[Refusal]:
    """Blobs of another number, or of another shape, than the layer has."""
    shapes = given_shapes(given)
    if not shapes:
        return
    if len(shapes) != len(wanted):
        message = f"{len(shapes)} `blobs` for a layer that has {len(wanted)}"
        yield Refusal(Fault.GIVEN_BLOBS_DO_NOT_FIT, message, given.fields.place("blobs", len(wanted)), check)
        return
    for index, (shape, other) in enumerate(zip(shapes, wanted, strict=True)):
        if other is not None and shapes_differ(shape, other):
            message = f"the blob is {shown(shape)}, the layer's is {shown(other)}"
            yield Refusal(Fault.GIVEN_BLOBS_DO_NOT_FIT, message, given.fields.place("blobs", index), check)


def refusals_of_count(given: Given, wanted: AnyShape, check: str) -> Iterator[Refusal]:
    """A first blob that holds another number of values than the layer's, whatever its shape."""
    for shape in given_shapes(given)[:1]:
        here, there = count(shape), count(wanted)
        if wanted is not None and here is not None and there is not None and here != there:
            message = f"the blob is {shown(shape)}, {here:,} numbers; the layer's is {shown(wanted)}, {there:,}"
            yield Refusal(Fault.GIVEN_BLOBS_DO_NOT_FIT, message, given.fields.place("blobs"), check)


def _shape(blob: Group) -> Shape:
    if any(blob.has(name) for name in _OLD_AXES):
        return tuple(blob.integer(name) for name in _OLD_AXES)
    return tuple(as_int(dim) for dim in blob.group("shape").integers("dim"))
