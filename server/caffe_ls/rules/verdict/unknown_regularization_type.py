"""No regularization has this name.

`L2`, the default, and `L1` are all there are, exactly as written. Another name ends the run at the first update, but
only where weights decay: `Unknown regularization type: l2`.

Source: sgd_solver.cpp (SGDSolver::Regularize).

Bad (settings {"dialect": "bvlc"}):
    net: "train_val.prototxt"
    base_lr: 0.01
    lr_policy: "fixed"
    weight_decay: 0.0005
    regularization_type: "l2"
    #                    ^^^^

Good (settings {"dialect": "bvlc"}):
    net: "train_val.prototxt"
    base_lr: 0.01
    lr_policy: "fixed"
    weight_decay: 0.0005
    regularization_type: "L2"
"""

from __future__ import annotations

from collections.abc import Iterator

from caffe_ls.analysis.documents import PrototxtDocument
from caffe_ls.rules.finding import Category, Finding, Severity
from caffe_ls.rules.named_values import judge_name
from caffe_ls.rules.rule import document_rule
from caffe_ls.schema.model import SOLVER_MESSAGE


@document_rule(
    category=Category.VERDICT, severity=Severity.ERROR, stage="first-iteration", reads="solver", fixable=True
)
def check(document: PrototxtDocument) -> Iterator[Finding]:
    solver = document.solver
    given = solver.first("regularization_type")
    if given is None:
        return
    name = solver.text("regularization_type")
    what = "regularization type"
    found = judge_name(SOLVER_MESSAGE, "regularization_type", name, given.span, what, document.schema)
    if found is not None:
        decays = solver.number("weight_decay") != 0
        severity = found.severity(Severity.ERROR if decays else Severity.HINT)
        message = found.message if decays else f"{found.message} (not used: there is no weight decay)"
        yield Finding(given.span, message, found.fixes, severity=severity)
