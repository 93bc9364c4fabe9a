"""No solver has this name.

`type` chooses the solver by name, exactly as written; an unknown one ends the run before the net is built: `Unknown
solver type: Sgd (known types: AdaDelta, AdaGrad, Adam, Nesterov, RMSProp, SGD)`.

Source: solver_factory.hpp (SolverRegistry::CreateSolver).

Bad (settings {"dialect": "bvlc"}):
    net: "train_val.prototxt"
    type: "ADAM"
    #     ^^^^^^
    base_lr: 0.001
    lr_policy: "fixed"

Good (settings {"dialect": "bvlc"}):
    net: "train_val.prototxt"
    type: "Adam"
    base_lr: 0.001
    lr_policy: "fixed"
"""

from __future__ import annotations

from collections.abc import Iterator

from caffe_ls.rules.finding import Category, Finding, Severity
from caffe_ls.rules.named_values import judge_name
from caffe_ls.rules.rule import EntryView, entry_rule
from caffe_ls.schema.model import SOLVER_MESSAGE
from caffe_ls.syntax.tree import Scalar
from caffe_ls.syntax.values import string_value


@entry_rule(category=Category.VERDICT, severity=Severity.ERROR, stage="init", fixable=True)
def check(view: EntryView) -> Iterator[Finding]:
    field = view.entry.field
    if view.root != SOLVER_MESSAGE or field is None or field.name != "type" or not isinstance(field.value, Scalar):
        return
    written = string_value(field.value)
    if written is not None:
        found = judge_name(SOLVER_MESSAGE, "type", written, field.value.span, "solver type", view.schema)
        if found is not None:
            severity = found.severity(Severity.ERROR)
            yield Finding(field.value.span, found.message, found.fixes, severity=severity)
