"""A whole number beyond what its field holds.

Counts and sizes are unsigned 32-bit numbers in most fields: negative ones are refused by the parser, even `-0`. A
boolean takes 0 and 1 only.

Source: protobuf, text_format.cc (TextFormat::Parser::ParserImpl::ConsumeUnsignedInteger, ConsumeSignedInteger).

Bad:
    layer {
      name: "pool1"
      type: "Pooling"
      pooling_param { kernel_size: 3 pad: -1 }
      #                                   ^^
    }

Good:
    layer {
      name: "pool1"
      type: "Pooling"
      pooling_param { kernel_size: 3 pad: 1 }
    }
"""

from __future__ import annotations

from collections.abc import Iterator

from caffe_ls.rules.finding import Category, Finding, Fix, Severity, fix
from caffe_ls.rules.rule import EntryView, problem_rule
from caffe_ls.schema.validation import INTEGER_RANGES, ProblemKind, SchemaProblem
from caffe_ls.syntax.tree import Scalar
from caffe_ls.text.edit import Edit

_SHOWN = 40


@problem_rule(ProblemKind.OUT_OF_RANGE, category=Category.FORMAT, severity=Severity.ERROR, stage="parse", fixable=True)
def check(_view: EntryView, problem: SchemaProblem) -> Iterator[Finding]:
    field, value = problem.field, problem.value
    if field is None or not isinstance(value, Scalar):
        return
    shown = value.text if len(value.text) <= _SHOWN else value.text[: _SHOWN - 3] + "..."
    bounds = INTEGER_RANGES.get(field.type)
    takes = f"{bounds[0]} to {bounds[1]}" if bounds else "`true` or `false` (1 or 0)"
    fixes: tuple[Fix, ...] = ()
    if value.text[0] == "-" and value.text[1:].isdigit() and int(value.text[1:]):
        fixes = (fix("Remove the minus sign", Edit(problem.span, value.text[1:])),)
    yield Finding(problem.span, f"`{problem.node.name}` takes {takes}, not {shown}", fixes)
