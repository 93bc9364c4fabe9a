"""What may be written at the cursor."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from lsprotocol import types

from caffe_ls.analysis.writing import Writing, writing_at
from caffe_ls.features import documentation
from caffe_ls.features.blob_names import blob_names
from caffe_ls.features.snippets import field_text, quoted
from caffe_ls.features.view import View
from caffe_ls.schema import notes, string_values
from caffe_ls.schema.legacy_types import V1_LAYER_TYPES
from caffe_ls.schema.model import TEXT_TYPES, Field, Schema
from caffe_ls.syntax.tree import Message, Scalar
from caffe_ls.syntax.values import string_value

_LAYER_MESSAGES = ("LayerParameter", "V1LayerParameter", "V0LayerParameter")

# The order in which people write a layer; the settings of its type come behind `param`.
_USUAL_ORDER = ("name", "type", "bottom", "top", "include", "exclude", "param", "blobs_lr", "weight_decay")


# Of more values only those are sent that hold what is typed already, and the client asks again as typing goes on.
_MOST_VALUES = 400

# What today's files have no need of.
_OLD_FORM = ("layers", "input", "input_dim", "input_shape", "blobs")


class _Value(NamedTuple):
    """A value that may be written: its text, and what `resolve` explains it by."""

    text: str
    kind: types.CompletionItemKind
    about: tuple[str, str, str] | None = None
    detail: str | None = None


def completion(view: View, offset: int, typed: str = "") -> types.CompletionList:
    """The fields or values that may stand at `offset`; `typed` is the punctuation that made the client ask, if any."""
    writing = writing_at(view.document, offset)
    if writing is None or (typed and writing.declared is None):
        return types.CompletionList(is_incomplete=False, items=[])
    if writing.declared is None:
        return types.CompletionList(is_incomplete=False, items=list(_fields(view, writing)))
    values = list(_values_of(view, writing, writing.declared))
    if len(values) <= _MOST_VALUES:
        return types.CompletionList(is_incomplete=False, items=list(_items(view, writing, writing.declared, values)))
    begun = view.document.text[writing.span.start : offset].lower()
    fitting = [value for value in values if begun in value.text.lower()][:_MOST_VALUES]
    return types.CompletionList(is_incomplete=True, items=list(_items(view, writing, writing.declared, fitting)))


def resolve(view: View, item: types.CompletionItem, about: tuple[str, str, str]) -> types.CompletionItem:
    """The item with its documentation; `about` is the part of its data that says what it is."""
    kind, owner, name = about
    schema = view.document.schema
    text: str | None = None
    if kind == "field":
        declared = schema.field(owner, name)
        text = None if declared is None else documentation.of_field(schema, owner, declared)
    elif kind == "enum":
        text = documentation.of_enum_value(schema, owner, name)
    elif kind == "layer":
        text = documentation.of_layer_type(schema, name)
    elif kind == "string":
        message, _, field = owner.rpartition(".")
        text = documentation.of_string_value(message, field, name)
    if text is not None:
        item.documentation = documentation.markup(text, view.client)
    return item


def about_of(item: types.CompletionItem) -> tuple[str, tuple[str, str, str]] | None:
    """The URI and the subject in the data of an item, None where they are not ours."""
    data: Any = item.data
    if isinstance(data, (list, tuple)) and len(data) == 4 and all(isinstance(part, str) for part in data):
        return data[0], (data[1], data[2], data[3])
    return None


# Fields.


def _fields(view: View, writing: Writing) -> Iterator[types.CompletionItem]:
    document = view.document
    message = document.schema.message(writing.message)
    if message is None:
        return
    given = frozenset(_given(view, writing))
    fitting = _fitting_params(writing)
    place = view.range(writing.span)
    rest = document.text[writing.span.end : writing.span.end + 80].lstrip(" \t")
    finished = rest[:1] in (":", "{", "<") and bool(rest)
    for index, field in enumerate(message.fields.values()):
        if not field.is_repeated and field.name in given:
            continue
        new_text = field.name if finished else field_text(document.schema, writing.message, field, view.client)
        snippet = "$" in new_text
        yield types.CompletionItem(
            label=field.name,
            kind=types.CompletionItemKind.Struct if field.is_message else types.CompletionItemKind.Field,
            detail=_detail(field),
            sort_text=f"{_rank(field, fitting):02d}{index:03d}",
            insert_text_format=types.InsertTextFormat.Snippet if snippet else None,
            text_edit=types.TextEdit(place, new_text),
            data=[view.uri, "field", writing.message, field.name],
            deprecated=True if field.deprecated else None,
        )


def _given(view: View, writing: Writing) -> Iterator[str]:
    """The names of the fields that the message has already, but for the one that is being written."""
    if writing.node is not None:
        for field in writing.node.fields:
            if not field.name_span.shift(writing.base).touches(writing.span.start):
                yield field.name
    elif writing.message == view.document.root:
        for base, entry in view.document.file:
            if entry.field is not None and not entry.field.name_span.shift(base).touches(writing.span.start):
                yield entry.field.name


def _fitting_params(writing: Writing) -> tuple[str, ...]:
    """The names of the settings that the type of the layer reads."""
    if writing.message not in _LAYER_MESSAGES or writing.node is None:
        return ()
    written = writing.node.first("type")
    value = written.value if written is not None and isinstance(written.value, Scalar) else None
    if value is None:
        return ()
    layer_type = string_value(value) or V1_LAYER_TYPES.get(value.text, "")
    note = notes.layer_type_note(layer_type)
    mentioned = [] if note is None else [word for word in _words(note.body) if word.endswith("_param")]
    return (layer_type.lower(), *mentioned)


def _words(text: str) -> Iterator[str]:
    yield from text.split("`")[1::2]


def _rank(field: Field, fitting: tuple[str, ...]) -> int:
    if field.name in _OLD_FORM:
        return 90
    if field.name == "layer":
        return 1
    if field.name in _USUAL_ORDER and fitting:
        return _USUAL_ORDER.index(field.name) + 10
    if fitting and field.name.endswith("_param"):
        if field.name in fitting or field.name.removesuffix("_param").replace("_", "") == fitting[0]:
            return 5
        return 60
    return 80 if field.deprecated else 40


def _detail(field: Field) -> str:
    shown = f"{field.label} {field.type_name or field.type}"
    return shown if field.default is None else f"{shown} = {field.default}"


# Values.


def _items(view: View, writing: Writing, declared: Field, values: list[_Value]) -> Iterator[types.CompletionItem]:
    place = view.range(writing.span)
    for index, value in enumerate(values):
        new_text = quoted(value.text, writing.quote, writing.closed) if declared.type in TEXT_TYPES else value.text
        yield types.CompletionItem(
            label=value.text,
            kind=value.kind,
            detail=value.detail,
            sort_text=f"{index:04d}",
            text_edit=types.TextEdit(place, new_text),
            data=None if value.about is None else [view.uri, *value.about],
        )


def _values_of(view: View, writing: Writing, declared: Field) -> Iterable[_Value]:
    schema, message = view.document.schema, writing.message
    if declared.type == "bool":
        return [_Value(text, types.CompletionItemKind.Keyword) for text in ("true", "false")]
    if declared.type == "enum":
        return _enum_values(schema, declared)
    if declared.type not in TEXT_TYPES:
        default = declared.default
        return [] if default is None else [_Value(default, types.CompletionItemKind.Value, None, "default")]
    if (message, declared.name) == (documentation.LAYER_MESSAGE, "type"):
        return _layer_types(schema)
    if message in _LAYER_MESSAGES and declared.name in ("bottom", "top"):
        here = writing.node if isinstance(writing.node, Message) else None
        names = blob_names(view.document, here, writing.base, declared.name, writing.span.start)
        return [_Value(name, types.CompletionItemKind.Variable, None, detail) for name, detail in names]
    values = string_values.values_of(message, declared.name, schema) or ()
    owner = f"{message}.{declared.name}"
    return [_Value(value, types.CompletionItemKind.EnumMember, ("string", owner, value)) for value in values]


def _enum_values(schema: Schema, declared: Field) -> Iterator[_Value]:
    enum = schema.enum(declared.type_name)
    for name in () if enum is None else enum.values:
        detail = "default" if name == declared.default else None
        yield _Value(name, types.CompletionItemKind.EnumMember, ("enum", declared.type_name, name), detail)


def _layer_types(schema: Schema) -> Iterator[_Value]:
    for name in sorted(schema.layer_types, key=str.lower):
        yield _Value(name, types.CompletionItemKind.Class, ("layer", documentation.LAYER_MESSAGE, name))
