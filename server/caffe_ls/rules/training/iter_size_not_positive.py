"""`iter_size` is not 1 or more.

An update sums the gradients of `iter_size` passes and divides by their number. 0 divides by 0: the loss is nan and so
are all weights after the first update. A negative number runs no pass at all: the loss shown is 0, and nothing is
learnt. Caffe accepts both.

Source: solver.cpp (Solver::Step); sgd_solver.cpp (SGDSolver::Normalize).

Bad:
    net: "train_val.prototxt"
    base_lr: 0.01
    lr_policy: "fixed"
    iter_size: 0
    #          ^
    max_iter: 10000

Good:
    net: "train_val.prototxt"
    base_lr: 0.01
    lr_policy: "fixed"
    iter_size: 1
    max_iter: 10000
"""

from __future__ import annotations

from collections.abc import Iterator

from caffe_ls.analysis.documents import PrototxtDocument
from caffe_ls.rules.finding import Category, Finding, Severity
from caffe_ls.rules.rule import document_rule
from caffe_ls.rules.solver_fields import replace_value


@document_rule(category=Category.TRAINING, severity=Severity.WARNING, reads="solver", fixable=True)
def check(document: PrototxtDocument) -> Iterator[Finding]:
    size, given = document.solver.integer("iter_size"), document.solver.first("iter_size")
    if given is not None and size < 1:
        effect = "the loss and all weights become nan" if size == 0 else "no forward pass runs, nothing is learnt"
        yield Finding(given.span, f"`iter_size` is {size}: {effect}", (replace_value(given, "1"),))
