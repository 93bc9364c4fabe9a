"""The learning rate becomes nan or inf.

The rate of every iteration follows from the solver alone. When one is nan or infinite, the weights are too from then
on, and nothing brings them back. It comes of `base_lr`, `gamma` or `power` that are nan or inf themselves (`inf` times
0 is nan), of an overflow of float32, or of a fractional power of a negative number.

Source: sgd_solver.cpp (SGDSolver::GetLearningRate), computed in float32.

Bad:
    net: "train_val.prototxt"
    base_lr: nan
    #        ^^^
    lr_policy: "fixed"
    max_iter: 1000

Good:
    net: "train_val.prototxt"
    base_lr: 0.01
    lr_policy: "fixed"
    max_iter: 1000

Bad:
    net: "train_val.prototxt"
    base_lr: 0.01
    lr_policy: "sigmoid"
    gamma: inf
    #      ^^^
    stepsize: 500
    max_iter: 1000
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from caffe_ls.analysis.documents import PrototxtDocument
from caffe_ls.rules.finding import Category, Finding, Severity
from caffe_ls.rules.learning_rates import run_rate
from caffe_ls.rules.rule import document_rule
from caffe_ls.rules.solver_fields import anchor, number_text, replace_value


@document_rule(category=Category.TRAINING, severity=Severity.WARNING, reads="solver", fixable=True)
def check(document: PrototxtDocument) -> Iterator[Finding]:
    run = run_rate(document)
    if run is None or run.analysis.first_nonfinite is None or run.grows:
        return
    solver, point = document.solver, run.analysis.first_nonfinite
    guilty = [
        given
        for name in ("base_lr", "gamma", "power")
        for given in solver.given(name)
        if not math.isfinite(solver.number(name))
    ]
    place = guilty[0].span if guilty else anchor(document, "gamma", "power", "base_lr")
    assert place is not None
    usual = {"base_lr": "0.01", "gamma": "0.1", "power": "1"}
    fixes = tuple(replace_value(given, usual[given.name]) for given in guilty[:1])
    when = "" if point.iteration == 0 else f" in iteration {point.iteration:,}"
    yield Finding(place, f"the learning rate is {number_text(point.rate)}{when}", fixes)
