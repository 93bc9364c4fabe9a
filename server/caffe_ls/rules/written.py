"""The tree's nodes behind the values that the net's model knows by their places."""

from __future__ import annotations

from collections.abc import Iterator

from caffe_ls.analysis.documents import PrototxtDocument
from caffe_ls.syntax.tree import Field, Message
from caffe_ls.text.span import Span


def field_at(document: PrototxtDocument, value: Span) -> Field | None:
    """The field whose only value stands at a place of the document; its offsets are the entry's."""
    base = _base(document, value.start)
    for field in _fields_towards(document, value.start):
        if field.value is not None and field.value.span.shift(base) == value:
            return field
    return None


def field_span(document: PrototxtDocument, value: Span) -> Span | None:
    """Where in the document the field stands, name and all, whose only value stands at a place."""
    field = field_at(document, value)
    return None if field is None else field.span.shift(_base(document, value.start))


def message_at(document: PrototxtDocument, place: Span) -> Message | None:
    """The message that stands at a place of the document; its offsets are the entry's."""
    field = field_at(document, place)
    return field.value if field is not None and isinstance(field.value, Message) else None


def _base(document: PrototxtDocument, offset: int) -> int:
    return document.file.starts[document.file.index_at(offset)]


def _fields_towards(document: PrototxtDocument, offset: int) -> Iterator[Field]:
    """The fields that hold an offset of the document, the outermost first."""
    index = document.file.index_at(offset)
    within = offset - document.file.starts[index]
    field = document.file.entries[index].field
    while field is not None:
        yield field
        field = next(
            (
                inner
                for value in field.values
                if isinstance(value, Message)
                for inner in value.fields
                if inner.start <= within < inner.end
            ),
            None,
        )
