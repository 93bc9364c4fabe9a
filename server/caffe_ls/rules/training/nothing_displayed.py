"""The training shows nothing.

Loss and learning rate are printed every `display` iterations; 0, the default, prints neither. With `debug_info` the
train net's numbers come with the displayed iterations only: without `display` there are none.

Source: solver.cpp (Solver::Step); sgd_solver.cpp (SGDSolver::ApplyUpdate).

Bad:
    net: "train_val.prototxt"
    base_lr: 0.01
    lr_policy: "fixed"
    display: 0
    #        ^
    max_iter: 10000

Good:
    net: "train_val.prototxt"
    base_lr: 0.01
    lr_policy: "fixed"
    display: 100
    max_iter: 10000
"""

from __future__ import annotations

from collections.abc import Iterator

from caffe_ls.analysis.documents import PrototxtDocument
from caffe_ls.rules.finding import Category, Finding, Severity
from caffe_ls.rules.rule import document_rule
from caffe_ls.rules.solver_fields import anchor, set_field


@document_rule(category=Category.TRAINING, severity=Severity.HINT, reads="solver", fixable=True)
def check(document: PrototxtDocument) -> Iterator[Finding]:
    solver = document.solver
    given = solver.first("display")
    if solver.integer("display") != 0 or not (given or solver.complete):
        return
    place = given.span if given is not None else anchor(document, "debug_info", "max_iter")
    if place is None:
        return
    what = "`display` is 0" if given is not None else "without `display`"
    fixes = (set_field(document, "display", "20", "max_iter"),)
    if solver.flag("debug_info"):
        message = f"{what}: `debug_info` prints nothing of the training"
        yield Finding(place, message, fixes, severity=Severity.INFORMATION)
    else:
        yield Finding(place, f"{what}: neither loss nor learning rate is printed", fixes)
