"""Schemas read from .proto files, kept as JSON between runs: the caller stores the texts, this layer has no files."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Protocol

from caffe_ls import __version__
from caffe_ls.schema.model import Enum, Field, Message, Schema
from caffe_ls.schema.proto_file import OWN_PROTO, ProtoProblem, read_proto

# To be raised when the reader or the form of the JSON changes.
_FORMAT = 1


class TextStore(Protocol):
    """Where the caller keeps texts, by keys that are valid file names; both methods keep their errors to themselves."""

    def read(self, key: str) -> str | None:
        """The text kept under `key`, or None."""

    def write(self, key: str, text: str) -> None:
        """Keep `text` under `key`."""


def read_proto_through(
    store: TextStore, text: str, dialect: str = OWN_PROTO, source: str = OWN_PROTO
) -> tuple[Schema | None, tuple[ProtoProblem, ...]]:
    """As `read_proto`, but a content that was read before comes from the store, without parsing it again."""
    key = content_key(text)
    kept = store.read(key)
    if kept is not None:
        found = from_json(kept, dialect, source)
        if found is not None:
            return found
    schema, problems = read_proto(text, dialect, source)
    store.write(key, to_json(schema, problems))
    return schema, problems


def content_key(text: str) -> str:
    """The key of a .proto file's content: the same for the same text and version of this program."""
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    return f"proto-{__version__}-{_FORMAT}-{digest[:40]}.json"


def to_json(schema: Schema | None, problems: tuple[ProtoProblem, ...]) -> str:
    """What was read, as text; dialect and source are the reader's business and are left out."""
    kept: dict[str, Any] = {"format": _FORMAT, "problems": problems, "schema": None}
    if schema is not None:
        kept["schema"] = {
            "messages": {
                name: [_row(field) for field in item.fields.values()] for name, item in schema.messages.items()
            },
            "enums": {name: dict(item.values) for name, item in schema.enums.items()},
            "layer_types": sorted(schema.layer_types),
            "documentation": dict(schema.documentation),
        }
    return json.dumps(kept, separators=(",", ":"))


def from_json(
    text: str, dialect: str = OWN_PROTO, source: str = OWN_PROTO
) -> tuple[Schema | None, tuple[ProtoProblem, ...]] | None:
    """What `to_json` wrote; None when the text is something else or damaged."""
    try:
        kept = json.loads(text)
        if kept["format"] != _FORMAT:
            return None
        problems = tuple(ProtoProblem(int(line), str(message)) for line, message in kept["problems"])
        found = kept["schema"]
        return (None if found is None else _schema(found, dialect, source)), problems
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def _row(field: Field) -> list[Any]:
    shape = (field.label, field.type, field.type_name)
    return [field.name, field.number, *shape, field.default, field.packed, field.deprecated]


def _schema(kept: Mapping[str, Any], dialect: str, source: str) -> Schema:
    messages = {
        name: Message(name, MappingProxyType({row[0]: Field(*row) for row in rows}))
        for name, rows in kept["messages"].items()
    }
    enums = {name: Enum(name, MappingProxyType(dict(values))) for name, values in kept["enums"].items()}
    return Schema(
        dialect=dialect,
        source=source,
        messages=MappingProxyType(messages),
        enums=MappingProxyType(enums),
        layer_types=frozenset(kept["layer_types"]),
        documentation=MappingProxyType(dict(kept["documentation"])),
        layer_types_complete=False,
    )
