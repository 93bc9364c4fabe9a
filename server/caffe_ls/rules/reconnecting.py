"""Fixes that take a layer of a net out, or have another layer read what it reads."""

from __future__ import annotations

import re

from caffe_ls.net.model import Net
from caffe_ls.rules.finding import Fix, fix
from caffe_ls.rules.layer_fields import in_file
from caffe_ls.rules.rewriting import removal
from caffe_ls.rules.values import quoted
from caffe_ls.schema.legacy_types import V1_LAYER_TYPES
from caffe_ls.text.edit import Edit
from caffe_ls.text.span import Span

_FIELD_NAME = re.compile(r"\blayers?\s*:?\s*\Z")
_LINE_BEFORE = re.compile(r"(?:\r\n|\n|\r)[ \t]*\Z")


def without(net: Net, reader: int, bottom: int, maker: int, *more: Edit, title: str = "") -> tuple[Fix, ...]:
    """The fix by which `reader` gets what `maker`, which makes its bottom, reads itself.

    `maker` goes away where nothing else reads it. None is offered where a layer between the two would be left behind,
    or `maker` works in place and others read what it makes.
    """
    source = net.layers[reader].sources[bottom]
    layer = net.layers[maker]
    if source is None or source.layer != maker or len(layer.bottoms) != 1 or len(layer.tops) != 1:
        return ()
    alone = len(net.consumers(maker)) == 1 and not _is_read_elsewhere(net, reader, maker)
    edits = list(more)
    if layer.is_in_place(0):
        if not alone:
            return ()
    else:
        edits.append(Edit(net.place(reader, "bottom", bottom), quoted(layer.bottoms[0])))
    if alone:
        gone = _removed(net, maker)
        if gone is None:
            return ()
        edits.append(gone)
    said = title or (f"Take `{layer.name}` out" if alone else f"Read `{layer.bottoms[0]}` instead")
    return (fix(said, *edits),)


def retyped(net: Net, layer: int, kind: str) -> Edit | None:
    """Give a layer another type, by the word that its form of the format has for it; None where it has none."""
    place = net.place(layer, "type")
    placed = net.text.layers[net.layers[layer].origin]
    written = placed.text[place.start - placed.base : place.end - placed.base]
    if written.strip("\"'") == net.layers[layer].type:
        return Edit(place, quoted(kind))
    word = next((word for word, meant in V1_LAYER_TYPES.items() if meant == kind), None)
    return Edit(place, word) if word is not None and V1_LAYER_TYPES.get(written) == net.layers[layer].type else None


def _is_read_elsewhere(net: Net, reader: int, maker: int) -> bool:
    """Whether a layer of the text, in another phase perhaps, reads what `maker` makes."""
    behind = net.layers[maker].origin + 1
    blob = net.layers[maker].tops[0]
    layers = enumerate(net.text.layers[behind:], behind)
    return any(blob in placed.spec.bottoms for index, placed in layers if index != net.layers[reader].origin)


def _removed(net: Net, layer: int) -> Edit | None:
    """Take the whole field of a layer away, and the end of the line before it where it has its lines to itself.

    An entry's text ends where its field does.
    """
    placed = net.text.layers[net.layers[layer].origin]
    text, span = placed.text, placed.spec.fields.span
    before = _FIELD_NAME.search(text[: span.start])
    if before is None:
        return None
    line = _LINE_BEFORE.search(text[: before.start()])
    if line is not None and span.end == len(text):
        return in_file(Edit(Span(line.start(), span.end), ""), placed.base)
    return in_file(removal(text, Span(before.start(), span.end)), placed.base)
