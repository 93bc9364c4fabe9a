"""The solver has no net to train.

A solver names its net in `net` (one file for training and tests) or `train_net`, or holds it as `net_param` or
`train_net_param`. `test_net` alone does not do: `SolverParameter must specify a train net using one of these fields:
net, net_param, train_net, train_net_param`.

Source: solver.cpp (Solver::InitTrainNet).

Bad (settings {"dialect": "bvlc"}; path /solver.prototxt):
    test_net: "test.prototxt"
    #<^^^^^^
    test_iter: 100
    test_interval: 500
    base_lr: 0.01
    lr_policy: "fixed"

Good (settings {"dialect": "bvlc"}; path /solver.prototxt):
    train_net: "train.prototxt"
    test_net: "test.prototxt"
    test_iter: 100
    test_interval: 500
    base_lr: 0.01
    lr_policy: "fixed"
"""

from __future__ import annotations

from collections.abc import Iterator

from caffe_ls.analysis.documents import PrototxtDocument
from caffe_ls.rules.finding import Category, Finding, Severity
from caffe_ls.rules.nearest import or_list
from caffe_ls.rules.rule import document_rule
from caffe_ls.rules.solver_fields import anchor, refusal
from caffe_ls.solver.model import TRAIN_NET_FIELDS


@document_rule(category=Category.VERDICT, severity=Severity.ERROR, stage="init", reads="solver")
def check(document: PrototxtDocument) -> Iterator[Finding]:
    solver = document.solver
    place = anchor(document, "test_net", "test_net_param")
    if place is None or not solver.complete or any(solver.has(name) for name in TRAIN_NET_FIELDS):
        return
    fields = [name for name in ("net", "train_net") if name in solver.declared]
    if fields:
        message = f"a solver without a net to train: it needs {or_list(fields)}"
        yield Finding(place, message, severity=refusal(document))
