"""An interval between tests, and no test.

`net` gives a test net for each `test_iter`; without any there is none, and `test_interval` has no effect. The net is
never tested, and Caffe says nothing.

An interval beyond `max_iter` has no test after it either: the net is tested before it has learnt anything, unless
`test_initialization` is false, and never again. Who tests by other means writes it so on purpose.

Source: solver.cpp (Solver::InitTestNets, Solver::Step, Solver::Solve).

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

Bad:
    net: "train_val.prototxt"
    test_interval: 20000
    #              ^^^^^
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
from caffe_ls.rules.solver_fields import add_field, remove_field, replace_value


@document_rule(category=Category.TRAINING, severity=Severity.INFORMATION, reads="solver", fixable=True)
def check(document: PrototxtDocument) -> Iterator[Finding]:
    solver = document.solver
    given, interval = solver.first("test_interval"), solver.integer("test_interval")
    if given is None or interval <= 0 or not solver.complete:
        return
    if solver.test_nets:
        if 0 < solver.max_iter < interval:
            only = ", but for the one before the first iteration" if solver.flag("test_initialization") else ""
            message = f"the first test would come at iteration {interval:,}, after `max_iter: {solver.max_iter}`"
            message += f": there is none{only}"
            sooner = replace_value(given, str(max(1, solver.max_iter // 10)))
            yield Finding(given.span, message, (sooner,), severity=Severity.HINT)
    elif solver.has_generic_net and (solver.max_iter <= 0 or interval <= solver.max_iter):
        message = "`test_interval` without `test_iter`: there is no test net, and nothing is tested"
        fixes = (add_field(document, "test_iter: 100", "test_interval"), remove_field(document, given))
        yield Finding(given.name_span, message, fixes)
