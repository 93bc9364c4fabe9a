"""The number of `test_state` is not that of the test nets.

`test_state` is left out or given once for each test net that Caffe builds: those of `test_net_param` and `test_net`,
then one of `net` for each further `test_iter`. Else: `test_state must be unspecified or specified once per test net`.

Source: solver.cpp (Solver::InitTestNets).

Bad (settings {"dialect": "bvlc"}):
    net: "train_val.prototxt"
    test_iter: 100
    test_state { stage: "easy" }
    test_state { stage: "hard" }
    #<^^^^^^^^
    test_interval: 500
    base_lr: 0.01
    lr_policy: "fixed"

Good (settings {"dialect": "bvlc"}):
    net: "train_val.prototxt"
    test_iter: 100
    test_iter: 100
    test_state { stage: "easy" }
    test_state { stage: "hard" }
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

_SHOWN = 10


@document_rule(category=Category.VERDICT, severity=Severity.ERROR, stage="init", reads="solver", fixable=True)
def check(document: PrototxtDocument) -> Iterator[Finding]:
    solver = document.solver
    states, nets = solver.given("test_state"), solver.test_nets
    if not states or len(states) == nets or not solver.complete:
        return
    fixes: tuple[Fix, ...]
    if len(states) > nets:
        place = states[nets]
        add = f"test_iter: {solver.integers('test_iter')[-1] if solver.count('test_iter') else 100}"
        fixes = (remove_field(document, place),) if len(states) == nets + 1 else ()
        fixes += (add_field(document, add, "test_iter", "net"),) if solver.has_generic_net else ()
    else:
        place = states[-1]
        fixes = (add_field(document, "test_state { }", "test_state"),)
    related = tuple(Related(one.name_span, "a test net") for one in solver.given("test_iter")[:_SHOWN])
    nets_text = f"{nets} test net{'' if nets == 1 else 's'}"
    message = f"{len(states)} `test_state` for {nets_text}: give none, or one for each"
    yield Finding(place.name_span, message, fixes, related, severity=refusal(document))
