"""Gradients are clipped to nothing.

`clip_gradients` is the largest L2 norm that all gradients together may have; larger ones are scaled down to it. 0
scales every gradient to 0: only the weight decay still changes anything. To clip nothing, leave it out or give -1; nan
never clips.

Source: sgd_solver.cpp (SGDSolver::ClipGradients).

Bad:
    net: "train_val.prototxt"
    base_lr: 0.01
    lr_policy: "fixed"
    clip_gradients: 0
    #               ^
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
from caffe_ls.rules.finding import Category, Finding, Severity
from caffe_ls.rules.rule import document_rule
from caffe_ls.rules.solver_fields import remove_field, replace_value


@document_rule(category=Category.TRAINING, severity=Severity.WARNING, reads="solver", fixable=True)
def check(document: PrototxtDocument) -> Iterator[Finding]:
    threshold, given = document.solver.number("clip_gradients"), document.solver.first("clip_gradients")
    if given is None:
        return
    fixes = (replace_value(given, "10"), remove_field(document, given))
    if threshold == 0:
        yield Finding(given.span, "`clip_gradients` is 0: every gradient is scaled to 0", fixes)
    elif threshold != threshold:
        yield Finding(given.span, "`clip_gradients` is nan: nothing is ever clipped", fixes)
