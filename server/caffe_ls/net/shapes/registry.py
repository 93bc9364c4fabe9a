"""One step of shape inference: what Caffe's Layer::SetUp makes of a layer, or where it stops."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

from caffe_ls.net.faults import Fault
from caffe_ls.net.model import About, Refusal
from caffe_ls.net.shapes.step import Count, Given, LayerType, Step, StoppedError, shown
from caffe_ls.text.span import Span

_FAMILIES = (
    "convolution", "data", "detection", "elementwise", "forks", "inner_product", "losses", "normalization", "pooling",
    "python_layers", "rearranging", "recurrent", "region_pooling",
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


def layer_type(name: str, dialect: str = "bvlc") -> LayerType | None:
    """What is known of a layer type in a dialect; None for one without a rule."""
    meanings = layer_types().get(name, {})
    return meanings.get(dialect) or meanings.get("")


def step(given: Given) -> Step:
    """What the layer makes of its bottoms; kept with the layer. Unknown types and unknown bottoms make unknown tops."""
    key = (given.bottoms, given.spec.bottoms, given.top_count, given.phase, given.data, given.dialect)
    steps = given.spec.steps
    known = steps.get(key)
    if known is None:
        if len(steps) > 8:
            steps.clear()
        known = steps[key] = _step(given)
    assert isinstance(known, Step)
    return known


def _step(given: Given) -> Step:
    declared = layer_type(given.spec.type, given.dialect)
    if declared is None:
        return Step((None,) * given.top_count, None, None)
    refusal = _wrong_counts(given, declared)
    if refusal is not None:
        return _refused(given, refusal)
    try:
        if declared.reads_ranks and any(shape is None for shape in given.bottoms):
            tops = ((),) + (None,) * (given.top_count - 1) if declared.is_loss else (None,) * given.top_count
            return Step(tops[: given.top_count], () if declared.is_loss else None, None)
        found = declared.rule(given)
    except StoppedError as stopped:
        return _refused(given, stopped.refusal)
    refusal = _wrong_sizes(given, found) or _empty_params(given, found)
    if refusal is not None:
        return _refused(given, refusal, found.refusals)
    return _with_given_blobs(given, found)


def _refused(given: Given, refusal: Refusal, before: tuple[Refusal, ...] = ()) -> Step:
    return Step((None,) * given.top_count, None, None, refusals=(*before, refusal))


def _wrong_counts(given: Given, declared: LayerType) -> Refusal | None:
    """Layer::CheckBlobCounts (layer.hpp)."""
    spec = given.spec
    bottoms, tops = declared.bottoms(spec), declared.tops(spec)
    refusal = _wrong_count(given, "bottom", len(given.bottoms), bottoms) or _wrong_count(
        given, "top", given.top_count, tops
    )
    if refusal is not None:
        return refusal
    if declared.equal_counts and len(given.bottoms) != given.top_count:
        message = (
            f"`{spec.type}` takes as many bottoms as it has tops; here are {len(given.bottoms)} and {given.top_count}"
        )
        return Refusal(Fault.WRONG_NUMBER_OF_TOPS, message, given.fields.place("top"), "layer.hpp:379")
    if not declared.in_place and any(top in spec.bottoms[:1] for top in spec.tops[:1]):
        message = f"`{spec.type}` cannot work in place"
        return Refusal(Fault.IN_PLACE_NOT_POSSIBLE, message, given.fields.place("top"), "top[0] != bottom[0]")
    return None


def _wrong_count(given: Given, what: str, number: int, wanted: Count) -> Refusal | None:
    if wanted.least <= number <= wanted.most:
        return None
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


def _wrong_sizes(given: Given, found: Step) -> Refusal | None:
    """Blob::Reshape (blob.cpp): no more than 32 axes, no negative dimension, no more numbers than an int counts."""
    for shape in (*found.tops, *(found.params or ())):
        if shape is None:
            continue
        if len(shape) > _MOST_AXES:
            message = f"a blob of {len(shape)} axes: Caffe takes 32 at most"
            return Refusal(Fault.BLOB_TOO_LARGE, message, _name(given), "blob.cpp:24")
        product = 1
        for dim in shape:
            if dim is not None and dim < 0:
                message = f"the output would have the size {shown(shape)}: the window is larger than the input"
                about = tuple(About(index) for index in range(len(given.bottoms)))
                return Refusal(Fault.NEGATIVE_OUTPUT_SIZE, message, _name(given), "blob.cpp:32", about=about)
            product *= 1 if dim is None else dim
            if product > _LARGEST_COUNT:
                message = f"a blob of {shown(shape)} has more than 2,147,483,647 numbers"
                return Refusal(Fault.BLOB_TOO_LARGE, message, _name(given), "blob.cpp:34")
    return None


def _empty_params(given: Given, found: Step) -> Refusal | None:
    """A filler finds no room (filler.hpp); blobs in the text itself are not filled."""
    for shape in found.params or ():
        if shape is not None and 0 in shape and not given.fields.has("blobs"):
            message = f"a parameter blob is empty ({shown(shape)}): an input or `num_output` is 0"
            return Refusal(Fault.EMPTY_BLOB, message, _name(given), "blob.cpp:133")
    return None


def _with_given_blobs(given: Given, found: Step) -> Step:
    """Blobs in the text itself take the place of those that the layer would make (Layer's constructor)."""
    blobs = given.fields.groups("blobs")
    if not blobs or found.params is None:
        return found
    shapes = []
    for blob in blobs:
        if blob.has("shape"):
            shapes.append(tuple(blob.group("shape").integers("dim")))
        else:
            shapes.append(tuple(blob.integer(name) for name in ("num", "channels", "height", "width")))
    return replace(found, params=tuple(shapes))


def _name(given: Given) -> Span:
    return given.fields.place("name")
