"""The learning rate policy is missing or unknown.

The policy is looked up by name each time the rate is computed, for the first time after the first forward and backward
pass: the run starts, prints its first lines and dies with `Unknown learning rate policy: `. There is no default.

Source: sgd_solver.cpp (SGDSolver::GetLearningRate).

Bad (settings {"dialect": "bvlc"}):
    net: "train_val.prototxt"
    base_lr: 0.01
    lr_policy: "Step"
    #          ^^^^^^
    gamma: 0.1
    stepsize: 10000

Good (settings {"dialect": "bvlc"}):
    net: "train_val.prototxt"
    base_lr: 0.01
    lr_policy: "step"
    gamma: 0.1
    stepsize: 10000

Bad (settings {"dialect": "bvlc"}; path /solver.prototxt):
    net: "train_val.prototxt"
    base_lr: 0.01
    #<^^^^^
    max_iter: 1000
"""

from __future__ import annotations

from collections.abc import Iterator

from caffe_ls.analysis.documents import PrototxtDocument
from caffe_ls.rules.finding import Category, Finding, Severity, fix
from caffe_ls.rules.named_values import judge_name
from caffe_ls.rules.rule import document_rule
from caffe_ls.schema.model import SOLVER_MESSAGE
from caffe_ls.schema.string_values import is_exhaustive
from caffe_ls.schema.validation import entry_problems
from caffe_ls.syntax.tree import Entry, Field, Scalar
from caffe_ls.syntax.values import string_value
from caffe_ls.text.edit import Edit
from caffe_ls.text.span import Span


@document_rule(
    category=Category.VERDICT, severity=Severity.ERROR, stage="first-iteration", reads="solver", fixable=True
)
def check(document: PrototxtDocument) -> Iterator[Finding]:
    written = [
        (base, entry.field)
        for base, entry in document.file
        if entry.field is not None and entry.field.name == "lr_policy"
    ]
    if not written:
        yield from _missing(document)
    for base, field in written[:1]:
        name = string_value(field.value) if isinstance(field.value, Scalar) else None
        if name is None or field.value is None:
            continue
        found = judge_name(SOLVER_MESSAGE, "lr_policy", name, field.value.span, "learning rate policy", document.schema)
        if found is not None:
            severity = found.severity(Severity.ERROR)
            yield Finding(field.value.span, found.message, found.fixes, severity=severity).shift(base)


def _missing(document: PrototxtDocument) -> Iterator[Finding]:
    declared = document.schema.field(SOLVER_MESSAGE, "lr_policy")
    entries = document.file.entries
    if declared is None or declared.default or any(_is_faulty(entry, document) for entry in entries):
        return
    place = _base_lr(document) or _first_field(document)
    if place is None:
        return
    base, field = place
    add = fix('Add `lr_policy: "fixed"`', _new_line_after(document, base + field.end, 'lr_policy: "fixed"'))
    severity = Severity.ERROR if is_exhaustive(document.schema) else Severity.WARNING
    yield Finding(
        field.name_span.shift(base), "a solver without `lr_policy`: it has no default", (add,), severity=severity
    )


def _new_line_after(document: PrototxtDocument, offset: int, content: str) -> Edit:
    """Insert a line behind the one that `offset` is in."""
    starts = document.source.line_starts
    following = document.source.line_of(offset) + 1
    if following < len(starts):
        return Edit(Span(starts[following], starts[following]), f"{content}\n")
    end = len(document.text)
    return Edit(Span(end, end), f"\n{content}")


def _is_faulty(entry: Entry, document: PrototxtDocument) -> bool:
    """Whether the entry may have been meant as the policy."""
    return bool(entry.problems or entry_problems(entry, document.schema, document.root))


def _base_lr(document: PrototxtDocument) -> tuple[int, Field] | None:
    return next(
        ((base, entry.field) for base, entry in document.file if entry.field and entry.field.name == "base_lr"), None
    )


def _first_field(document: PrototxtDocument) -> tuple[int, Field] | None:
    return next(((base, entry.field) for base, entry in document.file if entry.field), None)
