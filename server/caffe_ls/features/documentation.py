"""Fields, values and layer types explained in Markdown, as hovers and completions show it."""

from __future__ import annotations

from collections.abc import Sequence

from lsprotocol import types

from caffe_ls.features.client import Client
from caffe_ls.schema import catalog, notes, string_values
from caffe_ls.schema.legacy_types import V0_LAYER_TYPES, V1_LAYER_TYPES
from caffe_ls.schema.model import TEXT_TYPES, Field, Schema

LAYER_MESSAGE = "LayerParameter"
V1_TYPE_ENUM = "V1LayerParameter.LayerType"

# More names than this are counted, not listed.
_LISTED = 8


def markup(text: str, client: Client) -> types.MarkupContent:
    """A Markdown text in a form that the client shows."""
    if client.takes_markdown:
        return types.MarkupContent(types.MarkupKind.Markdown, text)
    lines = (line for line in text.split("\n") if not line.startswith("```"))
    return types.MarkupContent(types.MarkupKind.PlainText, "\n".join(lines).replace("`", "").replace("**", ""))


def of_field(schema: Schema, message: str, field: Field) -> str:
    """About a field: its declaration, what it does, the values that it takes, which Caffe has it."""
    parts = [f"```proto\n{declaration(message, field)}\n```", *_note(notes.field_note(message, field.name))]
    if len(parts) == 1 and field.is_message:
        parts += _note(notes.message_note(field.type_name))
    parts += _comment(schema, f"{message}.{field.name}")
    parts += _values_of_field(schema, message, field)
    parts += _dialects(catalog.dialects_with_field(message, field.name))
    return "\n\n".join(parts)


def declaration(message: str, field: Field) -> str:
    """A field as a .proto file declares it, the message above it."""
    default = field.default
    if default is not None and field.type in TEXT_TYPES:
        default = f'"{default}"'
    options = [f"default = {default}"] * (default is not None) + ["deprecated = true"] * field.deprecated
    shown = f" [{', '.join(options)}]" if options else ""
    return f"// {message}\n{field.label} {field.type_name or field.type} {field.name} = {field.number}{shown};"


def of_enum_value(schema: Schema, enum: str, value: str) -> str:
    """About a value of an enum."""
    if enum == V1_TYPE_ENUM:
        return _of_v1_type(schema, value)
    known = schema.enum(enum)
    number = "" if known is None or value not in known.values else f" = {known.values[value]}"
    parts = [f"```proto\n// enum {enum}\n{value}{number};\n```", *_note(notes.enum_value_note(enum, value))]
    parts += _comment(schema, f"{enum}.{value}")
    parts += _dialects(catalog.dialects_with_enum_value(enum, value))
    return "\n\n".join(parts)


def of_layer_type(schema: Schema, layer_type: str) -> str | None:
    """About a layer type of today's form; None where nothing is known of it."""
    note = notes.layer_type_note(layer_type)
    dialects = catalog.dialects_with_layer_type(layer_type)
    if note is None and not dialects and layer_type not in schema.layer_types:
        return None
    return "\n\n".join([f"**{layer_type}**, a layer type", *_note(note), *_dialects(dialects, layer_types=True)])


def of_string_value(message: str, field: str, value: str) -> str | None:
    """About a name that a string field takes, such as a filler's type; None where it is unknown."""
    if (message, field) == ("V0LayerParameter", "type") and value in V0_LAYER_TYPES:
        today = V1_LAYER_TYPES[V0_LAYER_TYPES[value]]
        return "\n\n".join([f"**{value}**, a layer type of Caffe's first format", _today(today), *_layer_note(today)])
    note = notes.value_note(message, field, value)
    dialects = string_values.dialects_with_value(message, field, value)
    if note is None and not dialects:
        return None
    return "\n\n".join([f"**{value}**, a value of `{field}` in `{message}`", *_note(note), *_dialects(dialects)])


def _of_v1_type(schema: Schema, value: str) -> str:
    today = V1_LAYER_TYPES.get(value)
    parts = [f"**{value}**, a layer type of Caffe's old `layers` format"]
    if today:
        return "\n\n".join([*parts, _today(today), *_layer_note(today)])
    parts += _note(notes.layer_type_note(value)) or _note(notes.enum_value_note(V1_TYPE_ENUM, value))
    return "\n\n".join([*parts, *_dialects(catalog.dialects_with_enum_value(V1_TYPE_ENUM, value))])


def _today(layer_type: str) -> str:
    return f'Written today: `type: "{layer_type}"` in a `layer`.'


def _layer_note(layer_type: str) -> list[str]:
    return _note(notes.layer_type_note(layer_type))


def _note(note: notes.Note | None) -> list[str]:
    return [] if note is None else [text for text in note if text]


def _comment(schema: Schema, name: str) -> list[str]:
    """What the user's own caffe.proto says."""
    comment = schema.documentation.get(name, "").strip()
    return ["caffe.proto says:\n\n" + "\n".join(f"> {line}" for line in comment.splitlines())] if comment else []


def _values_of_field(schema: Schema, message: str, field: Field) -> list[str]:
    names: Sequence[str] = ()
    if field.type == "enum":
        enum = schema.enum(field.type_name)
        names = () if enum is None else tuple(enum.values)
    elif field.type in TEXT_TYPES:
        names = tuple(string_values.values_of(message, field.name, schema) or ())
    if not names or len(names) > 3 * _LISTED:
        return []
    return ["Values: " + ", ".join(f"`{name}`" for name in names)]


def _dialects(having: Sequence[str], *, layer_types: bool = False) -> list[str]:
    """Which Caffe has it, where many have not."""
    names = [dialect.name for dialect in catalog.dialects()]
    if layer_types:
        names = [name for name in names if catalog.load(name).layer_types]
    lacking = [name for name in names if name not in having]
    if not lacking or not having:
        return []
    if catalog.BVLC in having:
        # That a few old forks lack it is no news to nearly all who read this; they are told where they use it.
        if len(lacking) <= _LISTED:
            return []
        return [f"*Known to BVLC Caffe and {len(having) - 1} of {len(names) - 1} other dialects.*"]
    if len(having) > _LISTED:
        return [f"*Not in BVLC Caffe; in {_listed(having[:_LISTED])} and {len(having) - _LISTED} more.*"]
    return [f"*Not in BVLC Caffe; in {_listed(having)}.*"]


def _listed(dialects: Sequence[str]) -> str:
    return ", ".join(catalog.title_of(dialect) for dialect in dialects)
