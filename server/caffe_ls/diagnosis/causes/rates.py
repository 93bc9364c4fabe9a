"""The learning rate itself: not a number, or growing. It depends on nothing but the solver, so no data is to blame."""

from __future__ import annotations

import math
from collections.abc import Iterator

from caffe_ls.analysis.observations import first_odd, shown
from caffe_ls.diagnosis.cause import Cause, Reason
from caffe_ls.diagnosis.edits import set_solver
from caffe_ls.diagnosis.symptoms import Symptoms
from caffe_ls.solver.learning_rate import RatePolicy, policy_of, rate_at
from caffe_ls.solver.rate_analysis import RateAnalysis, analyse
from caffe_ls.training_log.series import Series

_COMPARED = 50  # Of the rates that a log shows.
_GROWN = 10.0
"""From an order of magnitude on, a rate that was right at the start is wrong: too high rates diverge within a few."""


def weigh(symptoms: Symptoms) -> Iterator[Cause]:
    """`learning-rate-not-finite` and `learning-rate-grows`."""
    yield from _not_finite(symptoms)
    yield from _grows(symptoms)


def simulated(symptoms: Symptoms) -> tuple[RatePolicy, RateAnalysis] | None:
    """The policy and the rate that it gives over the iterations of the run; None where the log shows other rates."""
    solver, last = symptoms.evidence.solver, symptoms.evidence.run.last_iteration
    policy = None if solver is None else policy_of(solver)
    if policy is None or last is None or not _agrees(policy, symptoms.evidence.run.rate):
        return None
    # Of the iteration that ends a run only the loss is computed: it has no update any more.
    ran = last if symptoms.evidence.ended == "done" and last == policy.max_iter else last + 1
    return policy, analyse(policy, max(ran, 1))


