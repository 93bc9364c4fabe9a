"""RMSProp's `rms_decay` is not in [0, 1).

`rms_decay` is the share of the old mean of squared gradients that an iteration keeps. 1 would never take in a new
gradient: `rms_decay should lie between 0 and 1`. The published value is 0.9, Caffe's default 0.99. Values so close to 1
that float32 makes them 1 are refused too.

Source: sgd_solvers.hpp (RMSPropSolver, constructor_sanity_check).

Bad (settings {"dialect": "bvlc"}):
    net: "train_val.prototxt"
    type: "RMSProp"
    base_lr: 0.001
    lr_policy: "fixed"
    rms_decay: 1.0
    #          ^^^

Good (settings {"dialect": "bvlc"}):
    net: "train_val.prototxt"
    type: "RMSProp"
    base_lr: 0.001
    lr_policy: "fixed"
    rms_decay: 0.99
"""

from __future__ import annotations

from collections.abc import Iterator

from caffe_ls.analysis.documents import PrototxtDocument
from caffe_ls.rules.finding import Category, Finding, Severity
from caffe_ls.rules.rule import document_rule
from caffe_ls.rules.solver_fields import number_text, refusal, replace_value


@document_rule(category=Category.VERDICT, severity=Severity.ERROR, stage="init", reads="solver", fixable=True)
def check(document: PrototxtDocument) -> Iterator[Finding]:
    solver = document.solver
    decay, given = solver.number("rms_decay"), solver.first("rms_decay")
    if solver.type == "RMSProp" and given is not None and not 0 <= decay < 1:
        message = f"`rms_decay` is {number_text(decay)}: RMSProp takes 0 up to, but not including, 1"
        yield Finding(given.span, message, (replace_value(given, "0.99"),), severity=refusal(document))
