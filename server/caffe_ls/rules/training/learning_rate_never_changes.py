"""A policy that changes nothing.

Without their parameters the policies do not change the rate: `poly` and `inv` without `power` (0) keep it, and so do
`inv` without `gamma`, `multistep` without `stepvalue` and SSD's `plateau` without `plateau_winsize`; `sigmoid` without
`gamma` gives half of it. Steps that would come only after `max_iter` never come; whether that is meant only the author
knows.

Source: sgd_solver.cpp (SGDSolver::GetLearningRate), computed in float32.

Bad:
    net: "train_val.prototxt"
    base_lr: 0.01
    lr_policy: "poly"
    #          ^^^^^^
    max_iter: 10000

Good:
    net: "train_val.prototxt"
    base_lr: 0.01
    lr_policy: "poly"
    power: 1
    max_iter: 10000

Bad:
    net: "train_val.prototxt"
    base_lr: 0.01
    lr_policy: "step"
    gamma: 0.1
    stepsize: 50000
    #         ^^^^^
    max_iter: 10000
"""

from __future__ import annotations

from collections.abc import Iterator

from caffe_ls.analysis.documents import PrototxtDocument
from caffe_ls.rules.finding import Category, Finding, Fix, Severity
from caffe_ls.rules.learning_rates import run_rate
from caffe_ls.rules.nearest import and_list
from caffe_ls.rules.rule import document_rule
from caffe_ls.rules.solver_fields import add_field, number_text, replace_value

_NEEDED = {
    "inv": ("gamma", "power"),
    "multistep": ("stepvalue",),
    "plateau": ("plateau_winsize",),
    "poly": ("power",),
    "sigmoid": ("gamma",),
}

# Values from Caffe's own examples.
_USUAL = {"power": {"inv": "0.75", "poly": "1"}, "gamma": {"inv": "0.0001", "sigmoid": "0.01"}}


@document_rule(category=Category.TRAINING, severity=Severity.WARNING, reads="solver", fixable=True)
def check(document: PrototxtDocument) -> Iterator[Finding]:
    run, solver = run_rate(document), document.solver
    if run is None or not run.analysis.is_constant or run.policy.name == "fixed" or run.policy.base_lr == 0:
        return
    policy = solver.first("lr_policy")
    assert policy is not None
    name = run.policy.name
    missing = [field for field in _NEEDED.get(name, ()) if not solver.has(field)]
    rate = number_text(run.analysis.start.rate)
    if missing:
        message = f"the policy `{name}` without {and_list(missing)}: the learning rate stays {rate}"
        yield Finding(policy.span, message, tuple(_completing(document, missing)))
    elif name in ("step", "multistep") and run.end_is_known and run.policy.gamma != 1:
        first = solver.first("stepsize" if name == "step" else "stepvalue")
        assert first is not None
        message = (
            f"the first step would come at iteration {first.value:,}, after `max_iter: {solver.max_iter:,}`:"
            f" the learning rate stays {rate}"
        )
        fixes = (replace_value(first, str(max(solver.max_iter // 3, 1))),) if name == "step" else ()
        yield Finding(first.span, message, fixes, severity=Severity.INFORMATION)


def _completing(document: PrototxtDocument, missing: list[str]) -> Iterator[Fix]:
    solver = document.solver
    policy = solver.first("lr_policy")
    assert policy is not None
    if missing == ["stepvalue"]:
        if solver.integer("stepsize") > 0:
            yield replace_value(policy, '"step"')
        if solver.max_iter > 2:
            yield add_field(document, f"stepvalue: {solver.max_iter * 2 // 3}", "lr_policy")
    elif len(missing) == 1 and missing[0] in _USUAL:
        yield add_field(document, f"{missing[0]}: {_USUAL[missing[0]][solver.text('lr_policy')]}", "lr_policy")
    yield replace_value(policy, '"fixed"')
