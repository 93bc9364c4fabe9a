"""The base learning rate is 0.

Every policy multiplies `base_lr`, which is 0 unless it is given: the net runs, and no weight ever changes. Only the
statistics of BatchNorm layers move. AdaDelta needs `base_lr: 1`; Caffes of early 2015 did without it.

Source: sgd_solver.cpp (SGDSolver::GetLearningRate); adadelta_solver.cpp (AdaDeltaSolver::ComputeUpdateValue).

Bad (path /solver.prototxt):
    net: "train_val.prototxt"
    lr_policy: "fixed"
    #<^^^^^^^
    max_iter: 1000

Good (path /solver.prototxt):
    net: "train_val.prototxt"
    lr_policy: "fixed"
    base_lr: 0.01
    max_iter: 1000
"""

from __future__ import annotations

from collections.abc import Iterator

from caffe_ls.analysis.documents import PrototxtDocument
from caffe_ls.rules.finding import Category, Finding, Severity
from caffe_ls.rules.rule import document_rule
from caffe_ls.rules.solver_fields import add_field, anchor, replace_value


@document_rule(category=Category.TRAINING, severity=Severity.WARNING, reads="solver", fixable=True)
def check(document: PrototxtDocument) -> Iterator[Finding]:
    solver = document.solver
    given = solver.first("base_lr")
    place = anchor(document, "lr_policy", "max_iter")
    if solver.number("base_lr") != 0 or place is None or solver.has("stagelr"):
        return
    usual = {"Adam": "0.001", "RMSProp": "0.001", "AdaDelta": "1"}.get(solver.type, "0.01")
    if given is not None:
        message = "`base_lr` is 0: no weight changes"
        yield Finding(given.span, message, (replace_value(given, usual),), severity=Severity.INFORMATION)
    elif solver.complete:
        # Before `type` there was an AdaDelta that took no rate.
        old = solver.type == "AdaDelta" and solver.has("solver_type")
        severity = Severity.INFORMATION if old else Severity.WARNING
        message = "a solver without `base_lr`: the learning rate is 0, and no weight changes"
        yield Finding(place, message, (add_field(document, f"base_lr: {usual}", "lr_policy"),), severity=severity)
