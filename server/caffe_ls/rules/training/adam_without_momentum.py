"""Adam without its first moment.

Adam's beta1 is `momentum`, which is 0 unless it is given; the published value is 0.9. With 0 the update follows each
batch's gradient alone, as RMSProp does. Some train so on purpose.

Source: adam_solver.cpp (AdamSolver::ComputeUpdateValue).

Bad:
    net: "train_val.prototxt"
    type: "Adam"
    #     ^^^^^^
    base_lr: 0.001
    lr_policy: "fixed"
    max_iter: 10000

Good:
    net: "train_val.prototxt"
    type: "Adam"
    momentum: 0.9
    base_lr: 0.001
    lr_policy: "fixed"
    max_iter: 10000
"""

from __future__ import annotations

from collections.abc import Iterator

from caffe_ls.analysis.documents import PrototxtDocument
from caffe_ls.rules.finding import Category, Finding, Severity
from caffe_ls.rules.rule import document_rule
from caffe_ls.rules.solver_fields import add_field


@document_rule(category=Category.TRAINING, severity=Severity.HINT, reads="solver", fixable=True)
def check(document: PrototxtDocument) -> Iterator[Finding]:
    solver = document.solver
    kind = solver.first("type", "solver_type")
    if kind is not None and solver.type == "Adam" and not solver.has("momentum") and solver.complete:
        add = add_field(document, "momentum: 0.9", kind.name)
        yield Finding(kind.span, "`momentum` is left out: Adam's beta1 is then 0, and not the usual 0.9", (add,))
