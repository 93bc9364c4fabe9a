"""A step that never comes.

A `stepvalue` above `max_iter` has no effect: the run ends before. One that is `max_iter` itself is a habit of many, and
is not reported.

Source: solver.cpp (Solver::Solve); sgd_solver.cpp (SGDSolver::GetLearningRate).

Bad:
    net: "train_val.prototxt"
    base_lr: 0.01
    lr_policy: "multistep"
    gamma: 0.1
    stepvalue: 5000
    stepvalue: 15000
    #          ^^^^^
    max_iter: 10000

Good:
    net: "train_val.prototxt"
    base_lr: 0.01
    lr_policy: "multistep"
    gamma: 0.1
    stepvalue: 5000
    max_iter: 10000
"""

from __future__ import annotations

from collections.abc import Iterator

from caffe_ls.analysis.documents import PrototxtDocument
from caffe_ls.rules.finding import Category, Finding, Related, Severity
from caffe_ls.rules.rule import document_rule
from caffe_ls.rules.solver_fields import remove_field


@document_rule(category=Category.TRAINING, severity=Severity.HINT, reads="solver", fixable=True)
def check(document: PrototxtDocument) -> Iterator[Finding]:
    solver = document.solver
    values, end = solver.integers("stepvalue"), solver.first("max_iter")
    if end is None or solver.max_iter <= 0 or solver.text("lr_policy") != "multistep":
        return
    if all(value >= solver.max_iter for value in values):
        return
    for given in solver.given("stepvalue"):
        if isinstance(given.value, int) and given.value > solver.max_iter:
            alone = given.span.end == given.field.end
            yield Finding(
                given.span,
                f"the run ends at iteration {solver.max_iter:,}, before this step",
                (remove_field(document, given, safe=True),) if alone else (),
                (Related(end.span, "`max_iter` is here"),),
            )
