"""The policy needs a step size, and there is none.

`step` divides the iteration by `stepsize`, which is 0 unless it is given; `sigmoid` has its middle there. Both check it
when the rate is first computed, after the first forward and backward pass: `Check failed: this->param_.stepsize() > 0
(0 vs. 0)`. Older Caffes and SSD's have no such check: there `step` dies of a division by 0, without any message. Steps
at given iterations (`stepvalue`) belong to the policy `multistep`.

Source: sgd_solver.cpp (SGDSolver::GetLearningRate).

Bad (settings {"dialect": "bvlc"}):
    net: "train_val.prototxt"
    base_lr: 0.01
    lr_policy: "step"
    #          ^^^^^^
    gamma: 0.1
    max_iter: 30000

Good (settings {"dialect": "bvlc"}):
    net: "train_val.prototxt"
    base_lr: 0.01
    lr_policy: "step"
    stepsize: 10000
    gamma: 0.1
    max_iter: 30000

Bad (settings {"dialect": "bvlc"}):
    net: "train_val.prototxt"
    base_lr: 0.01
    lr_policy: "step"
    #          ^^^^^^
    gamma: 0.1
    stepvalue: 10000
    stepvalue: 20000
    max_iter: 30000
"""

from __future__ import annotations

from collections.abc import Iterator

from caffe_ls.analysis.documents import PrototxtDocument
from caffe_ls.rules.finding import Category, Finding, Fix, Related, Severity
from caffe_ls.rules.rule import document_rule
from caffe_ls.rules.solver_fields import add_field, add_fields, replace_value
from caffe_ls.solver.learning_rate import refuses_stepsize

_SHORTEST = 3


@document_rule(
    category=Category.VERDICT, severity=Severity.ERROR, stage="first-iteration", reads="solver", fixable=True
)
def check(document: PrototxtDocument) -> Iterator[Finding]:
    solver = document.solver
    policy, given = solver.first("lr_policy"), solver.first("stepsize")
    if policy is None or not refuses_stepsize(solver) or not (given or solver.complete):
        return
    if given is None:
        place, message = policy.span, f"the policy `{policy.value}` without `stepsize`"
    else:
        place, message = given.span, f"`stepsize` is {given.value}: the policy `{policy.value}` needs more than 0"
    related = () if given is None else (Related(policy.span, f"the policy is `{policy.value}`"),)
    yield Finding(place, message, tuple(_fixes(document)), related)


def _fixes(document: PrototxtDocument) -> Iterator[Fix]:
    solver = document.solver
    policy = solver.first("lr_policy")
    assert policy is not None
    if solver.has("stepvalue") and solver.text("lr_policy") == "step":
        yield replace_value(policy, '"multistep"')
    size = f"stepsize: {max(-solver.integer('stepsize'), 0) or _a_third(solver.max_iter)}"
    given = solver.first("stepsize")
    if given is not None:
        yield replace_value(given, size.removeprefix("stepsize: "))
    elif solver.has("gamma"):
        yield add_field(document, size, "lr_policy")
    else:
        gamma = "gamma: 0.1" if solver.text("lr_policy") == "step" else "gamma: 0.01"
        yield add_fields(document, (size, gamma), "lr_policy")


def _a_third(iterations: int) -> int:
    """A step size for a run of that many iterations, of ten thousands where that is not known."""
    return iterations // 3 if iterations >= _SHORTEST else 10_000
