"""How much of a net the text's own faults leave open: which entries may connect otherwise than it seems."""

from __future__ import annotations

from caffe_ls.net.model import Damage
from caffe_ls.schema.model import Schema
from caffe_ls.schema.validation import ProblemKind, entry_problems
from caffe_ls.syntax.tree import Entry, Field, Message, Scalar
from caffe_ls.text.span import Span

_CONNECTING = frozenset({"bottom", "top", "include", "exclude"})
_INPUTS = frozenset({"input", "input_dim", "input_shape", "state"})


def damage_of(entry: Entry, schema: Schema, root: str) -> Damage:
    """What the parser or the schema refuses of an entry, and whether its connections are still to be trusted."""
    problems = entry_problems(entry, schema, root)
    if not (entry.problems or problems):
        return Damage.NONE
    field = entry.field
    if field is None:
        return Damage.CONNECTIONS
    if field.name not in ("layer", "layers") or not isinstance(field.value, Message):
        unknown = any(problem.kind is ProblemKind.UNKNOWN_FIELD and problem.node is field for problem in problems)
        return Damage.CONNECTIONS if unknown or field.name in _INPUTS or field.value is None else Damage.NONE
    spans = [problem.span for problem in entry.problems] + [problem.span for problem in problems]
    return max((_damage_at(span, field.value) for span in spans), key=lambda damage: damage.value)


def _damage_at(span: Span, layer: Message) -> Damage:
    """What a problem at a place of a layer means for it."""
    inner = next((field for field in layer.fields if field.start <= span.start < field.end), None)
    if inner is None or inner.name in _CONNECTING or _may_name_a_blob(inner):
        return Damage.CONNECTIONS
    return Damage.INSIDE


def _may_name_a_blob(field: Field) -> bool:
    """Whether a field of the layer itself may be a misspelt `bottom` or `top`."""
    if field.name == "type":
        return False
    return field.value is None or (isinstance(field.value, Scalar) and field.value.kind in ("string", "broken"))
