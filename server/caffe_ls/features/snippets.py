"""The texts that completions insert."""

from __future__ import annotations

import re

from caffe_ls.features.client import Client
from caffe_ls.schema import string_values
from caffe_ls.schema.model import TEXT_TYPES, Field, Schema

_MOST_CHOICES = 16


def field_text(schema: Schema, message: str, field: Field, client: Client) -> str:
    """A field with the place for its value; a snippet where the client takes them, with the values there are."""
    if not client.takes_snippets:
        return f"{field.name} {{" if field.is_message else f"{field.name}: "
    if field.is_message:
        return f"{field.name} {{\n  $0\n}}"
    return f"{field.name}: {_value_text(schema, message, field)}"


def quoted(value: str, quote: str, closed: bool) -> str:
    """A string's content with the quotes that are not there yet."""
    written = quote or '"'
    escaped = value.replace("\\", "\\\\").replace(written, "\\" + written).replace("\n", "\\n")
    if not quote:
        return f"{written}{escaped}{written}"
    return escaped if closed else escaped + quote


def _value_text(schema: Schema, message: str, field: Field) -> str:
    if field.type in TEXT_TYPES:
        values = tuple(string_values.values_of(message, field.name, schema) or ())
        return f'"{_choice(values)}"' if 0 < len(values) <= _MOST_CHOICES else '"$1"'
    if field.type == "bool":
        return _choice(("false", "true") if field.default == "true" else ("true", "false"))
    if field.type == "enum":
        enum = schema.enum(field.type_name)
        values = () if enum is None else tuple(enum.values)
        return _choice(values) if 0 < len(values) <= _MOST_CHOICES else "$1"
    return "$1" if field.default is None else f"${{1:{_escaped(field.default)}}}"


def _choice(values: tuple[str, ...]) -> str:
    return "${1|" + ",".join(re.sub(r"([\\,|$}])", r"\\\1", value) for value in values) + "|}"


def _escaped(text: str) -> str:
    return re.sub(r"([\\$}])", r"\\\1", text)
