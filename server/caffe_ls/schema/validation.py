"""What the text format's parser refuses because of the schema: unknown fields, values of another type, duplicates."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from enum import Enum as PythonEnum
from typing import NamedTuple

from caffe_ls.schema import model
from caffe_ls.schema.model import Schema
from caffe_ls.syntax.tree import Entry, Field, File, ListValue, Message, Scalar
from caffe_ls.syntax.values import bool_value, float_value, integer_value
from caffe_ls.text.span import Span


class ProblemKind(PythonEnum):
    """Why a field is refused."""

    UNKNOWN_FIELD = "unknown field"
    DUPLICATE_FIELD = "duplicate field"
    WRONG_TYPE = "wrong type"
    OUT_OF_RANGE = "out of range"
    UNKNOWN_ENUM_VALUE = "unknown enum value"
    MISSING_REQUIRED_FIELD = "missing required field"


class SchemaProblem(NamedTuple):
    """A place that does not fit the schema; offsets are those of the entry, or of the file from `file_problems`.

    `message` is the full name of the message that the field stands in, `field` its declaration where there is one,
    `node` the field as written, `value` the value at fault, `first` the first of two places that exclude each other.
    """

    kind: ProblemKind
    span: Span
    message: str
    node: Field
    field: model.Field | None = None
    value: Scalar | Message | ListValue | None = None
    first: Span | None = None


INTEGER_RANGES = {
    name: (0, 2**bits - 1) if name.startswith(("u", "fixed")) else (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)
    for bits in (32, 64)
    for name in (f"int{bits}", f"uint{bits}", f"sint{bits}", f"fixed{bits}", f"sfixed{bits}")
}


# A field's type and the kind of a value that it takes, whatever the value is: no more need be asked of most fields.
_SURELY_TAKEN = frozenset({("string", "string"), ("bytes", "string"), ("float", "float"), ("double", "float")})


def entry_problems(entry: Entry, schema: Schema, root: str) -> tuple[SchemaProblem, ...]:
    """The problems within one top-level field of a message named `root`; kept with the entry."""
    key = (entry_problems, schema, root)
    known = entry.cache.get(key)
    if known is None:
        known = entry.cache[key] = tuple(_entry_problems(entry, schema, root))
    return known  # type: ignore[return-value]


def _entry_problems(entry: Entry, schema: Schema, root: str) -> list[SchemaProblem]:
    declared = schema.message(root)
    found: list[SchemaProblem] = []
    if entry.field is None or declared is None:
        return found
    # An explicit stack: hostile text nests deeper than Python recurses.
    waiting: list[tuple[model.Message, tuple[Field, ...] | list[Field], Field | None]] = [
        (declared, (entry.field,), None)
    ]
    while waiting:
        message, fields, owner = waiting.pop()
        _look_into(message, fields, owner, schema, waiting, found)
    return found


def _look_into(
    message: model.Message,
    fields: tuple[Field, ...] | list[Field],
    owner: Field | None,
    schema: Schema,
    waiting: list[tuple[model.Message, tuple[Field, ...] | list[Field], Field | None]],
    found: list[SchemaProblem],
) -> None:
    """Add the problems of a message to those `found`, and the messages in it to those `waiting`."""
    declarations = message.fields
    seen: dict[str, Field] = {}
    for node in fields:
        name = node.name
        field = declarations.get(name)
        if field is None:
            found.append(SchemaProblem(ProblemKind.UNKNOWN_FIELD, node.name_span, message.name, node))
            continue
        if field.label != "repeated":
            if name in seen:
                first = seen[name].name_span
                found.append(
                    SchemaProblem(ProblemKind.DUPLICATE_FIELD, node.name_span, message.name, node, field, first=first)
                )
            else:
                seen[name] = node
        value = node.value
        if value is None:
            continue
        kind = field.type
        if value.__class__ is Scalar and (kind, value.kind) in _SURELY_TAKEN:
            continue
        if isinstance(value, ListValue):
            if field.label != "repeated":
                found.append(SchemaProblem(ProblemKind.WRONG_TYPE, value.span, message.name, node, field, value))
                continue
            values: tuple[Scalar | Message, ...] = tuple(value.values)
            if kind != "message" and not node.colon and not values:
                found.append(SchemaProblem(ProblemKind.WRONG_TYPE, value.span, message.name, node, field, value))
        else:
            values = (value,)
        for item in values:
            if kind == "message":
                if isinstance(item, Message):
                    below = schema.message(field.type_name)
                    if below is not None:
                        waiting.append((below, item.fields, node))
                elif item.kind != "broken":
                    found.append(SchemaProblem(ProblemKind.WRONG_TYPE, item.span, message.name, node, field, item))
            elif isinstance(item, Message):
                found.append(SchemaProblem(ProblemKind.WRONG_TYPE, item.span, message.name, node, field, item))
            elif item.kind != "broken":
                fault = _CHECKS[kind](item, field, schema)
                if fault is not None:
                    found.append(SchemaProblem(fault, item.span, message.name, node, field, item))
    if owner is not None and message.required:
        found.extend(
            SchemaProblem(ProblemKind.MISSING_REQUIRED_FIELD, owner.name_span, message.name, owner, field, owner.value)
            for field in message.required
            if field.name not in seen
        )


def takes_value_of(node: Field, name: str, message: str, schema: Schema) -> bool:
    """Whether a field `name` of a message takes the value that `node` has; a block, where it knows most of its fields.

    A block is looked into as deep as its own fields.
    """
    field = schema.field(message, name)
    if field is None:
        return False
    below = schema.message(field.type_name) if field.is_message else None
    inside = [inner for value in node.values if isinstance(value, Message) for inner in value.fields]
    if below is not None and inside:
        known = [inner for inner in inside if inner.name in below.fields]
        return 3 * len(known) >= 2 * len(inside) and all(_takes(below.fields[one.name], one, schema) for one in known)
    return _takes(field, node, schema)


def _takes(field: model.Field, node: Field, schema: Schema) -> bool:
    if isinstance(node.value, ListValue) and field.label != "repeated":
        return False
    for value in node.values:
        if isinstance(value, Message) or field.is_message:
            if not (isinstance(value, Message) and field.is_message):
                return False
        elif value.kind != "broken" and _CHECKS[field.type](value, field, schema) is not None:
            return False
    return True


def _check_integer(value: Scalar, field: model.Field, _: Schema) -> ProblemKind | None:
    if value.kind == "integer" and len(value.text) < 10 and value.text[0] != "-":
        return None  # Too short to be out of any type's range, as nearly all are.
    number = integer_value(value)
    if number is None:
        return ProblemKind.WRONG_TYPE
    lowest, highest = INTEGER_RANGES[field.type]
    # C++ expects a digit where an unsigned field stands: `-0` is refused too.
    if lowest == 0 and value.text[0] == "-":
        return ProblemKind.OUT_OF_RANGE
    return None if lowest <= number <= highest else ProblemKind.OUT_OF_RANGE


def _check_float(value: Scalar, _field: model.Field, _: Schema) -> ProblemKind | None:
    return None if float_value(value) is not None else ProblemKind.WRONG_TYPE


def _check_bool(value: Scalar, _field: model.Field, _: Schema) -> ProblemKind | None:
    if value.kind == "integer" and value.text[0] != "-" and (integer_value(value) or 0) > 1:
        return ProblemKind.OUT_OF_RANGE
    return None if bool_value(value) is not None else ProblemKind.WRONG_TYPE


def _check_text(value: Scalar, _field: model.Field, _: Schema) -> ProblemKind | None:
    return None if value.kind == "string" else ProblemKind.WRONG_TYPE


def _check_enum(value: Scalar, field: model.Field, schema: Schema) -> ProblemKind | None:
    enum = schema.enum(field.type_name)
    if value.kind == "identifier" and value.text[0] != "-":
        return None if enum is None or value.text in enum.values else ProblemKind.UNKNOWN_ENUM_VALUE
    number = integer_value(value)
    if number is None:
        return ProblemKind.WRONG_TYPE
    return None if enum is None or number in enum.values.values() else ProblemKind.UNKNOWN_ENUM_VALUE


_CHECKS: dict[str, Callable[[Scalar, model.Field, Schema], ProblemKind | None]] = {
    **dict.fromkeys(INTEGER_RANGES, _check_integer),
    "float": _check_float,
    "double": _check_float,
    "bool": _check_bool,
    "string": _check_text,
    "bytes": _check_text,
    "enum": _check_enum,
}


def file_problems(file: File, schema: Schema, root: str) -> Iterator[SchemaProblem]:
    """What only the whole file shows: a singular top-level field given twice. Offsets are those of the file."""
    declared = schema.message(root)
    if declared is None:
        return
    times = Counter([entry.field.name for entry in file.entries if entry.field is not None])
    singular = {
        name: field
        for name, number in times.items()
        if number > 1 and (field := declared.fields.get(name)) is not None and field.label != "repeated"
    }
    if not singular:
        return
    seen: dict[str, Span] = {}
    for base, entry in file:
        node = entry.field
        field = singular.get(node.name) if node is not None else None
        if node is None or field is None:
            continue
        span = node.name_span.shift(base)
        if node.name in seen:
            yield SchemaProblem(ProblemKind.DUPLICATE_FIELD, span, root, node, field, first=seen[node.name])
        else:
            seen[node.name] = span
