"""Adam's `momentum2` is not in [0, 1).

`momentum2` is Adam's beta2, the decay of the mean of squared gradients. With exactly 1 that mean stays 0, and so does
every update: nothing is learnt. Above 1 the root of a negative number is nan in the first iteration. The published
value, and Caffe's default, is 0.999.

Source: adam_solver.cpp (AdamSolver::ComputeUpdateValue).

Bad:
    net: "train_val.prototxt"
    type: "Adam"
    base_lr: 0.001
    lr_policy: "fixed"
    momentum: 0.9
    momentum2: 1
    #          ^
    max_iter: 10000

Good:
    net: "train_val.prototxt"
    type: "Adam"
    base_lr: 0.001
    lr_policy: "fixed"
    momentum: 0.9
    momentum2: 0.999
    max_iter: 10000
"""

from __future__ import annotations

from collections.abc import Iterator

from caffe_ls.analysis.documents import PrototxtDocument
from caffe_ls.rules.finding import Category, Finding, Severity
from caffe_ls.rules.rule import document_rule
from caffe_ls.rules.solver_fields import number_text, replace_value


@document_rule(category=Category.TRAINING, severity=Severity.WARNING, reads="solver", fixable=True)
def check(document: PrototxtDocument) -> Iterator[Finding]:
    solver = document.solver
    value, given = solver.number("momentum2"), solver.first("momentum2")
    if given is None or solver.type != "Adam" or 0 <= value < 1:
        return
    effect = "every update is 0" if value == 1 else "the update's root is taken of what may be negative"
    message = f"`momentum2` is {number_text(value)}: {effect}"
    yield Finding(given.span, message, (replace_value(given, "0.999"),))
