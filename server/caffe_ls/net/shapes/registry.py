"""One step of shape inference: what Caffe's Layer::SetUp makes of a layer, or where it stops."""

from __future__ import annotations

from functools import cache, lru_cache

from caffe_ls.net.faults import Fault
from caffe_ls.net.model import About, AnyShape, Refusal, Shape
from caffe_ls.net.shapes.fork_fields import in_its_fork
from caffe_ls.net.shapes.given_blobs import given_shapes, refusals_of_values
from caffe_ls.net.shapes.step import Count, Given, LayerType, Step, StoppedError, about_empty, shown
from caffe_ls.text.span import Span

_FAMILIES = (
    "cascade", "convolution", "data", "detection", "elementwise", "flow", "fork_data", "fork_losses", "forks",
    "inner_product", "losses", "normalization", "pooling", "prior_boxes", "python_layers", "rearranging", "recurrent",
    "region_pooling", "reshaping", "ristretto", "synopsys", "volumes",
)  # fmt: skip
_LARGEST_COUNT = 2**31 - 1
_MOST_AXES = 32


@cache
def layer_types() -> dict[str, dict[str, LayerType]]:
    """All layer types that have a rule: what they mean, by dialect, by "" where a dialect has no meaning of its own."""
    from importlib import import_module

    found: dict[str, dict[str, LayerType]] = {}
    for family in _FAMILIES:
        for name, meanings in import_module(f"caffe_ls.net.shapes.{family}").FAMILY.types.items():
            found.setdefault(name, {}).update(meanings)
    return found


@lru_cache(maxsize=1024)
def layer_type(name: str, dialect: str = "bvlc") -> LayerType | None:
    """What is known of a layer type in a dialect; None for one without a rule."""
    meanings = layer_types().get(name, {})
    return meanings.get(dialect) or meanings.get("")


def step(given: Given) -> Step:
    """What the layer makes of its bottoms. Unknown types and unknown bottoms make unknown tops."""
    told = given.data.told_of(given.spec.name) if given.data.told and not given.bottoms else ()
    if 0 < given.top_count <= len(told):
        return Step(told[: given.top_count])
    declared = layer_type(given.spec.type, given.dialect)
    if declared is None:
        return Step((None,) * given.top_count, None, None)
    has_blobs = given.fields.has("blobs")
    blobs = tuple(refusals_of_values(given)) if has_blobs else ()
    refusal = _wrong_counts(given, declared)
    if refusal is not None:
        return _refused(given, refusal, blobs)
    try:
        if declared.reads_ranks and None in given.bottoms:
            tops = ((),) + (None,) * (given.top_count - 1) if declared.is_loss else (None,) * given.top_count
            return Step(tops[: given.top_count], () if declared.is_loss else None, None, refusals=blobs)
        found = in_its_fork(given, declared.rule)
    except StoppedError as stopped:
        return _refused(given, stopped.refusal, blobs)
    found = found._replace(refusals=(*blobs, *found.refusals)) if blobs else found
    if not all(map(_is_ordinary, found.tops)) or not all(map(_is_ordinary, found.params or ())):
        refusal = _wrong_sizes(given, found) or _empty_params(given, found)
        if refusal is not None:
            return _refused(given, refusal, found.refusals)
        late = _empty_top(given, found)
        if late is not None:
            found = found._replace(refusals=(*found.refusals, late))
    return found._replace(params=given_shapes(given) or found.params) if has_blobs and not found.params else found


def _refused(given: Given, refusal: Refusal, before: tuple[Refusal, ...] = ()) -> Step:
    return Step((None,) * given.top_count, None, None, refusals=(*before, refusal))


def _wrong_counts(given: Given, declared: LayerType) -> Refusal | None:
    """Layer::CheckBlobCounts (layer.hpp)."""
    spec = given.spec
    bottoms, tops = declared.bottoms(spec), declared.tops(spec)
    if not bottoms.least <= len(given.bottoms) <= bottoms.most:
        return _wrong_count(given, "bottom", len(given.bottoms), bottoms)
    if not tops.least <= given.top_count <= tops.most:
        return _wrong_count(given, "top", given.top_count, tops)
    if declared.equal_counts and len(given.bottoms) != given.top_count:
        message = (
            f"`{spec.type}` takes as many bottoms as it has tops; here are {len(given.bottoms)} and {given.top_count}"
        )
        return Refusal(Fault.WRONG_NUMBER_OF_TOPS, message, given.fields.place("top"), "layer.hpp:379")
    if not declared.in_place and spec.tops[:1] == given.names[:1] != ():
        message = f"`{spec.type}` cannot work in place"
        return Refusal(Fault.IN_PLACE_NOT_POSSIBLE, message, given.fields.place("top"), "top[0] != bottom[0]")
    return None


