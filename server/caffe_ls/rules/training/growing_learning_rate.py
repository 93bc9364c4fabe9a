"""The learning rate grows.

A policy is there to lower the rate. `exp`, `step` and `multistep` raise it when gamma is above 1, `inv` and `poly` when
the power is negative; sooner or later the loss diverges, and at the end the rate itself overflows. Caffe accepts it
all. A rate that rises to no more than ten times what it was may be meant: that is information.

Source: sgd_solver.cpp (SGDSolver::GetLearningRate), computed in float32.

Bad:
    net: "train_val.prototxt"
    base_lr: 0.0001
    lr_policy: "exp"
    gamma: 2
    #      ^
    max_iter: 200

Good:
    net: "train_val.prototxt"
    base_lr: 0.0001
    lr_policy: "exp"
    gamma: 0.97
    max_iter: 200

Bad:
    net: "train_val.prototxt"
    base_lr: 0.01
    lr_policy: "inv"
    gamma: 0.5
    power: -3
    #      ^^
    max_iter: 100
"""

from __future__ import annotations

from collections.abc import Iterator

from caffe_ls.analysis.documents import PrototxtDocument
from caffe_ls.rules.finding import Category, Finding, Fix, Severity
from caffe_ls.rules.learning_rates import RunRate, gentle_gamma, run_rate
from caffe_ls.rules.rule import document_rule
from caffe_ls.rules.solver_fields import anchor, number_text, replace_value
from caffe_ls.solver.rate_analysis import RateAnalysis, RatePoint

_MAY_BE_MEANT = 10


@document_rule(category=Category.TRAINING, severity=Severity.WARNING, reads="solver", fixable=True)
def check(document: PrototxtDocument) -> Iterator[Finding]:
    run = run_rate(document)
    highest = run.analysis.highest if run is not None and run.grows else None
    if run is None or highest is None:
        return
    blamed = "power" if run.policy.name in ("inv", "poly") else "gamma"
    place = next((given.span for given in document.solver.given(blamed)), None) or anchor(document, "lr_policy")
    assert place is not None
    much = run.analysis.first_nonfinite is not None or highest.rate > _MAY_BE_MEANT * run.analysis.start.rate
    severity = Severity.WARNING if much else Severity.INFORMATION
    yield Finding(place, _message(run.analysis, highest), tuple(_fixes(document, run, blamed)), severity=severity)


def _message(analysis: RateAnalysis, highest: RatePoint) -> str:
    start, most = number_text(analysis.start.rate), number_text(highest.rate)
    message = f"the learning rate grows from {start} to {most} in iteration {highest.iteration:,}"
    over = analysis.first_nonfinite
    return message if over is None else f"{message} and is {number_text(over.rate)} in iteration {over.iteration:,}"


def _fixes(document: PrototxtDocument, run: RunRate, blamed: str) -> Iterator[Fix]:
    value = document.solver.number(blamed)
    for given in document.solver.given(blamed):
        if blamed == "power" and value < 0:
            yield replace_value(given, number_text(-value))
        elif blamed == "gamma" and value > 1:
            yield replace_value(given, number_text(max(1 / value, gentle_gamma(run))))
