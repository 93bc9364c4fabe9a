"""The base learning rate is out of all proportion.

What a rate does depends on the solver's type. SGD and Nesterov move a weight by the rate over 1 - momentum times the
gradient: with the usual losses values between 0.0001 and a few units train, more only with clipped gradients, very
large batches or rates of its own for each layer; less only where the loss is a sum over many pixels. Adam, RMSProp and
AdaGrad move each weight by about the rate itself, whatever the gradient: a rate of 1 moves every weight by 1 in each
iteration. AdaDelta takes 1.

The bounds of a warning are far outside of what is known to have trained; between, it is information.

Source: sgd_solver.cpp, adam_solver.cpp, rmsprop_solver.cpp, adagrad_solver.cpp, adadelta_solver.cpp
(ComputeUpdateValue).

Bad:
    net: "train_val.prototxt"
    type: "Adam"
    base_lr: 10
    #        ^^
    momentum: 0.9
    lr_policy: "fixed"
    max_iter: 10000

Good:
    net: "train_val.prototxt"
    type: "Adam"
    base_lr: 0.001
    momentum: 0.9
    lr_policy: "fixed"
    max_iter: 10000
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import NamedTuple

from caffe_ls.analysis.documents import PrototxtDocument
from caffe_ls.rules.finding import Category, Finding, Fix, Severity
from caffe_ls.rules.rule import document_rule
from caffe_ls.rules.solver_fields import number_text, replace_value
from caffe_ls.solver.learning_rate import is_overruled


class _Bounds(NamedTuple):
    """Effective rates: below `low` and above `high` hardly anybody trains, above `absurd` nobody."""

    low: float
    high: float
    absurd: float


_BOUNDS = {
    "SGD": _Bounds(1e-6, 12, 1000),
    "Nesterov": _Bounds(1e-6, 12, 1000),
    "Adam": _Bounds(1e-8, 0.1, 1),
    "RMSProp": _Bounds(1e-8, 0.1, 1),
    "AdaGrad": _Bounds(1e-8, 1, 10),
    "AdaDelta": _Bounds(1e-6, 10, 1000),
}


@document_rule(category=Category.TRAINING, severity=Severity.WARNING, reads="solver", fixable=True)
def check(document: PrototxtDocument) -> Iterator[Finding]:
    solver = document.solver
    given, rate = solver.first("base_lr"), solver.number("base_lr")
    bounds = _BOUNDS.get(solver.type)
    if given is None or bounds is None or not 0 < rate < math.inf or is_overruled(solver):
        return
    momentum = solver.number("momentum")
    accumulates = solver.type in ("SGD", "Nesterov") and 0 < momentum < 1
    effective = rate / (1 - momentum) if accumulates else rate
    spelt = f"`base_lr` is {number_text(rate)}"
    if accumulates:
        spelt += f", with momentum {number_text(momentum)} in effect {number_text(effective)}"
    if effective > bounds.high:
        severity = Severity.WARNING if effective > bounds.absurd else Severity.INFORMATION
        message = f"{spelt}: {solver.type} seldom trains with more than {number_text(bounds.high)}"
        yield Finding(given.span, message, tuple(_lower(document, effective / bounds.high)), severity=severity)
    elif effective < bounds.low:
        message = f"{spelt}: so little moves weights only where gradients are sums over very many terms"
        yield Finding(given.span, message, severity=Severity.INFORMATION)


def _lower(document: PrototxtDocument, factor: float) -> Iterator[Fix]:
    given, rate = document.solver.first("base_lr"), document.solver.number("base_lr")
    assert given is not None
    yield replace_value(given, number_text(rate / 10 ** (math.floor(math.log10(factor)) + 1)))
