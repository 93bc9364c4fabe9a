"""What the name or the value under the cursor means."""

from __future__ import annotations

from lsprotocol import types

from caffe_ls.analysis.cursor import Cursor, cursor_at
from caffe_ls.features import documentation
from caffe_ls.features.view import View
from caffe_ls.schema.model import TEXT_TYPES, Schema
from caffe_ls.syntax.values import string_value


def hover(view: View, offset: int) -> types.Hover | None:
    """The documentation of what stands at `offset`; None where there is nothing to say."""
    cursor = cursor_at(view.document, offset)
    if cursor is None or cursor.on == "between":
        return None
    text = _text(cursor, view.document.schema)
    return None if text is None else types.Hover(documentation.markup(text, view.client), view.range(cursor.span))


def _text(cursor: Cursor, schema: Schema) -> str | None:
    _, message, declared = cursor.step
    if message is None or declared is None:
        return None
    if cursor.on == "value" and cursor.value is not None:
        written = cursor.value.text
        if declared.type == "enum" and cursor.value.kind == "identifier":
            enum = schema.enum(declared.type_name)
            if enum is not None and written in enum.values:
                return documentation.of_enum_value(schema, enum.name, written)
        value = string_value(cursor.value) if declared.type in TEXT_TYPES else None
        about = None if value is None else _of_string(schema, message, declared.name, value)
        if about is not None:
            return about
    return documentation.of_field(schema, message, declared)


def _of_string(schema: Schema, message: str, field: str, value: str) -> str | None:
    if (message, field) == (documentation.LAYER_MESSAGE, "type"):
        return documentation.of_layer_type(schema, value)
    return documentation.of_string_value(message, field, value)
