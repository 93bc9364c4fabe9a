"""Edits of a layer's fields by what the net's model knows of it: values and their places in the text of its entry."""

from __future__ import annotations

import re

from caffe_ls.net.model import Net
from caffe_ls.net.values import Group
from caffe_ls.rules.finding import Fix, fix
from caffe_ls.rules.layout import newline_of
from caffe_ls.rules.rewriting import into_end, removal
from caffe_ls.text.edit import Edit
from caffe_ls.text.span import Span

_WORD = re.compile(r"[\w.]")

# A layer of today's form that begins a line.
_HEAD = re.compile(r"(?:\A|\n)([ \t]*)layer\s*:?\s*\Z")


def write_field(text: str, layer: Group, message: str, name: str, value: str) -> Edit | None:
    """Give a field of one of the layer's messages a value; both are made where they are not given.

    `message` is empty for the layer's own fields. None where nothing can be added: layers of V0 have no messages.
    """
    own = layer.group(message) if message else layer
    if own.has(name):
        return Edit(own.place(name), value)
    if _is_v0(text, layer):
        return None
    content = f"{name}: {value}"
    if message and not layer.has(message):
        own, content = layer, f"{message} {{ {content} }}"
    return into_end(text, own.span, content) if is_block(text, own.span) else None


def remove_field(text: str, owner: Group, name: str, index: int = 0) -> Edit | None:
    """Take a value of a field away, name and all; None where it stands in a list, or has no place of its own."""
    written = _name_before(text, owner, name, index)
    return None if written is None else removal(text, Span(written.start, owner.place(name, index).end))


def name_place(text: str, owner: Group, name: str) -> Span:
    """Where a field's name stands; its value where it has no name of its own."""
    return _name_before(text, owner, name) or owner.place(name)


def _name_before(text: str, owner: Group, name: str, index: int = 0) -> Span | None:
    before = text[: owner.place(name, index).start].rstrip().removesuffix(":").rstrip()
    start = len(before) - len(name)
    if not owner.has(name) or not before.endswith(name) or _WORD.match(before, max(0, start - 1), max(0, start)):
        return None
    return Span(start, len(before))


def set_field(net: Net, layer: int, message: str, name: str, value: str, title: str = "") -> tuple[Fix, ...]:
    """The fix that gives a field of a layer of the net a value; none where it cannot be written."""
    placed = net.text.layers[net.layers[layer].origin]
    edit = write_field(placed.text, placed.spec.fields, message, name, value) if placed.text else None
    if edit is None:
        return ()
    return (fix(title or f"Set `{name}: {value}`", in_file(edit, placed.base)),)


def layer_behind(net: Net, layer: int, fields: str) -> Edit | None:
    """Write a new layer behind a layer of the net, to be built in the same states; None where forms are older ones."""
    placed = net.text.layers[net.layers[layer].origin]
    own = placed.spec.fields
    head = _HEAD.search(placed.text[: own.span.start])
    if head is None or not is_block(placed.text, own.span):
        return None
    rules = "".join(
        f" {kind} {placed.text[own.place(kind, number).start : own.place(kind, number).end]}"
        for kind in ("include", "exclude")
        for number in range(own.count(kind))
    )
    content = f"{newline_of(placed.text)}{head[1]}layer {{ {fields}{rules} }}"
    return in_file(Edit(Span(own.span.end, own.span.end), content), placed.base)


def in_file(edit: Edit, base: int) -> Edit:
    """An edit of an entry as one of the file."""
    return Edit(edit.span.shift(base), edit.new_text)


def _is_v0(text: str, layer: Group) -> bool:
    """Whether the layer is of the oldest form, whose types are words in quotes that today's Caffe calls otherwise."""
    start, end = layer.place("type")
    return text[start:end][:1] in ("'", '"') and layer.text("type") not in text[start:end]


def is_block(text: str, span: Span) -> bool:
    """Whether a message stands in brackets of its own."""
    return text[span.start : span.start + 1] in ("{", "<") and text[span.end - 1 : span.end] in ("}", ">")
