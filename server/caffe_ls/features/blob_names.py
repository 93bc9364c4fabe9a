"""The blobs that a net's text names, for completions."""

from __future__ import annotations

from typing import NamedTuple, cast

from caffe_ls.analysis.documents import PrototxtDocument
from caffe_ls.syntax.tree import Entry, Message, Scalar
from caffe_ls.syntax.values import string_value


class _Blobs(NamedTuple):
    """What one entry names."""

    tops: tuple[str, ...]
    bottoms: tuple[str, ...]


def blob_names(
    document: PrototxtDocument, layer: Message | None, base: int, field: str, offset: int
) -> list[tuple[str, str | None]]:
    """The names that may stand in a `bottom` or `top` at `offset`, the likeliest first, each with a word on it.

    Blobs made by the layers above come first, the nearest before the others; a top may also be one of the layer's own
    bottoms, which makes it work in place.
    """
    above: dict[str, None] = {}
    below: dict[str, None] = {}
    for start, entry in document.file:
        tops, bottoms = _blobs_of(entry)
        if start == base:
            continue
        (above if start < offset else below).update(dict.fromkeys((*tops, *bottoms) if start >= offset else tops))
    found: dict[str, str | None] = {}
    if field == "top" and layer is not None:
        own = [string_value(one.value) for one in layer.named("bottom") if isinstance(one.value, Scalar)]
        found.update({name: "in place" for name in own if name})
    for name in reversed(above):
        found.setdefault(name, None)
    for name in below:
        found.setdefault(name, "further down")
    return list(found.items())


def _blobs_of(entry: Entry) -> _Blobs:
    known = entry.cache.get(_blobs_of)
    if known is None:
        known = entry.cache[_blobs_of] = _read(entry)
    return cast("_Blobs", known)


def _read(entry: Entry) -> _Blobs:
    top = entry.field
    if top is None:
        return _Blobs((), ())
    if top.name == "input":
        names = [string_value(value) for value in top.values if isinstance(value, Scalar)]
        return _Blobs(tuple(name for name in names if name), ())
    if top.name not in ("layer", "layers") or not isinstance(top.value, Message):
        return _Blobs((), ())
    return _Blobs(_strings(top.value, "top"), _strings(top.value, "bottom"))


def _strings(message: Message, name: str) -> tuple[str, ...]:
    values = (value for field in message.named(name) for value in field.values if isinstance(value, Scalar))
    return tuple(text for text in map(string_value, values) if text)
