"""The numbers of `test_iter` and of test nets do not agree.

Each test net takes one `test_iter`, in the order `test_net_param`, `test_net`, `net`. With `train_net` (or
`train_net_param`) there are as many test nets as are named, and `test_iter` must be given exactly as often: none
without a `test_net`. With `net` (or `net_param`) the named test nets are the least: each further `test_iter` makes one
more test net of `net`. Else the run ends at its start: `test_iter must be specified for each test network`.

Source: solver.cpp (Solver::InitTestNets).

Bad (settings {"dialect": "bvlc"}):
    train_net: "train.prototxt"
    test_iter: 100
    #<^^^^^^^
    test_interval: 500
    base_lr: 0.01
    lr_policy: "fixed"

Good (settings {"dialect": "bvlc"}):
    train_net: "train.prototxt"
    test_net: "val.prototxt"
    test_iter: 100
    test_interval: 500
    base_lr: 0.01
    lr_policy: "fixed"

Bad (settings {"dialect": "bvlc"}):
    train_net: "train.prototxt"
    test_net: "val.prototxt"
    test_net: "test.prototxt"
    #<^^^^^^
    test_iter: 100
    test_interval: 500
    base_lr: 0.01
    lr_policy: "fixed"
"""

from __future__ import annotations

from collections.abc import Iterator

from caffe_ls.analysis.documents import PrototxtDocument
from caffe_ls.rules.finding import Category, Finding, Fix, Related, Severity
from caffe_ls.rules.rule import document_rule
from caffe_ls.rules.solver_fields import add_field, refusal, remove_field
from caffe_ls.rules.values import quoted
from caffe_ls.solver.model import Given

_SHOWN = 10


@document_rule(category=Category.VERDICT, severity=Severity.ERROR, stage="init", reads="solver", fixable=True)
def check(document: PrototxtDocument) -> Iterator[Finding]:
    solver = document.solver
    nets, iterations = solver.named_test_nets, solver.count("test_iter")
    train = solver.first("train_net", "train_net_param")
    if "test_state" not in solver.declared or not solver.complete:
        return
    if iterations < nets:
        net = (*solver.given("test_net_param"), *solver.given("test_net"))[iterations]
        message = f"{_number(nets, 'test net')} but {iterations} `test_iter`: each test net needs one"
        fixes = (add_field(document, "test_iter: 100", "test_iter", net.name), remove_field(document, net))
        related = tuple(
            Related(given.span, f"`test_iter` of test net {index}")
            for index, given in enumerate(solver.given("test_iter")[:_SHOWN])
        )
        yield Finding(net.name_span, message, fixes, related, severity=refusal(document))
    elif iterations > nets and train is not None and not solver.has_generic_net:
        surplus = solver.given("test_iter")[nets]
        why = (
            f"`{train.name}` is for training alone"
            if nets == 0
            else f"there {'is' if nets == 1 else 'are'} {_number(nets, 'test net')}"
        )
        message = f"{iterations} `test_iter` but {nets} `test_net`: {why}"
        related = (Related(train.name_span, f"`{train.name}` is here"),)
        yield Finding(surplus.name_span, message, _fixes(document, train, surplus), related, severity=refusal(document))


def _fixes(document: PrototxtDocument, train: Given, surplus: Given) -> tuple[Fix, ...]:
    solver = document.solver
    fixes = []
    if isinstance(train.value, str) and solver.named_test_nets == 0:
        fixes.append(add_field(document, f"test_net: {quoted(train.value)}", "train_net"))
    if solver.count("test_iter") - solver.named_test_nets == 1:
        fixes.append(remove_field(document, surplus))
    return tuple(fixes)


def _number(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"
