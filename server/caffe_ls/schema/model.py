"""Messages, fields and enums of one dialect, as immutable data."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Literal

from caffe_ls.immutable import dataclass

NET_MESSAGE = "NetParameter"
SOLVER_MESSAGE = "SolverParameter"

Label = Literal["optional", "required", "repeated"]

INTEGER_TYPES = frozenset(
    {"int32", "int64", "uint32", "uint64", "sint32", "sint64", "fixed32", "fixed64", "sfixed32", "sfixed64"}
)
FLOAT_TYPES = frozenset({"float", "double"})
TEXT_TYPES = frozenset({"string", "bytes"})


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a message.

    `type` is a proto2 scalar type's name, `enum` or `message`; for these two `type_name` is the full dotted name
    without the package (`ConvolutionParameter.Engine`), else empty. `default` is the text written behind `default =`,
    strings without their quotes and escapes resolved, or None.
    """

    name: str
    number: int
    label: Label
    type: str
    type_name: str = ""
    default: str | None = None
    packed: bool = False
    deprecated: bool = False

    @property
    def is_repeated(self) -> bool:
        """Whether the field may be given several times, or as a list in brackets."""
        return self.label == "repeated"

    @property
    def is_message(self) -> bool:
        """Whether the value stands in braces."""
        return self.type == "message"


@dataclass(frozen=True)
class Message:
    """A message; `fields` by name, in the order of their declaration."""

    name: str
    fields: Mapping[str, Field]

    @cached_property
    def required(self) -> tuple[Field, ...]:
        """The fields that must be given: hardly any, of the hundreds that a layer may have."""
        return tuple(field for field in self.fields.values() if field.label == "required")


@dataclass(frozen=True, slots=True)
class Enum:
    """An enum; `values` from name to number, in the order of their declaration."""

    name: str
    values: Mapping[str, int]


@dataclass(frozen=True, slots=True, eq=False)
class Schema:
    """Everything one Caffe accepts in prototxt files.

    Compared and hashed by identity, so that it can key caches. `messages` and `enums` may build their items at first
    access: prefer `message(name)` to walking them. `layer_types` are the values of `LayerParameter.type` that the
    dialect's binary registers, empty where they are not known. `documentation` holds comments of the .proto file by
    "Message", "Message.field", "Enum" or "Enum.VALUE".
    """

    dialect: str
    source: str
    messages: Mapping[str, Message]
    enums: Mapping[str, Enum]
    layer_types: frozenset[str]
    documentation: Mapping[str, str]
    layer_types_complete: bool = True
    """False where other types may be registered too: a user's fork registers its layers in C++, which is not read."""

    def message(self, name: str) -> Message | None:
        """The message with this full name without package, or None."""
        return self.messages.get(name)

    def field(self, message: str, name: str) -> Field | None:
        """The field `name` of the message named `message`; None when either does not exist."""
        found = self.messages.get(message)
        return None if found is None else found.fields.get(name)

    def enum(self, name: str) -> Enum | None:
        """The enum with this full name without package, or None."""
        return self.enums.get(name)
