"""An interval between tests, and no test.

`net` gives a test net for each `test_iter`; without any there is none, and `test_interval` has no effect. The net is
never tested, and Caffe says nothing.

Source: solver.cpp (Solver::InitTestNets).

Bad:
    net: "train_val.prototxt"
    test_interval: 500
    #<^^^^^^^^^^^
    base_lr: 0.01
    lr_policy: "fixed"
    max_iter: 10000

Good:
    net: "train_val.prototxt"
    test_interval: 500
    test_iter: 100
    base_lr: 0.01
    lr_policy: "fixed"
    max_iter: 10000
"""

from __future__ import annotations

from collections.abc import Iterator

from caffe_ls.analysis.documents import PrototxtDocument
from caffe_ls.rules.finding import Category, Finding, Severity
from caffe_ls.rules.rule import document_rule
from caffe_ls.rules.solver_fields import add_field, remove_field


@document_rule(category=Category.TRAINING, severity=Severity.INFORMATION, reads="solver", fixable=True)
def check(document: PrototxtDocument) -> Iterator[Finding]:
    solver = document.solver
    given, interval = solver.first("test_interval"), solver.integer("test_interval")
    if given is None or solver.test_nets or not solver.has_generic_net or not solver.complete:
        return
    if interval > 0 and (solver.max_iter <= 0 or interval <= solver.max_iter):
        message = "`test_interval` without `test_iter`: there is no test net, and nothing is tested"
        fixes = (
            add_field(document, "test_iter: 100", "test_interval"),
            remove_field(document, given),
        )
        yield Finding(given.name_span, message, fixes)
