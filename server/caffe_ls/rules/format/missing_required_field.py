"""A field is missing that the message must have.

Few of Caffe's messages have required fields, forks have some: the whole file is refused when one is missing, and the
parser's message (`Message missing required fields: ...`) tells no line.

Source: protobuf, text_format.cc (TextFormat::Parser::CheckParseErrors).

Bad:
    layer {
      name: "clip1"
      type: "Clip"
      clip_param { min: 0 }
    # ^^^^^^^^^^
    }

Good:
    layer {
      name: "clip1"
      type: "Clip"
      clip_param { min: 0 max: 6 }
    }
"""

from __future__ import annotations

from collections.abc import Iterator

from caffe_ls.rules.finding import Category, Finding, Severity
from caffe_ls.rules.rule import EntryView, problem_rule
from caffe_ls.schema.validation import ProblemKind, SchemaProblem


@problem_rule(
    ProblemKind.MISSING_REQUIRED_FIELD,
    category=Category.FORMAT,
    severity=Severity.ERROR,
    stage="parse",
    needs_brackets=True,
)
def check(_view: EntryView, problem: SchemaProblem) -> Iterator[Finding]:
    assert problem.field is not None
    yield Finding(problem.span, f"`{problem.node.name}` needs `{problem.field.name}`")
