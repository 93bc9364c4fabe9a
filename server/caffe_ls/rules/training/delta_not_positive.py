"""The solver's `delta` does not keep it from dividing by 0.

AdaGrad, RMSProp, AdaDelta and Adam divide by the root of a mean of squared gradients, plus `delta`. Where a gradient is
exactly 0, as behind a ReLU that is off, delta 0 makes that 0/0, nan, and the weight stays nan. AdaDelta starts from
updates of 0 and with delta 0 never leaves them. The default is 1e-8.

Source: adagrad_solver.cpp, rmsprop_solver.cpp, adadelta_solver.cpp, adam_solver.cpp (ComputeUpdateValue).

Bad:
    net: "train_val.prototxt"
    type: "AdaGrad"
    base_lr: 0.01
    lr_policy: "fixed"
    delta: 0
    #      ^
    max_iter: 10000

Good:
    net: "train_val.prototxt"
    type: "AdaGrad"
    base_lr: 0.01
    lr_policy: "fixed"
    delta: 1e-08
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
    delta, given = solver.number("delta"), solver.first("delta")
    if given is None or delta > 0 or solver.type not in ("AdaGrad", "RMSProp", "AdaDelta", "Adam"):
        return
    message = f"`delta` is {number_text(delta)}: {solver.type} divides 0 by 0 where a gradient is 0"
    yield Finding(given.span, message, (replace_value(given, "1e-08"),))
