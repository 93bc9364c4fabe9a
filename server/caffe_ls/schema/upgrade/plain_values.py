"""Numbers in the place of booleans and enum values, spelled out as Caffe's own upgrade prints them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from caffe_ls.schema.model import Enum, Schema
from caffe_ls.syntax.tree import Field, File, Message, Scalar
from caffe_ls.syntax.values import bool_value, integer_value
from caffe_ls.text.edit import Edit


def may_have_plain_values(text: str, schema: Schema) -> bool:
    """A cheap first look: whether `plain_value_edits` may find anything in a text."""
    return _suspicious(schema).search(text) is not None


@lru_cache(maxsize=4)
def _suspicious(schema: Schema) -> re.Pattern[str]:
    """A name of a boolean or enum field without a colon and, behind it, a string or a word of two letters or more."""
    fields = (field for name in schema.messages for field in schema.messages[name].fields.values())
    names = "|".join(sorted({field.name for field in fields if field.type in ("bool", "enum")}))
    return re.compile(rf"""\b(?:{names})\b(?![ \t]*:[ \t]*(?:["']|[A-Za-z_]\w))""", re.ASCII)


def plain_value_edits(file: File, schema: Schema, root: str) -> Iterator[Edit]:
    """Edits of the file that write `true` for `1` in boolean fields, and `MAX` for `0` in an enum's.

    `root` names the message that the file is. Fields that the schema does not know are left.
    """
    for start, entry in file:
        if entry.field is None:
            continue
        for scalar, new in _entry_values(entry.field, schema, root):
            yield Edit(scalar.span.shift(start), new)


def _entry_values(top: Field, schema: Schema, root: str) -> Iterator[tuple[Scalar, str]]:
    # An explicit stack: hostile text nests deeper than Python recurses.
    waiting: list[tuple[Field, str]] = [(top, root)]
    while waiting:
        field, owner = waiting.pop()
        declared = schema.field(owner, field.name)
        if declared is None:
            continue
        for value in field.values:
            if isinstance(value, Message):
                if declared.is_message:
                    waiting += [(inner, declared.type_name) for inner in value.fields]
                continue
            new = None
            if declared.type == "bool":
                new = _boolean(value)
            elif declared.type == "enum":
                new = _enum_name(value, schema.enum(declared.type_name))
            if new is not None and new != value.text:
                yield value, new


def _boolean(value: Scalar) -> str | None:
    known = bool_value(value)
    return None if known is None or value.text in ("True", "False") else str(known).lower()


def _enum_name(value: Scalar, enum: Enum | None) -> str | None:
    number = integer_value(value)
    if number is None or enum is None:
        return None
    return next((name for name, known in enum.values.items() if known == number), None)
