"""The learning rate is negative.

With a negative rate each update climbs the loss instead of descending it: the loss grows until it overflows. Caffe says
nothing. In Caffes that do not check gamma, SSD's among them, a negative gamma turns the sign at each step.

Source: sgd_solver.cpp (SGDSolver::GetLearningRate, ComputeUpdateValue).

Bad:
    net: "train_val.prototxt"
    base_lr: -0.01
    #        ^^^^^
    lr_policy: "fixed"
    max_iter: 1000

Good:
    net: "train_val.prototxt"
    base_lr: 0.01
    lr_policy: "fixed"
    max_iter: 1000
"""

from __future__ import annotations

from collections.abc import Iterator

from caffe_ls.analysis.documents import PrototxtDocument
from caffe_ls.rules.finding import Category, Finding, Severity
from caffe_ls.rules.learning_rates import run_rate
from caffe_ls.rules.rule import document_rule
from caffe_ls.rules.solver_fields import anchor, number_text, replace_value


@document_rule(category=Category.TRAINING, severity=Severity.WARNING, reads="solver", fixable=True)
def check(document: PrototxtDocument) -> Iterator[Finding]:
    solver = document.solver
    given = solver.first("base_lr")
    if given is not None and solver.number("base_lr") < 0:
        rate = solver.number("base_lr")
        message = f"`base_lr` is {number_text(rate)}: each update climbs the loss"
        yield Finding(given.span, message, (replace_value(given, number_text(-rate)),))
        return
    run = run_rate(document)
    if run is None or run.analysis.first_negative is None:
        return
    point = run.analysis.first_negative
    gamma = solver.first("gamma")
    place = gamma.span if gamma is not None else anchor(document, "lr_policy")
    assert place is not None
    negative = gamma is not None and solver.number("gamma") < 0
    fixes = (replace_value(gamma, number_text(-solver.number("gamma"))),) if gamma is not None and negative else ()
    message = f"the learning rate is negative, {number_text(point.rate)}, in iteration {point.iteration:,}"
    yield Finding(place, message, fixes)
