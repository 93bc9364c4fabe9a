"""The stepvalues are not in ascending order.

`multistep` looks at one `stepvalue` at a time and takes one step in an iteration at most. One that is smaller than the
one before it is therefore not taken at its own iteration: it waits for the one before, and comes right after it.

Source: sgd_solver.cpp (SGDSolver::GetLearningRate).

Bad:
    net: "train_val.prototxt"
    base_lr: 0.01
    lr_policy: "multistep"
    gamma: 0.1
    stepvalue: 6000
    stepvalue: 3000
    #          ^^^^
    max_iter: 10000

Good:
    net: "train_val.prototxt"
    base_lr: 0.01
    lr_policy: "multistep"
    gamma: 0.1
    stepvalue: 3000
    stepvalue: 6000
    max_iter: 10000
"""

from __future__ import annotations

from collections.abc import Iterator

from caffe_ls.analysis.documents import PrototxtDocument
from caffe_ls.rules.finding import Category, Finding, Related, Severity, fix
from caffe_ls.rules.rule import document_rule
from caffe_ls.solver.learning_rate import changes, policy_of
from caffe_ls.text.edit import Edit

_SORTED_AT_MOST = 50


@document_rule(category=Category.TRAINING, severity=Severity.WARNING, reads="solver", fixable=True)
def check(document: PrototxtDocument) -> Iterator[Finding]:
    solver = document.solver
    values, given = solver.integers("stepvalue"), solver.given("stepvalue")
    policy = policy_of(solver)
    if policy is None or policy.name != "multistep" or len(values) != len(given):
        return
    ordered = sorted(values)
    edits = [Edit(one.span, str(value)) for one, old, value in zip(given, values, ordered, strict=True) if old != value]
    fixes = (fix("Sort the stepvalues", *edits),) if 0 < len(edits) <= _SORTED_AT_MOST else ()
    taken = changes(policy, 1 << 31)
    for index in range(1, len(values)):
        before, value = values[index - 1], values[index]
        if value > before:
            continue
        severity = Severity.INFORMATION if value == before else Severity.WARNING
        message = f"`stepvalue: {value}` after {before}: this step is taken in iteration {taken[index]:,}"
        yield Finding(
            given[index].span, message, fixes, (Related(given[index - 1].span, "the one before"),), severity=severity
        )
