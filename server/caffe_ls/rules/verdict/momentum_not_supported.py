"""The solver type takes no momentum.

AdaGrad and RMSProp have no momentum; a value other than 0 ends the run at its start: `Momentum cannot be used with
AdaGrad`. Solvers that take it are SGD, Nesterov, Adam (as beta1) and AdaDelta (as its decay).

Source: sgd_solvers.hpp (AdaGradSolver and RMSPropSolver, constructor_sanity_check).

Bad (settings {"dialect": "bvlc"}):
    net: "train_val.prototxt"
    type: "RMSProp"
    base_lr: 0.001
    lr_policy: "fixed"
    rms_decay: 0.98
    momentum: 0.9
    #         ^^^

Good (settings {"dialect": "bvlc"}):
    net: "train_val.prototxt"
    type: "RMSProp"
    base_lr: 0.001
    lr_policy: "fixed"
    rms_decay: 0.98
"""

from __future__ import annotations

from collections.abc import Iterator

from caffe_ls.analysis.documents import PrototxtDocument
from caffe_ls.rules.finding import Category, Finding, Related, Severity
from caffe_ls.rules.rule import document_rule
from caffe_ls.rules.solver_fields import number_text, refusal, remove_field


@document_rule(category=Category.VERDICT, severity=Severity.ERROR, stage="init", reads="solver", fixable=True)
def check(document: PrototxtDocument) -> Iterator[Finding]:
    solver = document.solver
    momentum, given = solver.number("momentum"), solver.first("momentum")
    if solver.type not in ("AdaGrad", "RMSProp") or given is None or momentum == 0:
        return
    kind = solver.first("type", "solver_type")
    related = () if kind is None else (Related(kind.span, f"the solver is {solver.type}"),)
    message = f"`momentum: {number_text(momentum)}` with {solver.type}, which has none"
    yield Finding(given.span, message, (remove_field(document, given),), related, severity=refusal(document))
