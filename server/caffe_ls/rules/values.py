"""Values in the words of people, and whether a text would do as a field's value."""

from __future__ import annotations

import re

from caffe_ls.rules.nearest import or_list
from caffe_ls.schema import model
from caffe_ls.schema.model import FLOAT_TYPES, INTEGER_TYPES, TEXT_TYPES, Schema
from caffe_ls.schema.validation import INTEGER_RANGES
from caffe_ls.syntax.parser import parse
from caffe_ls.syntax.tree import ListValue, Message, Scalar
from caffe_ls.syntax.values import bool_value, float_value, integer_value

_PLACEHOLDER = re.compile(r"\$[({]|%[sd]|\{\{")

_NAMED_VALUES = 6
_SHOWN = 40


def expected_value(field: model.Field, schema: Schema) -> str:
    """What a field takes, for `expected ...`."""
    if field.type in INTEGER_TYPES:
        return "a whole number"
    if field.type in FLOAT_TYPES:
        return "a number"
    if field.type in TEXT_TYPES:
        return "text in quotes"
    if field.type == "bool":
        return "`true` or `false`"
    if field.is_message:
        return "a block `{ ... }`"
    enum = schema.enum(field.type_name)
    names = list(enum.values) if enum is not None else []
    if 0 < len(names) <= _NAMED_VALUES:
        return or_list(names)
    example = next((f", such as `{name}`" for name in names if name != "NONE"), "")
    return f"a name without quotes{example}"


def found_value(value: Scalar | Message | ListValue) -> str:
    """What stands there, for `found ...`."""
    if isinstance(value, Message):
        return "a block"
    if isinstance(value, ListValue):
        return "a list"
    shown = value.text if len(value.text) <= _SHOWN else value.text[: _SHOWN - 3] + "..."
    if value.kind == "string":
        return f"the text {' '.join(shown.split())}"
    if value.kind == "float":
        return f"the decimal number `{shown}`"
    if value.kind == "integer":
        return f"the number `{shown}`"
    return f"the word `{shown}`"


def scalar_of(text: str) -> Scalar | None:
    """The scalar that a text is, or None when it is anything else than exactly one."""
    entries = parse(f"x: {text}").entries
    if len(entries) != 1 or entries[0].problems or entries[0].field is None or entries[0].template:
        return None
    value = entries[0].field.value
    return value if isinstance(value, Scalar) and value.kind != "broken" and value.text == text else None


def takes(field: model.Field, value: Scalar, schema: Schema) -> bool:
    """Whether the text format's parser takes the scalar as a value of the field."""
    if field.type in INTEGER_TYPES:
        number = integer_value(value)
        lowest, highest = INTEGER_RANGES[field.type]
        return number is not None and lowest <= number <= highest and not (lowest == 0 and value.text[0] == "-")
    if field.type in FLOAT_TYPES:
        return float_value(value) is not None
    if field.type in TEXT_TYPES:
        return value.kind == "string"
    if field.type == "bool":
        return bool_value(value) is not None
    if field.type == "enum":
        enum = schema.enum(field.type_name)
        return enum is not None and value.kind == "identifier" and value.text in enum.values
    return False


def quoted(text: str) -> str:
    """A text as a string of the text format."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def is_filled_in_later(name: str) -> bool:
    """Whether a file's name has a placeholder in it, which somebody replaces before Caffe reads it."""
    return _PLACEHOLDER.search(name) is not None
