"""There are test nets and no interval at which to test them.

`test_interval` is 0 unless it is given. As soon as there is a test net, that is a `test_net` or a `test_iter` with
`net`, it must be greater: `Check failed: param_.test_interval() > 0 (0 vs. 0)`. To train without tests, take
`test_iter` away too.

Source: solver.cpp (Solver::InitTestNets).

Bad (settings {"dialect": "bvlc"}):
    net: "train_val.prototxt"
    test_iter: 100
    #<^^^^^^^
    base_lr: 0.01
    lr_policy: "fixed"

Good (settings {"dialect": "bvlc"}):
    net: "train_val.prototxt"
    test_iter: 100
    test_interval: 1000
    base_lr: 0.01
    lr_policy: "fixed"

Bad (settings {"dialect": "bvlc"}):
    net: "train_val.prototxt"
    test_iter: 100
    test_interval: 0
    #              ^
    base_lr: 0.01
    lr_policy: "fixed"
"""

from __future__ import annotations

from collections.abc import Iterator

from caffe_ls.analysis.documents import PrototxtDocument
from caffe_ls.rules.finding import Category, Finding, Related, Severity
from caffe_ls.rules.rule import document_rule
from caffe_ls.rules.solver_fields import anchor, refusal, remove_field, set_field


@document_rule(category=Category.VERDICT, severity=Severity.ERROR, stage="init", reads="solver", fixable=True)
def check(document: PrototxtDocument) -> Iterator[Finding]:
    solver = document.solver
    interval, given = solver.integer("test_interval"), solver.first("test_interval")
    if interval > 0 or not solver.test_nets or not (given or solver.complete):
        return
    if "test_state" not in solver.declared:
        return
    place = anchor(document, "test_iter", "test_net", "test_net_param")
    tests = solver.first("test_iter", "test_net", "test_net_param")
    assert place is not None
    assert tests is not None
    wanted = str(-interval or 1000)
    fixes = [set_field(document, "test_interval", wanted, "test_iter", tests.name)]
    if given is None and solver.test_nets == solver.count("test_iter") == 1 and not solver.named_test_nets:
        fixes.append(remove_field(document, tests))
    if given is None:
        yield Finding(place, "test nets without `test_interval`", tuple(fixes), severity=refusal(document))
    else:
        related = (Related(place, "this asks for tests"),)
        message = f"`test_interval` is {interval}: with test nets it must be greater than 0"
        yield Finding(given.span, message, tuple(fixes), related, severity=refusal(document))
