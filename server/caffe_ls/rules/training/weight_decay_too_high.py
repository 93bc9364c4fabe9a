"""The weight decay takes the weights away.

With L2 an update takes rate x weight_decay x weight from each weight, and momentum m repeats it 1 / (1 - m) times. Some
thousandths of a percent are usual. When it is a tenth or more, nothing that is learnt stays; when rate x weight_decay
alone is above 2, weights overshoot 0 and grow, above 2 (1 + m) until they overflow. With L1 it is rate x weight_decay
itself that is taken, whatever the weight. Adam and its like scale the decay together with the gradient; a decay of 1 or
more drowns the gradient there.

Source: sgd_solver.cpp (SGDSolver::Regularize, ComputeUpdateValue).

Bad:
    net: "train_val.prototxt"
    base_lr: 0.01
    lr_policy: "fixed"
    momentum: 0.9
    weight_decay: 500
    #             ^^^
    max_iter: 10000

Good:
    net: "train_val.prototxt"
    base_lr: 0.01
    lr_policy: "fixed"
    momentum: 0.9
    weight_decay: 0.0005
    max_iter: 10000
"""

from __future__ import annotations

from collections.abc import Iterator

from caffe_ls.analysis.documents import PrototxtDocument
from caffe_ls.rules.finding import Category, Finding, Related, Severity
from caffe_ls.rules.learning_rates import run_rate
from caffe_ls.rules.rule import document_rule
from caffe_ls.rules.solver_fields import number_text, replace_value
from caffe_ls.solver.learning_rate import is_overruled
from caffe_ls.solver.model import Solver

_USUAL = "0.0005"

# With a decay that many train with, the rate is to blame.
_USUAL_AT_MOST = 0.005

# Shares of a weight that an update takes, momentum counted.
_MUCH = 0.01
_TOO_MUCH = 0.1


@document_rule(category=Category.TRAINING, severity=Severity.WARNING, reads="solver", fixable=True)
def check(document: PrototxtDocument) -> Iterator[Finding]:
    solver = document.solver
    decay, given, base = solver.number("weight_decay"), solver.first("weight_decay"), solver.first("base_lr")
    if given is None or base is None or not decay > _USUAL_AT_MOST or is_overruled(solver):
        return
    if solver.type not in ("SGD", "Nesterov"):
        if decay >= 1:
            message = f"`weight_decay` is {number_text(decay)}: {solver.type} sees little else than the decay"
            yield Finding(given.span, message, (replace_value(given, _USUAL),))
        return
    run = run_rate(document)
    # A rate that grows is a fault of its own.
    highest = run.analysis.highest if run is not None and not run.grows else None
    rate = abs(highest.rate if highest is not None else solver.number("base_lr"))
    momentum = solver.number("momentum")
    product = rate * decay
    share = product / (1 - momentum) if 0 <= momentum < 1 else product
    if not share >= _MUCH:
        return
    related = (Related(base.span, f"the rate reaches {number_text(rate)}"),)
    severity = Severity.WARNING if share >= _TOO_MUCH else Severity.INFORMATION
    fixes = (replace_value(given, _USUAL),)
    yield Finding(given.span, _message(solver, product, share), fixes, related, severity=severity)


def _message(solver: Solver, product: float, share: float) -> str:
    shown = f"rate x `weight_decay` is {number_text(product)}"
    if solver.text("regularization_type") == "L1":
        return f"{shown}: each update moves every weight by {number_text(share)} towards 0"
    if product > 2 * (1 + max(solver.number("momentum"), 0)):
        return f"{shown}: above 2 weights overshoot 0 and grow"
    if product > 2:
        return f"{shown}: above 2 weights overshoot 0"
    return f"{shown}: updates take {100 * share:.3g} % of every weight"
