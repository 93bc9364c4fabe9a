"""A solver's text as a model: each field's values with their places, and the dialect's defaults for the rest."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from caffe_ls.schema.model import FLOAT_TYPES, INTEGER_TYPES, SOLVER_MESSAGE, TEXT_TYPES, Field, Schema
from caffe_ls.schema.validation import entry_problems
from caffe_ls.solver.float32 import float32
from caffe_ls.solver.model import Given, Plain, Solver
from caffe_ls.syntax import tree
from caffe_ls.syntax.tree import File, Message, Scalar
from caffe_ls.syntax.values import bool_value, float_value, integer_value, string_value


def lower_solver(file: File, schema: Schema) -> Solver:
    """The solver of a file; what the text format's parser refuses counts as not given."""
    fields: dict[str, list[Given]] = {}
    complete = True
    for base, entry in file:
        if entry.problems or entry.template or entry_problems(entry, schema, SOLVER_MESSAGE):
            complete = False
        if entry.field is None:
            continue
        declared = schema.field(SOLVER_MESSAGE, entry.field.name)
        if declared is None:
            continue
        found = list(_given(base, entry.field, declared, schema))
        known = fields.get(declared.name)
        if known is None and found:
            fields[declared.name] = found
        elif known is not None and found:
            complete = complete and declared.is_repeated
            known += found if declared.is_repeated else ()
    defaults = _defaults(schema)
    return Solver(
        {name: tuple(given) for name, given in fields.items()},
        defaults,
        frozenset(defaults),
        schema.dialect,
        complete,
    )


def _given(base: int, field: tree.Field, declared: Field, schema: Schema) -> Iterator[Given]:
    for value in field.values:
        plain = None if isinstance(value, Message) else _plain(value, declared, schema)
        if (plain is None) == declared.is_message:
            places = (value.span.shift(base), field.name_span.shift(base), field.span.shift(base))
            yield Given(declared.name, plain, *places)


def _plain(value: Scalar, declared: Field, schema: Schema) -> Plain:
    if declared.type in FLOAT_TYPES:
        number = float_value(value)
        return None if number is None else float32(number)
    if declared.type in INTEGER_TYPES:
        return integer_value(value)
    if declared.type in TEXT_TYPES:
        return string_value(value)
    if declared.type == "bool":
        return bool_value(value)
    enum = schema.enum(declared.type_name)
    names = {} if enum is None else enum.values
    if value.kind == "integer":
        number = integer_value(value)
        return next((name for name, known in names.items() if known == number), None)
    return value.text if value.text in names else None


@lru_cache(maxsize=64)
def _defaults(schema: Schema) -> dict[str, Plain]:
    """What each field of SolverParameter is when it is not given: the written default, else proto2's own."""
    message = schema.message(SOLVER_MESSAGE)
    return {} if message is None else {field.name: _default(field) for field in message.fields.values()}


def _default(field: Field) -> Plain:
    if field.is_repeated or field.is_message:
        return None
    if field.type in FLOAT_TYPES:
        return float32(float(field.default or 0))
    if field.type in INTEGER_TYPES:
        return int(field.default or 0)
    if field.type == "bool":
        return field.default == "true"
    return field.default or ""
