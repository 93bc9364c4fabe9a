"""The momentum is not in [0, 1).

Caffe takes any number. With SGD and Nesterov each update is `momentum` times the one before plus the new gradient: from
1 on the sum of all gradients never fades, and above 1 it grows by itself, whatever the rate. For Adam it is beta1:
exactly 1 divides by 0 in the first iteration, more turns the update's sign. For AdaDelta it is the decay of its means,
which above 1 become negative under a root. A negative momentum brakes where it should carry on.

Source: sgd_solver.cpp, nesterov_solver.cpp, adam_solver.cpp, adadelta_solver.cpp (ComputeUpdateValue).

Bad:
    net: "train_val.prototxt"
    base_lr: 0.01
    lr_policy: "fixed"
    momentum: 1.5
    #         ^^^
    max_iter: 10000

Good:
    net: "train_val.prototxt"
    base_lr: 0.01
    lr_policy: "fixed"
    momentum: 0.9
    max_iter: 10000
"""

from __future__ import annotations

from collections.abc import Iterator

from caffe_ls.analysis.documents import PrototxtDocument
from caffe_ls.rules.finding import Category, Finding, Severity
from caffe_ls.rules.rule import document_rule
from caffe_ls.rules.solver_fields import number_text, replace_value

_FROM_ONE_ON = {
    "SGD": "from 1 on updates do not fade",
    "Nesterov": "from 1 on updates do not fade",
    "Adam": "Adam's beta1 must be below 1",
    "AdaDelta": "AdaDelta's decay must be below 1",
}


@document_rule(category=Category.TRAINING, severity=Severity.WARNING, reads="solver", fixable=True)
def check(document: PrototxtDocument) -> Iterator[Finding]:
    solver = document.solver
    momentum, given = solver.number("momentum"), solver.first("momentum")
    if given is None or 0 <= momentum < 1 or solver.type not in _FROM_ONE_ON:
        return
    effect = "each update takes back the one before" if momentum < 0 else _FROM_ONE_ON[solver.type]
    if solver.type == "Adam" and momentum == 1:
        effect = "Adam divides by 0 in its first update"
    usual = "0.95" if solver.type == "AdaDelta" else "0.9"
    message = f"`momentum` is {number_text(momentum)}: {effect}"
    yield Finding(given.span, message, (replace_value(given, usual),))
