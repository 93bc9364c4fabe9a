"""`average_loss` is less than 1.

The loss that is displayed is the mean of the last `average_loss` iterations, of which there must be one at least:
`average_loss should be non-negative` says Caffe, and means 1 or more.

Source: solver.cpp (Solver::Init).

Bad (settings {"dialect": "bvlc"}):
    net: "train_val.prototxt"
    base_lr: 0.01
    lr_policy: "fixed"
    average_loss: 0
    #             ^

Good (settings {"dialect": "bvlc"}):
    net: "train_val.prototxt"
    base_lr: 0.01
    lr_policy: "fixed"
    average_loss: 1
"""

from __future__ import annotations

from collections.abc import Iterator

from caffe_ls.analysis.documents import PrototxtDocument
from caffe_ls.rules.finding import Category, Finding, Severity
from caffe_ls.rules.rule import document_rule
from caffe_ls.rules.solver_fields import refusal, replace_value


@document_rule(category=Category.VERDICT, severity=Severity.ERROR, stage="init", reads="solver", fixable=True)
def check(document: PrototxtDocument) -> Iterator[Finding]:
    given, value = document.solver.first("average_loss"), document.solver.integer("average_loss")
    if given is not None and value < 1:
        message = f"`average_loss` is {value}: it must be 1 or more"
        yield Finding(given.span, message, (replace_value(given, "1"),), severity=refusal(document))
