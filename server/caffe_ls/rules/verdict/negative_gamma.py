"""gamma is negative.

The policies step, exp, inv, multistep and sigmoid check gamma each time they compute the rate, for the first time after
the first forward and backward pass: `Check failed: this->param_.gamma() >= 0 (-0.1 vs. 0)`. A rate that falls has a
gamma between 0 and 1. Caffes without this check, SSD's among them, go on with a rate that changes its sign.

Source: sgd_solver.cpp (SGDSolver::GetLearningRate).

Bad (settings {"dialect": "bvlc"}):
    net: "train_val.prototxt"
    base_lr: 0.01
    lr_policy: "step"
    gamma: -0.1
    #      ^^^^
    stepsize: 10000
    max_iter: 30000

Good (settings {"dialect": "bvlc"}):
    net: "train_val.prototxt"
    base_lr: 0.01
    lr_policy: "step"
    gamma: 0.1
    stepsize: 10000
    max_iter: 30000
"""

from __future__ import annotations

from collections.abc import Iterator

from caffe_ls.analysis.documents import PrototxtDocument
from caffe_ls.rules.finding import Category, Finding, Severity
from caffe_ls.rules.rule import document_rule
from caffe_ls.rules.solver_fields import number_text, replace_value
from caffe_ls.solver.learning_rate import refuses_gamma


@document_rule(
    category=Category.VERDICT, severity=Severity.ERROR, stage="first-iteration", reads="solver", fixable=True
)
def check(document: PrototxtDocument) -> Iterator[Finding]:
    given, gamma = document.solver.first("gamma"), document.solver.number("gamma")
    if given is not None and refuses_gamma(document.solver):
        policy = document.solver.text("lr_policy")
        message = f"`gamma` is {number_text(gamma)}: the policy `{policy}` takes 0 or more"
        fixes = (replace_value(given, number_text(-gamma)),) if gamma < 0 else ()
        yield Finding(given.span, message, fixes)
