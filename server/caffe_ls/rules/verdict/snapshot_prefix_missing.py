"""Snapshots are to be saved and there is no prefix for their names.

SSD's Caffe checks at the start that snapshots can be written, and needs `snapshot_prefix` for it: `In solver params,
snapshot is specified but snapshot_prefix is not`. BVLC's Caffe takes the solver's own file name as the prefix.

Source: SSD's solver.cpp (Solver::CheckSnapshotWritePermissions).

Bad (settings {"dialect": "ssd"}):
    net: "train_val.prototxt"
    base_lr: 0.001
    lr_policy: "fixed"
    snapshot: 5000
    #<^^^^^^

Good (settings {"dialect": "ssd"}):
    net: "train_val.prototxt"
    base_lr: 0.001
    lr_policy: "fixed"
    snapshot: 5000
    snapshot_prefix: "snapshot"
"""

from __future__ import annotations

from collections.abc import Iterator

from caffe_ls.analysis.documents import PrototxtDocument
from caffe_ls.rules.finding import Category, Finding, Severity
from caffe_ls.rules.rule import document_rule
from caffe_ls.rules.solver_fields import add_field


@document_rule(category=Category.VERDICT, severity=Severity.ERROR, stage="init", reads="solver", fixable=True)
def check(document: PrototxtDocument) -> Iterator[Finding]:
    solver = document.solver
    given = solver.first("snapshot")
    if given is None or solver.integer("snapshot") == 0 or not solver.complete:
        return
    if document.dialect == "ssd" and not solver.has("snapshot_prefix"):
        add = add_field(document, 'snapshot_prefix: "snapshot"', "snapshot")
        yield Finding(given.name_span, "`snapshot` without `snapshot_prefix`", (add,))
