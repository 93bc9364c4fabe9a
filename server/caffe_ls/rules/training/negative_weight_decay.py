"""The weight decay is negative.

A negative `weight_decay` pushes each weight away from 0, the more the larger it is: weights grow exponentially, without
any word from Caffe.

Source: sgd_solver.cpp (SGDSolver::Regularize).

Bad:
    net: "train_val.prototxt"
    base_lr: 0.01
    lr_policy: "fixed"
    weight_decay: -0.0005
    #             ^^^^^^^
    max_iter: 10000

Good:
    net: "train_val.prototxt"
    base_lr: 0.01
    lr_policy: "fixed"
    weight_decay: 0.0005
    max_iter: 10000
"""

from __future__ import annotations

from collections.abc import Iterator

from caffe_ls.analysis.documents import PrototxtDocument
from caffe_ls.rules.finding import Category, Finding, Severity
from caffe_ls.rules.rule import document_rule
from caffe_ls.rules.solver_fields import number_text, replace_value

_USUAL = 0.0005


@document_rule(category=Category.TRAINING, severity=Severity.WARNING, reads="solver", fixable=True)
def check(document: PrototxtDocument) -> Iterator[Finding]:
    decay, given = document.solver.number("weight_decay"), document.solver.first("weight_decay")
    if given is None or decay >= 0:
        return
    if decay < 0:
        message = f"`weight_decay` is {number_text(decay)}: weights grow by themselves"
        yield Finding(given.span, message, (replace_value(given, number_text(min(-decay, _USUAL))),))
    else:
        yield Finding(
            given.span, "`weight_decay` is nan: all weights become nan", (replace_value(given, number_text(_USUAL)),)
        )
