"""Clipping sees the sum of all passes.

With `iter_size: N` the gradients of N passes are summed, then clipped, then divided by N. `clip_gradients` is therefore
compared with a norm that is up to N times that of one pass: the threshold is N times tighter than without `iter_size`.

Source: sgd_solver.cpp (SGDSolver::ApplyUpdate: ClipGradients before Normalize).

Bad:
    net: "train_val.prototxt"
    base_lr: 0.01
    lr_policy: "fixed"
    iter_size: 4
    clip_gradients: 10
    #               ^^
    max_iter: 10000

Good:
    net: "train_val.prototxt"
    base_lr: 0.01
    lr_policy: "fixed"
    clip_gradients: 10
    max_iter: 10000
"""

from __future__ import annotations

from collections.abc import Iterator

from caffe_ls.analysis.documents import PrototxtDocument
from caffe_ls.rules.finding import Category, Finding, Related, Severity
from caffe_ls.rules.rule import document_rule
from caffe_ls.rules.solver_fields import number_text


@document_rule(category=Category.TRAINING, severity=Severity.HINT, reads="solver")
def check(document: PrototxtDocument) -> Iterator[Finding]:
    solver = document.solver
    given, size = solver.first("clip_gradients"), solver.first("iter_size")
    threshold, passes = solver.number("clip_gradients"), solver.integer("iter_size")
    if given is None or size is None or passes <= 1 or not threshold > 0:
        return
    message = (
        f"the sum of {passes} passes is clipped to {number_text(threshold)}: a mean gradient is clipped"
        f" from {number_text(threshold / passes)} on"
    )
    yield Finding(given.span, message, related=(Related(size.span, "`iter_size` is here"),))