def _wrong_count(given: Given, what: str, number: int, wanted: Count) -> Refusal:
    fault, line = {
        "bottom": (Fault.WRONG_NUMBER_OF_BOTTOMS, 349),
        "top": (Fault.WRONG_NUMBER_OF_TOPS, 364),
    }[what]
    place = given.fields.place("type")
    if wanted.least == wanted.most:
        words = f"takes {wanted.least} {what}{'s'[: wanted.least != 1]}"
    elif number < wanted.least:
        words, line = f"takes at least {wanted.least} {what}{'s'[: wanted.least != 1]}", line + 5
    else:
        words, line = f"takes at most {wanted.most} {what}{'s'[: wanted.most != 1]}", line + 10
    if number > wanted.most and given.fields.count(what) > wanted.most:
        place = given.fields.place(what, wanted.most)
    elif number and given.fields.has(what):
        place = given.fields.place(what, number - 1)
    return Refusal(fault, f"`{given.spec.type}` {words}, not {number}", place, f"layer.hpp:{line}")


def _is_ordinary(shape: AnyShape) -> bool:
    """Whether there is nothing about a blob's sizes to look into."""
    if shape is None:
        return True
    numbers = 1
    for dim in shape:
        if dim is not None:
            if dim <= 0:
                return False
            numbers *= dim
    return numbers <= _LARGEST_COUNT and len(shape) <= _MOST_AXES


def _wrong_sizes(given: Given, found: Step) -> Refusal | None:
    """Blob::Reshape (blob.cpp): no more than 32 axes, no negative dimension, no more numbers than an int counts."""
    for index, shape in enumerate((*found.tops, *(found.params or ()))):
        if shape is None:
            continue
        fault, message, line = _wrong_size(shape)
        if fault is not None:
            about = tuple(About(bottom) for bottom in range(len(given.bottoms)))
            return Refusal(fault, message, _place_of_sizes(given, index), f"blob.cpp:{line}", about=about)
    return None


def _wrong_size(shape: Shape) -> tuple[Fault | None, str, int]:
    if len(shape) > _MOST_AXES:
        return Fault.BLOB_TOO_LARGE, f"a blob of {len(shape)} axes: Caffe takes 32 at most", 24
    product = 1
    for dim in shape:
        if dim is not None and dim < 0:
            return Fault.NEGATIVE_OUTPUT_SIZE, f"a blob would have the size {shown(shape)}, less than nothing", 32
        product *= 1 if dim is None else dim
        if product > _LARGEST_COUNT:
            return Fault.BLOB_TOO_LARGE, f"a blob of {shown(shape)} has more than 2,147,483,647 numbers", 34
    return None, "", 0


def _place_of_sizes(given: Given, top: int) -> Span:
    """The largest or a negative size where the text gives the shape itself; else the layer's name."""
    for message in ("input_param", "dummy_data_param", "parameter_param"):
        shapes = [] if given.bottoms else given.group(message).groups("shape")
        if shapes:
            shape = shapes[min(top, len(shapes) - 1)]
            dims = shape.integers("dim")
            worst = max(range(len(dims)), key=lambda axis: (dims[axis] < 0, dims[axis]), default=0)
            return shape.place("dim", worst)
    return _name(given)


def _empty_params(given: Given, found: Step) -> Refusal | None:
    """A filler finds no room (filler.hpp); blobs in the text itself are not filled."""
    for shape in found.params or ():
        if shape and 0 in shape and not given.fields.has("blobs"):
            message = f"a parameter blob is empty ({shown(shape)}), since the input is"
            about = about_empty(given.bottoms)
            return Refusal(Fault.EMPTY_BLOB, message, _name(given), "blob.cpp:133", about=about)
    return None


def _empty_top(given: Given, found: Step) -> Refusal | None:
    """A layer that makes an empty top out of full bottoms writes to it at the first pass (blob.cpp)."""
    empty = next((shape for shape in found.tops if shape and 0 in shape), None)
    if empty is None or any(refusal.stage == "first-iteration" for refusal in found.refusals):
        return None
    if not given.bottoms or any(shape is None or 0 in shape for shape in given.bottoms):
        return None
    message = f"the output is empty ({shown(empty)})"
    about = tuple(About(index) for index in range(len(given.bottoms)))
    return Refusal(Fault.EMPTY_BLOB, message, _name(given), "blob.cpp:133", stage="first-iteration", about=about)


def _name(given: Given) -> Span:
    return given.fields.place("name")
