"""A value of the wrong type.

Each field takes one type of value: names and file names stand in quotes, numbers, booleans and enum values do not, and
messages stand in braces. The parser takes no other: a whole number is refused as `4.0`, as `1e5` and as `"4"`; a
boolean is `true` or `false` (also `True`, `t`, `1` and `False`, `f`, `0`), but not `yes`, `on` or `TRUE`.

Source: protobuf, text_format.cc (TextFormat::Parser::ParserImpl::ConsumeFieldValue).

Bad:
    layer {
      name: conv1
      #     ^^^^^
      type: "Convolution"
      convolution_param { num_output: "20" kernel_size: 5.0 }
      #                               ^^^^
      #                                                 ^^^
    }

Good:
    layer {
      name: "conv1"
      type: "Convolution"
      convolution_param { num_output: 20 kernel_size: 5 }
    }
"""

from __future__ import annotations

from collections.abc import Iterator

from caffe_ls.rules.finding import Category, Finding, Fix, Severity, fix
from caffe_ls.rules.nearest import is_same_but_for_case, nearest_names
from caffe_ls.rules.rule import EntryView, problem_rule
from caffe_ls.rules.values import expected_value, found_value, quoted, scalar_of, takes
from caffe_ls.schema import model
from caffe_ls.schema.legacy_types import V1_LAYER_TYPES
from caffe_ls.schema.model import FLOAT_TYPES, INTEGER_TYPES, TEXT_TYPES
from caffe_ls.schema.validation import ProblemKind, SchemaProblem
from caffe_ls.syntax.tree import ListValue, Message, Scalar
from caffe_ls.syntax.values import float_value, string_value
from caffe_ls.text.edit import Edit
from caffe_ls.text.span import Span

_HUGE = 2**31
_TRUE_WORDS = ("true", "yes", "on", "y")
_FALSE_WORDS = ("false", "no", "off", "n")


@problem_rule(ProblemKind.WRONG_TYPE, category=Category.FORMAT, severity=Severity.ERROR, stage="parse", fixable=True)
def check(view: EntryView, problem: SchemaProblem) -> Iterator[Finding]:
    field, value = problem.field, problem.value
    if field is None or value is None:
        return
    name, whole = problem.node.name, problem.node.value
    if field.is_message and isinstance(whole, ListValue) and value is not whole.values[0]:
        return  # The first of the list says it for all.
    if isinstance(value, ListValue):
        message = f"`{name}` takes one value, found a list"
    else:
        message = f"`{name}` takes {expected_value(field, view.schema)}, found {found_value(value)}"
    span = Span(value.start, value.start + 1) if isinstance(value, Message) else problem.span
    yield Finding(span, message, tuple(_fixes(view, problem, field, value)))


def _fixes(
    view: EntryView, problem: SchemaProblem, field: model.Field, value: Scalar | Message | ListValue
) -> Iterator[Fix]:
    if isinstance(value, ListValue):
        texts = {view.entry.text[item.start : item.end] for item in value.values}
        if len(texts) == 1:
            yield fix("Remove the brackets", Edit(value.span, texts.pop()), safe=len(value.values) == 1)
    elif isinstance(value, Message):
        yield from _unwrapped(view, problem, field, value)
    elif field.is_message:
        yield from _wrapped(view, problem, field, value)
    else:
        yield from _rewritten(view, field, value)


def _rewritten(view: EntryView, field: model.Field, value: Scalar) -> Iterator[Fix]:
    """The scalar as the field would take it."""
    new_text = _as_type(view, field, value)
    if new_text is not None:
        yield fix(f"Write {_shown(new_text)}", Edit(value.span, new_text), safe=True)
        return
    number = float_value(value)
    if field.type in INTEGER_TYPES and number is not None and 1 <= number < _HUGE:
        yield fix(f"Round down to `{int(number)}`", Edit(value.span, str(int(number))))


def _as_type(view: EntryView, field: model.Field, value: Scalar) -> str | None:
    text = string_value(value) if value.kind == "string" else value.text
    if text is None:
        return None
    if field.type in TEXT_TYPES:
        if field.name == "type" and V1_LAYER_TYPES.get(text) in view.schema.layer_types:
            return quoted(V1_LAYER_TYPES[text])
        return quoted(text)
    text = text.strip()
    if field.type == "bool":
        return _as_bool(text)
    if field.type == "enum":
        return _as_enum(view, field, text)
    bare = scalar_of(text)
    if bare is None:
        return None
    if takes(field, bare, view.schema):
        return text
    number = float_value(bare)
    if field.type in INTEGER_TYPES and number is not None and number.is_integer() and abs(number) < 2**53:
        whole = scalar_of(str(int(number)))
        return whole.text if whole is not None and takes(field, whole, view.schema) else None
    if field.type in FLOAT_TYPES and bare.kind == "integer" and bare.text.isdigit():
        return bare.text.lstrip("0") or "0"
    return None


def _as_bool(text: str) -> str | None:
    word = text.lower()
    near = nearest_names(text, ("true", "false"))
    if near.clear:
        return near.names[0]
    if word in _TRUE_WORDS or word in ("1", "1.0"):
        return "true"
    return "false" if word in _FALSE_WORDS or word in ("0", "0.0") else None


def _as_enum(view: EntryView, field: model.Field, text: str) -> str | None:
    enum = view.schema.enum(field.type_name)
    if enum is None:
        return None
    if text in enum.values:
        return text
    for old, new in V1_LAYER_TYPES.items():
        if new == text and old in enum.values and text:
            return old
    same = [name for name in enum.values if is_same_but_for_case(text, name)]
    return same[0] if len(same) == 1 else None


def _wrapped(view: EntryView, problem: SchemaProblem, field: model.Field, value: Scalar) -> Iterator[Fix]:
    """The scalar in a block, where only one field of the block can be meant."""
    below = view.schema.message(field.type_name)
    node = problem.node
    if below is None or any(isinstance(item, Message) for item in node.values):
        return
    able = [inner for inner in below.fields.values() if takes(inner, value, view.schema)]
    if len(able) != 1 or (len(node.values) > 1 and not able[0].is_repeated):
        return
    texts = [item.text for item in node.values if isinstance(item, Scalar)]
    block = f"{{ {' '.join(f'{able[0].name}: {text}' for text in texts)} }}"
    yield fix(f"Write `{node.name} {block}`", Edit(Span(node.name_end, node.end), f" {block}"), safe=True)


def _unwrapped(view: EntryView, problem: SchemaProblem, field: model.Field, value: Message) -> Iterator[Fix]:
    """The one scalar in a block, where the field takes a scalar."""
    inner = value.fields[0].value if len(value.fields) == 1 else None
    if isinstance(inner, Scalar) and takes(field, inner, view.schema):
        span = Span(problem.node.name_end, value.end)
        yield fix(f"Write `{field.name}: {inner.text}`", Edit(span, f": {inner.text}"))


def _shown(text: str) -> str:
    return f"`{text}`" if len(text) <= 60 else "it in quotes"