def _agrees(policy: RatePolicy, rates: Series) -> bool:
    """Whether the rates that the log shows are those of the policy: a fork may compute others from the same fields."""
    every = max(1, len(rates.values) // _COMPARED)
    for iteration, rate in zip(rates.iterations[::every], rates.values[::every], strict=True):
        computed = rate_at(policy, iteration)
        if math.isfinite(rate) and not math.isclose(rate, computed, rel_tol=1e-3) and not policy.depends_on_loss:
            return False
    return True


def _not_finite(symptoms: Symptoms) -> Iterator[Cause]:
    evidence = symptoms.evidence
    rates = evidence.run.rate
    at = first_odd(rates)
    found = simulated(symptoms)
    told = found[1].first_nonfinite if found is not None else None
    trouble = symptoms.nonfinite
    if at is None and told is None:
        return
    reasons = []
    first = min(
        [point for point in (told.iteration if told else None, rates.iterations[at] if at is not None else None)
         if point is not None]
    )  # fmt: skip
    if told is not None:
        line = evidence.solver_line("gamma" if not _is_finite(symptoms, "gamma") else "base_lr")
        reasons.append(Reason(line, f"the policy gives the rate {told.rate} from iteration {told.iteration} on"))
    if at is not None:
        reasons.append(Reason(rates.line_at(at), f"the rate is {rates.values[at]} in iteration {rates.iterations[at]}"))
    grew = [value for value in rates.values[: at or 0] if math.isfinite(value)]
    if len(grew) > 2 and grew[-1] > _GROWN * abs(grew[0]):
        return  # It grew until it overflowed: that is the other cause.
    if trouble is not None and trouble.iteration is not None and trouble.iteration < first:
        sure = 0.3
    else:
        sure = 0.98 if at is not None or symptoms.broke_in_training else 0.6
    field = next((name for name in ("base_lr", "gamma", "power") if not _is_finite(symptoms, name)), None)
    fixes = (set_solver(evidence, field, {"base_lr": "0.01", "gamma": "0.1", "power": "1"}[field]),) if field else ()
    confirm = "give base_lr, gamma and power finite values: the rate of every iteration follows from the solver alone"
    yield Cause("learning-rate-not-finite", sure, tuple(reasons), confirm, fixes)


def _is_finite(symptoms: Symptoms, field: str) -> bool:
    solver = symptoms.evidence.solver
    return solver is None or math.isfinite(solver.number(field))


def _grows(symptoms: Symptoms) -> Iterator[Cause]:
    evidence = symptoms.evidence
    rates = evidence.run.rate
    found = simulated(symptoms)
    points = zip(rates.iterations, rates.values, strict=True)
    seen: list[tuple[int, float, int | None]] = [(i, v, rates.line_at(at)) for at, (i, v) in enumerate(points)]
    if not seen and found is not None:
        seen = [(i, rate_at(found[0], i), None) for i in evidence.run.loss.iterations]
    finite = [point for point in seen if math.isfinite(point[1]) and point[1] > 0]
    start = finite[0][1] if finite else (found[1].start.rate if found else 0.0)
    if not start > 0:
        return
    onset = _onset(symptoms)
    before = [point for point in finite if onset is None or point[0] <= onset]
    highest = max(before, key=lambda point: point[1], default=None)
    factor = highest[1] / start if highest else 1.0
    field = _growing_field(symptoms)
    if found is not None and found[1].highest is not None and onset is None:
        factor = max(factor, found[1].highest.rate / start)
    if factor <= 1.001:
        return
    reasons = []
    if highest is not None:
        line, rate, iteration = highest[2], highest[1], highest[0]
        text = f"the rate has grown from {shown(start)} to {shown(rate)} by iteration {iteration}"
        reasons.append(Reason(line, text))
    if field is not None:
        reasons.append(Reason(evidence.solver_line(field), _why(symptoms, field)))
    troubled = symptoms.has_trouble
    if field is not None:
        grown = min(1.0, math.log10(factor))  # Share of an order of magnitude.
        sure = 0.72 + 0.24 * grown if troubled else (0.6 if factor >= _GROWN else 0.2)
    else:
        # Rates that rise at first are a fork's warm-up as a rule: then they stay where they belong.
        sure = 0.88 if troubled and factor >= _GROWN and highest is not None and highest is before[-1] else 0.15
    fixes = _fixes(symptoms, field)
    yield Cause("learning-rate-grows", sure, tuple(reasons), "give the policy a rate that only falls", fixes)


def _onset(symptoms: Symptoms) -> int | None:
    """The iteration of the first nan or inf."""
    return symptoms.nonfinite.iteration if symptoms.broke_in_training and symptoms.nonfinite is not None else None


def _growing_field(symptoms: Symptoms) -> str | None:
    """The field that makes the policy grow (sgd_solver.cpp, SGDSolver::GetLearningRate)."""
    solver = symptoms.evidence.solver
    if solver is None:
        return None
    policy = solver.text("lr_policy")
    if policy in ("step", "multistep", "exp", "plateau") and solver.number("gamma") > 1:
        return "gamma"
    if policy in ("inv", "poly") and solver.number("power") < 0:
        return "power"
    if policy == "sigmoid" and solver.number("gamma") < 0:
        return "gamma"
    return None


def _why(symptoms: Symptoms, field: str) -> str:
    solver = symptoms.evidence.solver
    assert solver is not None
    return f"under `{solver.text('lr_policy')}`, {field} {solver.number(field):g} makes the rate grow"


def _fixes(symptoms: Symptoms, field: str | None) -> tuple:  # type: ignore[type-arg]
    solver = symptoms.evidence.solver
    if field is None or solver is None:
        return (set_solver(symptoms.evidence, "lr_policy", '"fixed"'),)
    value = solver.number(field)
    if field == "power":
        return (set_solver(symptoms.evidence, "power", f"{-value:g}"),)
    return (set_solver(symptoms.evidence, "gamma", f"{1 / value:.3g}" if value > 1 else f"{-value:g}"),)
