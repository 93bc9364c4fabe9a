"""Where in a document an offset stands: the fields from the root to the token, each with what the schema says of it."""

from __future__ import annotations

from typing import Literal, NamedTuple

from caffe_ls.analysis.documents import PrototxtDocument
from caffe_ls.immutable import dataclass
from caffe_ls.schema import model
from caffe_ls.syntax.tree import Entry, Field, Message, Scalar
from caffe_ls.text.span import Span


class Step(NamedTuple):
    """A field on the way: as written, the message that it stands in (None where the schema knows none), and its
    declaration (None where it is unknown)."""

    field: Field
    message: str | None
    declared: model.Field | None


@dataclass(frozen=True, slots=True)
class Cursor:
    """The innermost field at an offset; nodes hold offsets of their entry, which begins at `base`."""

    entry: Entry
    base: int
    path: tuple[Step, ...]
    on: Literal["name", "value", "between"]
    value: Scalar | None = None

    @property
    def step(self) -> Step:
        """The innermost field."""
        return self.path[-1]

    @property
    def span(self) -> Span:
        """The name or the value that the cursor is on, as offsets of the document."""
        if self.on == "value" and self.value is not None:
            return self.value.span.shift(self.base)
        return self.step.field.name_span.shift(self.base)


def cursor_at(document: PrototxtDocument, offset: int) -> Cursor | None:
    """The field whose name or value stands at `offset`, or that has it between its brackets; None outside of all.

    At the border of two tokens, the one that begins there counts.
    """
    file = document.file
    if not file.entries:
        return None
    index = file.index_at(offset)
    entry, base = file.entries[index], file.starts[index]
    if index and (entry.field is None or base + entry.field.start > offset):
        before = file.entries[index - 1]
        if before.field is not None and file.starts[index - 1] + before.field.end == offset:
            entry, base = before, file.starts[index - 1]
    if entry.field is None:
        return None
    return _descend(document.schema, document.root, entry, base, offset - base)


def _descend(schema: model.Schema, root: str, entry: Entry, base: int, place: int) -> Cursor | None:
    path: list[Step] = []
    message: str | None = root
    fields = [entry.field] if entry.field is not None else []
    while True:
        field = _field_at(fields, place)
        if field is None:
            return Cursor(entry, base, tuple(path), "between") if path else None
        declared = None if message is None else schema.field(message, field.name)
        path.append(Step(field, message, declared))
        if field.name_span.touches(place):
            return Cursor(entry, base, tuple(path), "name")
        value = _value_at(field, place)
        if not isinstance(value, Message):
            return Cursor(entry, base, tuple(path), "value" if value is not None else "between", value)
        message = declared.type_name if declared is not None and declared.is_message else None
        fields = value.fields


def _field_at(fields: list[Field], place: int) -> Field | None:
    found = None
    for field in fields:
        if field.start > place:
            break
        if place <= max(field.end, field.name_end):
            found = field
    return found


def _value_at(field: Field, place: int) -> Scalar | Message | None:
    found = None
    for value in field.values:
        if value.start <= place <= value.end:
            found = value
    return found
