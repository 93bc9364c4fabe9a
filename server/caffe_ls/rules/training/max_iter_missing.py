"""Without `max_iter` nothing is trained.

`caffe train` runs `max_iter` iterations, which is 0 unless it is given: it tests, saves a snapshot and says
"Optimization Done." at once. From Python, `solver.step(n)` runs n iterations whatever `max_iter` is; many Python
trainers rely on that, so a missing one is information, and so is 0, with which some only test. `poly` divides by it:
run from Python, a fractional power of what comes of that is nan, and there is no rate that makes sense.

Source: solver.cpp (Solver::Solve); sgd_solver.cpp (SGDSolver::GetLearningRate).

Bad:
    net: "train_val.prototxt"
    base_lr: 0.01
    lr_policy: "poly"
    #          ^^^^^^
    power: 0.9

Good:
    net: "train_val.prototxt"
    base_lr: 0.01
    lr_policy: "poly"
    max_iter: 10000
    power: 0.9

Bad:
    net: "train_val.prototxt"
    base_lr: 0.01
    lr_policy: "fixed"
    max_iter: 0
    #         ^
"""

from __future__ import annotations

from collections.abc import Iterator

from caffe_ls.analysis.documents import PrototxtDocument
from caffe_ls.rules.finding import Category, Finding, Severity
from caffe_ls.rules.rule import document_rule
from caffe_ls.rules.solver_fields import add_fields, anchor, replace_value
from caffe_ls.solver.model import Solver


@document_rule(category=Category.TRAINING, severity=Severity.WARNING, reads="solver", fixable=True)
def check(document: PrototxtDocument) -> Iterator[Finding]:
    solver = document.solver
    given, policy = solver.first("max_iter"), solver.first("lr_policy")
    if solver.max_iter > 0 or not (given or solver.complete):
        return
    value = str(_likely(solver))
    poly = policy is not None and policy.value == "poly"
    if given is not None:
        message = f"`max_iter` is {given.value}: `caffe train` runs no iteration"
        # With 0 some run the tests alone.
        severity = Severity.INFORMATION if given.value == 0 and not poly else Severity.WARNING
        yield Finding(given.span, message, (replace_value(given, value),), severity=severity)
        return
    place = policy.span if poly and policy is not None else anchor(document, "base_lr")
    if place is None:
        return
    power = ("power: 1",) if poly and not solver.has("power") else ()
    add = add_fields(document, (f"max_iter: {value}", *power), "lr_policy")
    if poly:
        yield Finding(place, "`poly` without `max_iter`: `caffe train` runs no iteration", (add,))
    else:
        message = "without `max_iter` `caffe train` runs no iteration; from Python `step` says how many"
        yield Finding(place, message, (add,), severity=Severity.INFORMATION)


def _likely(solver: Solver) -> int:
    """A length of run that the other fields suggest."""
    steps = solver.integers("stepvalue")
    if steps and max(steps) > 0:
        return max(steps) * 4 // 3
    size = solver.integer("stepsize")
    return size * 3 if size > 0 else 10_000
