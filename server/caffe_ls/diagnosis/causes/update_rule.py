"""What the update adds to the gradient: momentum that never forgets, decay that outweighs everything."""

from __future__ import annotations

import math
from collections.abc import Iterator

from caffe_ls.analysis.observations import finite_values, shown
from caffe_ls.diagnosis.cause import Cause, Reason
from caffe_ls.diagnosis.edits import set_solver
from caffe_ls.diagnosis.symptoms import Symptoms
from caffe_ls.solver.model import Solver

_PLAIN = ("SGD", "Nesterov")


def weigh(symptoms: Symptoms) -> Iterator[Cause]:
    """`momentum-too-high` and `weight-decay-too-high`."""
    solver = symptoms.evidence.solver
    if solver is None or symptoms.evidence.ended == "fatal":
        return
    yield from _momentum(symptoms, solver)
    yield from _decay(symptoms, solver)


def _momentum(symptoms: Symptoms, solver: Solver) -> Iterator[Cause]:
    """v = momentum v + rate x gradient: from 1 on no step is ever forgotten (sgd_solver.cpp, ComputeUpdateValue)."""
    momentum = solver.number("momentum")
    if momentum < 1 or solver.type not in (*_PLAIN, "Adam"):
        return
    reasons = [
        Reason(
            symptoms.evidence.solver_line("momentum"), f"momentum {momentum:g}: every step is kept for ever and adds up"
        )
    ]
    growth = symptoms.largest_growth
    if growth is not None:
        text = f"{growth.what} grew {shown(growth.factor)} times by iteration {growth.iteration}"
        reasons.append(Reason(growth.line, text))
    if solver.type == "Adam":
        sure = 0.8 if symptoms.has_trouble else 0.4
    elif symptoms.broke_before_any_update:
        sure = 0.1
    else:
        sure = 0.96 if symptoms.has_trouble else 0.4 if symptoms.improved else 0.7
    fix = set_solver(symptoms.evidence, "momentum", "0.9")
    yield Cause("momentum-too-high", sure, tuple(reasons), "set momentum 0.9: nothing grows any more", (fix,))


def _decay(symptoms: Symptoms, solver: Solver) -> Iterator[Cause]:
    """Decay adds rate x decay x weight to each step: with plain momentum it is stable up to 2 (1 + momentum).

    From 1 on a single step overshoots 0. Below, weights fall by that share, times 1 / (1 - momentum), in
    each iteration, unless their gradient holds them up.
    """
    evidence = symptoms.evidence
    # Of a rate that grows the first counts: what it grows to is another cause.
    rate = next((value for value in finite_values(evidence.run.rate) if value > 0), solver.number("base_lr"))
    pull = rate * solver.number("weight_decay") * _largest_multiplier(symptoms)
    momentum = solver.number("momentum")
    if not pull > 0 or momentum >= 1 or solver.type not in _PLAIN:
        return
    line = evidence.solver_line("weight_decay")
    decay = solver.number("weight_decay")
    ordinary = set_solver(evidence, "weight_decay", "0.0005")
    confirm = "set weight_decay 0.0005 and leave the rest"
    if pull > 1:
        text = f"rate {rate:g} x decay {decay:g} = {shown(pull)}: each step throws the weights across 0"
        limit = 2 * (1 + momentum)
        sure = 0.96 if symptoms.has_trouble or not symptoms.improved else 0.8
        reasons = (Reason(line, text), *_norm_after(symptoms))
        yield Cause("weight-decay-too-high", sure if pull > limit or symptoms.has_trouble else sure - 0.1, reasons,
                    confirm, (ordinary,))  # fmt: skip
        return
    iterations = (evidence.run.last_iteration or 0) - (evidence.run.first_iteration or 0)
    halvings = pull / (1 - momentum) * iterations
    norm = evidence.run.norms.get(("L2", "data"))
    values = finite_values(norm) if norm is not None else []
    fell = len(values) >= 2 and values[-1] < 0.5 * values[0]
    if (
        halvings > 1
        and not symptoms.exploded
        and not symptoms.improved
        and not symptoms.broke_in_training
        and (fell or (not values and halvings > 3))
    ):
        text = (
            f"rate {rate:g} x decay {decay:g} takes {shown(100 * pull / (1 - momentum))} % of each weight in every "
            f"iteration: nothing can hold against it"
        )
        sure = 0.9 if fell and math.exp(-halvings) < 0.5 else 0.6
        yield Cause("weight-decay-too-high", sure, (Reason(line, text), *_norm_after(symptoms)), confirm, (ordinary,))


def _largest_multiplier(symptoms: Symptoms) -> float:
    net = symptoms.evidence.net
    if net is None:
        return 1.0
    products = [abs(param.spec.lr_mult * param.spec.decay_mult) for param in net.params if param.index == 0]
    return max(products, default=1.0)


def _norm_after(symptoms: Symptoms) -> Iterator[Reason]:
    norm = symptoms.evidence.run.norms.get(("L2", "data"))
    values = finite_values(norm) if norm is not None else []
    if norm is not None and len(values) >= 2:
        text = f"the L2 norm of all parameters went from {shown(values[0])} to {shown(values[-1])}"
        yield Reason(norm.line_at(len(values) - 1), text)
