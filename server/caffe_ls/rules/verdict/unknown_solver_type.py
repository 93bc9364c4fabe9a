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

from caffe_ls.analysis.documents import PrototxtDocument
from caffe_ls.rules.finding import Category, Finding, Severity
from caffe_ls.rules.named_values import judge_name
from caffe_ls.rules.rule import document_rule
from caffe_ls.schema.model import SOLVER_MESSAGE
from caffe_ls.syntax.tree import Scalar
from caffe_ls.syntax.values import string_value


@document_rule(category=Category.VERDICT, severity=Severity.ERROR, reads="solver", stage="init", fixable=True)
def check(document: PrototxtDocument) -> Iterator[Finding]:
    for base, entry in document.file:
        field = entry.field
        if field is None or field.name != "type" or not isinstance(field.value, Scalar):
            continue
        written = string_value(field.value)
        if written is not None:
            found = judge_name(SOLVER_MESSAGE, "type", written, field.value.span, "solver type", document.schema)
            if found is not None:
                severity = found.severity(Severity.ERROR)
                yield Finding(field.value.span, found.message, found.fixes, severity=severity).shift(base)
