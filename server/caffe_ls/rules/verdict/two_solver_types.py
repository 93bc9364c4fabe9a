"""The solver's type is given in the old and in the new field.

`solver_type: ADAM` is the old form of `type: "Adam"`; Caffe turns it into the new one, and refuses a solver that has
both, even where they agree: `old solver_type field (enum) and new type field (string) cannot be both specified in
solver proto text`.

Source: upgrade_proto.cpp (UpgradeSolverType).

Bad (settings {"dialect": "bvlc"}):
    net: "train_val.prototxt"
    base_lr: 0.001
    lr_policy: "fixed"
    type: "Adam"
    solver_type: ADAM
    #<^^^^^^^^^

Good (settings {"dialect": "bvlc"}):
    net: "train_val.prototxt"
    base_lr: 0.001
    lr_policy: "fixed"
    type: "Adam"
"""

from __future__ import annotations

from collections.abc import Iterator

from caffe_ls.analysis.documents import PrototxtDocument
from caffe_ls.rules.finding import Category, Finding, Related, Severity
from caffe_ls.rules.rule import document_rule
from caffe_ls.rules.solver_fields import refusal, remove_field
from caffe_ls.schema.legacy_types import SOLVER_TYPES


@document_rule(category=Category.VERDICT, severity=Severity.ERROR, stage="upgrade", reads="solver", fixable=True)
def check(document: PrototxtDocument) -> Iterator[Finding]:
    old, new = document.solver.first("solver_type"), document.solver.first("type")
    if old is None or new is None:
        return
    same = SOLVER_TYPES.get(str(old.value)) == new.value
    agree = "" if same else f", and they differ: `{old.value}` and `{new.value}`"
    yield Finding(
        old.name_span,
        f"`solver_type` besides `type`: a solver has one of them{agree}",
        (remove_field(document, old, safe=same), remove_field(document, new)),
        (Related(new.name_span, "`type` is here"),),
        severity=refusal(document),
    )
