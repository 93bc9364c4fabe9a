"""Edits that connect layers otherwise: a bottom or a top more, another name for what a layer makes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from caffe_ls.analysis.documents import PrototxtDocument
from caffe_ls.analysis.nets import judged_nets
from caffe_ls.net.model import AUTOMATIC, Layer, LayerSpec, Net
from caffe_ls.rules.finding import Fix, fix
from caffe_ls.rules.rewriting import before, beside
from caffe_ls.rules.values import quoted
from caffe_ls.rules.written import message_at
from caffe_ls.syntax.tree import Field
from caffe_ls.text.edit import Edit
from caffe_ls.text.span import Span

_HEAD = ("name", "type")


def add_connection(
    document: PrototxtDocument, base: int, spec: LayerSpec, kind: str, blobs: Iterable[str], first: bool = False
) -> Edit | None:
    """Give a layer another `bottom` or `top`, where people write it; None where the layer is not plainly written.

    `base` is the offset of the layer's entry; `first` puts it before those that are there.
    """
    message = message_at(document, spec.fields.span.shift(base))
    if message is None or not message.fields:
        return None
    contents = [f"{kind}: {quoted(blob)}" for blob in blobs]
    anchor = _anchor(message.fields, kind, first)
    if anchor is not None:
        return beside(document.source, anchor.span.shift(base), contents)
    return before(document.source, message.fields[0].span.shift(base), contents)


def _anchor(fields: list[Field], kind: str, first: bool) -> Field | None:
    """The field behind which a new connection goes; None where it goes before all."""
    same = [index for index, field in enumerate(fields) if field.name == kind]
    if same:
        index = same[0] - 1 if first else same[-1]
        return fields[index] if index >= 0 else None
    other = [index for index, field in enumerate(fields) if field.name == ("bottom" if kind == "top" else "top")]
    if other:
        index = other[-1] if kind == "top" else other[0] - 1
        return fields[index] if index >= 0 else None
    return next((field for field in reversed(fields) if field.name in _HEAD), fields[-1])


def rename_top(document: PrototxtDocument, origin: int, top: int, name: str) -> tuple[Edit, ...]:
    """Give what a layer makes another name, there and wherever it is read, in place too, in all states.

    `origin` is the layer's index in the text.
    """
    edits = {
        place: Edit(place, quoted(name))
        for net in judged_nets(document)
        for index, layer in enumerate(net.layers)
        if layer.origin == origin
        for place in _places_of_blob(net, index, top)
    }
    return tuple(edits[place] for place in sorted(edits))


def _places_of_blob(net: Net, layer: int, top: int) -> Iterator[Span]:
    yield net.place(layer, "top", top)
    for reader, bottom in net.consumers(layer, top):
        yield net.place(reader, "bottom", bottom)
        if net.layers[reader].is_in_place(bottom):
            yield from _places_of_blob(net, reader, bottom)


def unread_tops(net: Net, before: int) -> Iterator[tuple[int, int]]:
    """The tops above a layer that nothing reads, the nearest first, each with its layer."""
    for index in range(before - 1, -1, -1):
        for top, name in enumerate(net.layers[index].tops):
            if name != AUTOMATIC and not net.consumers(index, top) and top < len(net.layers[index].spec.tops):
                yield index, top


def missing_names(net: Net) -> list[str]:
    """The names of bottoms that nothing makes, in the order in which they are read."""
    names = (
        name
        for layer in net.layers
        for name, source in zip(layer.bottoms, layer.sources, strict=True)
        if source is None
    )
    return list(dict.fromkeys(names))


def free_name(net: Net, layer: Layer) -> str:
    """A name for a blob that the layer makes: its own, with a number where that is taken."""
    names = {name for placed in net.text.layers for name in placed.spec.tops}
    name, number = layer.name or "blob", 1
    while name in names:
        number += 1
        name = f"{layer.name or 'blob'}_{number}"
    return name


def own_top(net: Net, index: int) -> tuple[Fix, ...]:
    """The fix of a layer in place that gives it a top of its own.

    What it makes has the new name there and wherever it is read behind the layer, in all states.
    """
    layer = net.layers[index]
    if not net.text.layers[layer.origin].text:
        return ()
    name = free_name(net, layer)
    edits = (Edit(place, quoted(name)) for place in _places_behind(net, layer.origin, layer.tops[0]))
    return (fix(f"Give the layer a top of its own: `{name}`", *edits),)


def _places_behind(net: Net, origin: int, blob: str) -> Iterator[Span]:
    first, *behind = net.text.layers[origin:]
    yield first.spec.fields.place("top").shift(first.base)
    for placed in behind:
        spec = placed.spec
        for kind, names in (("bottom", spec.bottoms), ("top", spec.tops)):
            if kind == "top" and spec.makes(blob):
                return
            for at, name in enumerate(names):
                if name == blob:
                    yield spec.fields.place(kind, at).shift(placed.base)
