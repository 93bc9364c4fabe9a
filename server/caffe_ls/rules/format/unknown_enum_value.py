"""A name that the enum has not.

Enum values are written without quotes and exactly as caffe.proto has them: `TRAIN`, not `train`. The parser stops at
any other name. Forks add values of their own: where the dialect is only guessed, a layer type of the older form that
looks like no other is information.

Source: protobuf, text_format.cc (TextFormat::Parser::ParserImpl::ConsumeFieldValue).

Bad:
    layer {
      name: "data"
      type: "Data"
      include { phase: train }
      #                ^^^^^
    }

Good:
    layer {
      name: "data"
      type: "Data"
      include { phase: TRAIN }
    }
"""

from __future__ import annotations

from collections.abc import Iterator

from caffe_ls.rules.finding import Category, Finding, Severity, fix
from caffe_ls.rules.forks import belongs_to, dialect_fixes
from caffe_ls.rules.nearest import is_same_but_for_case, nearest_names, or_list
from caffe_ls.rules.rule import EntryView, problem_rule
from caffe_ls.rules.unknown_words import OLDER_TYPES
from caffe_ls.schema import catalog
from caffe_ls.schema.legacy_types import V1_LAYER_TYPES
from caffe_ls.schema.validation import ProblemKind, SchemaProblem
from caffe_ls.syntax.tree import Scalar
from caffe_ls.text.edit import Edit

_LISTED = 8


@problem_rule(
    ProblemKind.UNKNOWN_ENUM_VALUE, category=Category.FORMAT, severity=Severity.ERROR, stage="parse", fixable=True
)
def check(view: EntryView, problem: SchemaProblem) -> Iterator[Finding]:
    field, value = problem.field, problem.value
    enum = view.schema.enum(field.type_name) if field is not None else None
    if enum is None or field is None or not isinstance(value, Scalar):
        return
    name = problem.node.name
    near = nearest_names(value.text, enum.values)
    is_case = bool(near.names) and is_same_but_for_case(value.text, near.names[0])
    forks = catalog.dialects_with_enum_value(field.type_name, value.text)
    if forks and not is_case:
        message = f"the value `{value.text}` of `{name}` {belongs_to(forks, view.schema)}"
        yield Finding(problem.span, message, dialect_fixes(forks))
        return
    old = [v1 for v1, today in V1_LAYER_TYPES.items() if v1 in enum.values and is_same_but_for_case(today, value.text)]
    names, clear = (tuple(old), True) if len(old) == 1 else near
    fixes = (
        fix(f"Replace by `{other}`", Edit(problem.span, other), safe=clear and index == 0)
        for index, other in enumerate(names)
    )
    if len(enum.values) <= _LISTED:
        hint = f": use {or_list(enum.values)}"
    else:
        hint = f"; did you mean {or_list(names)}?" if names else ""
    if view.is_guessed and not clear and field.type_name == OLDER_TYPES:
        depends = "whether there is one depends on the caffe.proto of your Caffe"
        message = f"no layer type `{value.text}` of the older form is known{hint}; {depends}"
        yield Finding(problem.span, message, tuple(fixes), severity=Severity.INFORMATION)
    else:
        yield Finding(problem.span, f"`{value.text}` is no value of `{name}`{hint}", tuple(fixes))
