"""Learning rate lines: the policy, whether this is its rate, and the next change."""

from __future__ import annotations

import math
from collections.abc import Iterator

from caffe_ls.analysis.log_document import LogDocument, LogLine
from caffe_ls.log_explanation.around import Around
from caffe_ls.log_explanation.figures import figure, sparkline
from caffe_ls.log_explanation.history import history
from caffe_ls.log_explanation.solver_of_run import solver_of
from caffe_ls.solver.learning_rate import RatePolicy, changes, policy_of, rate_at
from caffe_ls.solver.model import Solver
from caffe_ls.solver.rate_analysis import samples
from caffe_ls.training_log.patterns import number

_DRAWN = 32

_FORMULAS = {
    "fixed": "base_lr, always",
    "step": "base_lr × gamma ^ floor(iter / stepsize)",
    "exp": "base_lr × gamma ^ iter",
    "inv": "base_lr × (1 + gamma × iter) ^ -power",
    "multistep": "base_lr × gamma ^ (stepvalues passed)",
    "poly": "base_lr × (1 - iter / max_iter) ^ power",
    "sigmoid": "base_lr / (1 + exp(-gamma × (iter - stepsize)))",
    "plateau": "base_lr × gamma each time the loss has not fallen for a window of iterations",
}


def rate_line(document: LogDocument, line: LogLine, around: Around) -> Iterator[str]:
    """`Iteration N, lr = X` (sgd_solver.cpp, SGDSolver::GetLearningRate and ApplyUpdate)."""
    assert line.match is not None
    iteration, value = int(line.group(1)), number(line.match[2])
    yield f"**Learning rate of iteration {iteration}**: {figure(value)}"
    solver = solver_of(document, line.run)
    if solver is not None:
        yield from _policy(solver, iteration, value)
    told = history(line.run.rate, line.number, (iteration, value)).text()
    if told:
        yield f"Before: {told}"
    if not math.isfinite(value):
        yield "**Now**: with this rate every parameter becomes nan in the same update"
    elif value == 0:
        yield "**Now**: 0: nothing learns any more"
    elif value < 0:
        yield "**Now**: negative: every step climbs the loss"
    found = around.files(line.run).solver
    if found is not None:
        entry = next(
            (base + one.field.name_span.start for base, one in found.file if one.field and one.field.name == "base_lr"),
            None,
        )
        if entry is not None:
            at = found.source.line_of(entry) + 1
            yield "Set in " + around.pointer(
                found.path, at, f"{found.path.replace(chr(92), '/').rpartition('/')[2]}:{at}"
            )


def _policy(solver: Solver, iteration: int, value: float) -> Iterator[str]:
    name = solver.text("lr_policy")
    formula = _FORMULAS.get(name)
    yield f'Policy "{name}"' + (f": {formula}" if formula else "")
    given = [f"`{field}: {_value(solver, field)}`" for field in ("base_lr", "gamma", "power", "stepsize", "stepvalue",
             "max_iter") if solver.has(field)]  # fmt: skip
    if given:
        yield " · ".join(given)
    policy = policy_of(solver)
    if policy is None:
        return
    yield from _ahead(policy, solver.max_iter, iteration)
    expected = rate_at(policy, iteration)
    if not policy.depends_on_loss and not _alike(expected, value):
        yield f"The printed solver gives {figure(expected)} here: the run was resumed, or its Caffe counts otherwise"


def _ahead(policy: RatePolicy, max_iter: int, iteration: int) -> Iterator[str]:
    if max_iter <= 0:
        return
    points = samples(policy, max_iter, 2 * _DRAWN)
    step = max(1, len(points) // _DRAWN)
    yield f"`{sparkline([point.rate for point in points[::step]])}` over the {max_iter} iterations of the run"
    if policy.name == "fixed":
        yield "It never changes"
        return
    if policy.depends_on_loss:
        yield "The loss decides when it changes"
        return
    if policy.name in ("step", "multistep"):
        following = next((one for one in changes(policy, max_iter) if one > iteration), None)
        if following is None:
            yield f"No change is left before `max_iter` {max_iter}"
        else:
            yield f"Next change: iteration {following}, to {figure(rate_at(policy, following))}"
    else:
        yield (
            f"It changes in every iteration: {figure(rate_at(policy, iteration + 1))} in the next, "
            f"{figure(rate_at(policy, max_iter - 1))} in the last"
        )


def _value(solver: Solver, field: str) -> str:
    values = [figure(one.value) if isinstance(one.value, float) else str(one.value) for one in solver.given(field)]
    return ", ".join(values[:6]) + (", ..." if len(values) > 6 else "")


def _alike(expected: float, told: float) -> bool:
    if not math.isfinite(expected) or not math.isfinite(told):
        return math.isnan(expected) == math.isnan(told)
    return abs(expected - told) <= 1e-4 * max(abs(expected), abs(told))
