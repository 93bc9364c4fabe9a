"""The solver has more than one net to train.

`net`, `net_param`, `train_net` and `train_net_param` exclude each other: `SolverParameter must not contain more than
one of these fields specifying a train_net`. `net` gives the test nets too, one for each `test_iter`; with `train_net`
these come from `test_net`.

Source: solver.cpp (Solver::InitTrainNet).

Bad (settings {"dialect": "bvlc"}):
    net: "train_val.prototxt"
    train_net: "train.prototxt"
    #<^^^^^^^
    base_lr: 0.01
    lr_policy: "fixed"

Good (settings {"dialect": "bvlc"}):
    net: "train_val.prototxt"
    base_lr: 0.01
    lr_policy: "fixed"
"""

from __future__ import annotations

from collections.abc import Iterator

from caffe_ls.analysis.documents import PrototxtDocument
from caffe_ls.rules.finding import Category, Finding, Related, Severity
from caffe_ls.rules.rule import document_rule
from caffe_ls.rules.solver_fields import refusal, remove_field
from caffe_ls.solver.model import TRAIN_NET_FIELDS, Given, Solver


@document_rule(category=Category.VERDICT, severity=Severity.ERROR, stage="init", reads="solver", fixable=True)
def check(document: PrototxtDocument) -> Iterator[Finding]:
    solver = document.solver
    given = sorted((found for name in TRAIN_NET_FIELDS for found in solver.given(name)), key=lambda one: one.field)
    for other in given[1:]:
        first = given[0]
        yield Finding(
            other.name_span,
            f"`{other.name}` besides `{first.name}`: a solver has one net to train",
            tuple(remove_field(document, one) for one in (other, first) if _can_be_spared(one, given, solver)),
            (Related(first.name_span, f"`{first.name}` is here"),),
            severity=refusal(document),
        )


def _can_be_spared(one: Given, given: list[Given], solver: Solver) -> bool:
    """Whether what is left agrees with the numbers of tests: only a generic net makes test nets of its own."""
    left = [other for other in given if other is not one]
    if len(left) > 1 or left[0].name in ("net", "net_param"):
        return True
    return solver.count("test_iter") == solver.named_test_nets and solver.count("test_state") in (
        0,
        solver.named_test_nets,
    )
