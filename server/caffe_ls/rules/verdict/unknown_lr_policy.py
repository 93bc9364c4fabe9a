"""The learning rate policy is missing or unknown.

The policy is looked up by name each time the rate is computed, for the first time after the first forward and backward
pass: the run starts, prints its first lines and dies with `Unknown learning rate policy: `. There is no default.

Source: sgd_solver.cpp (SGDSolver::GetLearningRate).

Bad (settings {"dialect": "bvlc"}):
    net: "train_val.prototxt"
    base_lr: 0.01
    lr_policy: "Step"
    #          ^^^^^^
    gamma: 0.1
    stepsize: 10000

Good (settings {"dialect": "bvlc"}):
    net: "train_val.prototxt"
    base_lr: 0.01
    lr_policy: "step"
    gamma: 0.1
    stepsize: 10000

Bad (settings {"dialect": "bvlc"}; path /solver.prototxt):
    net: "train_val.prototxt"
    base_lr: 0.01
    #<^^^^^
    max_iter: 1000
"""

from __future__ import annotations

from collections.abc import Iterator

from caffe_ls.analysis.documents import PrototxtDocument
from caffe_ls.rules.finding import Category, Finding, Severity
from caffe_ls.rules.named_values import judge_name
from caffe_ls.rules.rule import document_rule
from caffe_ls.rules.solver_fields import add_field, anchor, refusal
from caffe_ls.schema.model import SOLVER_MESSAGE
from caffe_ls.solver.model import Solver


@document_rule(
    category=Category.VERDICT, severity=Severity.ERROR, stage="first-iteration", reads="solver", fixable=True
)
def check(document: PrototxtDocument) -> Iterator[Finding]:
    given = document.solver.first("lr_policy")
    if given is None:
        yield from _missing(document)
        return
    name = document.solver.text("lr_policy")
    found = judge_name(SOLVER_MESSAGE, "lr_policy", name, given.span, "learning rate policy", document.schema)
    if found is not None:
        severity = found.severity(Severity.ERROR)
        yield Finding(given.span, found.message, found.fixes, severity=severity)


def _missing(document: PrototxtDocument) -> Iterator[Finding]:
    declared = document.schema.field(SOLVER_MESSAGE, "lr_policy")
    place = anchor(document, "base_lr")
    if declared is None or declared.default or place is None or not document.solver.complete:
        return
    add = add_field(document, f'lr_policy: "{_likely(document.solver)}"', "base_lr")
    yield Finding(place, "a solver without `lr_policy`: it has no default", (add,), severity=refusal(document))


def _likely(solver: Solver) -> str:
    """The policy that the other fields belong to."""
    if solver.has("stepvalue"):
        return "multistep"
    return "step" if solver.integer("stepsize") > 0 else "fixed"
