"""What fillers demand of the blobs that they fill (filler.hpp, math_functions.cpp)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from caffe_ls.net.faults import Fault
from caffe_ls.net.model import AnyShape, Refusal
from caffe_ls.net.shapes.step import Given, axes_in_words, differ, float32
from caffe_ls.net.values import Group

# Where each filler refuses `sparse`; gaussian alone has a use for it.
_NOT_SPARSE = {
    "constant": "filler.hpp:43",
    "uniform": "filler.hpp:58",
    "positive_unitball": "filler.hpp:122",
    "xavier": "filler.hpp:166",
    "msra": "filler.hpp:211",
    "bilinear": "filler.hpp:265",
}
_COUNTS_INPUTS = ("positive_unitball", "xavier", "msra")


def refusals_of_fillers(
    given: Given, message: str, names: Sequence[str], shapes: Sequence[AnyShape]
) -> Iterator[Refusal]:
    """The faults of a layer's fillers, each with the blob that it fills; blobs in the text itself are not filled."""
    if given.fields.has("blobs"):
        return
    param = given.group(message)
    for name, shape in zip(names, shapes, strict=False):
        for filler in param.groups(name)[:1] if name in param.fields else ():
            yield from refusals_of_filler(filler, shape, given.dialect)


def refusals_of_filler(filler: Group, shape: AnyShape, dialect: str) -> Iterator[Refusal]:
    """What Caffe refuses of a filler that fills a blob of this shape; a name that is no filler's has its own rule."""
    kind = filler.text("type", "constant")
    sparse = filler.integer("sparse", -1)
    if kind in _NOT_SPARSE and sparse != -1:
        yield _refusal(f"the filler `{kind}` takes no `sparse`", filler, "sparse", _NOT_SPARSE[kind])
    if kind == "uniform":
        yield from _refusals_of_uniform(filler)
    elif kind == "gaussian":
        yield from _refusals_of_gaussian(filler, sparse, shape)
    elif kind == "bilinear":
        yield from _refusals_of_bilinear(filler, shape)
    elif kind in _COUNTS_INPUTS and shape is not None:
        yield from _refusals_of_axes(kind, filler, shape, dialect)


def _refusals_of_uniform(filler: Group) -> Iterator[Refusal]:
    low, high = float32(filler.number("min")), float32(filler.number("max", 1.0))
    if not low <= high:
        field = "min" if filler.has("min") else "max"
        yield _refusal(f"`min` is {low:g}, above `max`, {high:g}", filler, field, "math_functions.cpp:259")


def _refusals_of_gaussian(filler: Group, sparse: int, shape: AnyShape) -> Iterator[Refusal]:
    if not float32(filler.number("std", 1.0)) > 0:
        message = f"`std: {filler.number('std'):g}`: the filler `gaussian` takes one above 0"
        yield _refusal(message, filler, "std", "math_functions.cpp:281")
    if sparse < -1:
        yield _refusal(f"`sparse: {sparse}` must be 0 or more, or -1 for none", filler, "sparse", "filler.hpp:75")
    elif sparse >= 0 and shape == ():
        yield _refusal("`sparse` for a blob that is a single number", filler, "sparse", "filler.hpp:81")
    elif sparse > 0 and shape and shape[0] is not None and sparse > shape[0]:
        message = f"`sparse: {sparse}` is more than the {shape[0]:,} outputs of {axes_in_words(shape)}"
        yield _refusal(message, filler, "sparse", "math_functions.cpp:303")


def _refusals_of_bilinear(filler: Group, shape: AnyShape) -> Iterator[Refusal]:
    if shape is None:
        return
    if len(shape) != 4:
        message = f"the filler `bilinear` takes a blob of 4 axes; this one has {axes_in_words(shape)}"
        yield _refusal(message, filler, "type", "filler.hpp:255")
    elif differ(shape[2], shape[3]):
        message = f"the filler `bilinear` takes a square kernel; this one is {shape[2]} x {shape[3]}"
        yield _refusal(message, filler, "type", "filler.hpp:256")


def _refusals_of_axes(kind: str, filler: Group, shape: tuple[int | None, ...], dialect: str) -> Iterator[Refusal]:
    """Today's fillers ask for the size of axis 0; those of SSD's time for num and channels, of 4 axes at most."""
    if dialect == "bvlc" and not shape:
        message = f"the filler `{kind}` needs an axis; this blob is a single number"
        yield _refusal(message, filler, "type", "blob.hpp:122")
    elif dialect == "ssd" and len(shape) > 4:
        message = f"the filler `{kind}` takes a blob of 4 axes at most; this one has {axes_in_words(shape)}"
        yield _refusal(message, filler, "type", "blob.hpp:140")


def _refusal(message: str, filler: Group, field: str, check: str) -> Refusal:
    return Refusal(Fault.FILLER_DOES_NOT_FIT, message, filler.place(field), check)
