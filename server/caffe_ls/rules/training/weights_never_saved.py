"""No snapshot is ever saved.

Without `snapshot` the weights are saved once, after the last iteration; with `snapshot_after_train: false` not even
then, and what was trained is lost.

Source: solver.cpp (Solver::Step, Solver::Solve).

Bad:
    net: "train_val.prototxt"
    base_lr: 0.01
    lr_policy: "fixed"
    max_iter: 10000
    snapshot_after_train: false
    #                     ^^^^^

Good:
    net: "train_val.prototxt"
    base_lr: 0.01
    lr_policy: "fixed"
    max_iter: 10000
    snapshot: 1000
    snapshot_after_train: false
"""

from __future__ import annotations

from collections.abc import Iterator

from caffe_ls.analysis.documents import PrototxtDocument
from caffe_ls.rules.finding import Category, Finding, Fix, Severity
from caffe_ls.rules.rule import document_rule
from caffe_ls.rules.solver_fields import add_fields, replace_value


@document_rule(category=Category.TRAINING, severity=Severity.HINT, reads="solver", fixable=True)
def check(document: PrototxtDocument) -> Iterator[Finding]:
    solver = document.solver
    given, every = solver.first("snapshot_after_train"), solver.integer("snapshot")
    if given is None or solver.flag("snapshot_after_train") or not solver.complete:
        return
    if every == 0 or 0 < solver.max_iter < abs(every):
        fixes = (_now_and_then(document),) if every == 0 else ()
        message = "no snapshot is saved, neither during the training nor after it"
        yield Finding(given.span, message, (*fixes, replace_value(given, "true")))


def _now_and_then(document: PrototxtDocument) -> Fix:
    """Snapshots ten times in the run; with a prefix where Caffe needs one (SSD's does)."""
    solver = document.solver
    every = str(max(solver.max_iter // 10, 1) if solver.max_iter > 0 else 1000)
    given = solver.first("snapshot")
    if given is not None:
        return replace_value(given, every)
    lines = [f"snapshot: {every}"]
    if document.dialect == "ssd" and not solver.has("snapshot_prefix"):
        lines.append('snapshot_prefix: "snapshot"')
    return add_fields(document, tuple(lines), "max_iter")
