"""Runs that do not move: a rate, or a gradient, too small to change anything."""

from __future__ import annotations

import math
from collections.abc import Iterator

from caffe_ls.analysis.averages import mean, median
from caffe_ls.analysis.evidence import Evidence
from caffe_ls.analysis.observations import SATURATING, WEIGHTED, finite_values, late, shown
from caffe_ls.diagnosis.cause import Cause, Reason
from caffe_ls.diagnosis.causes.fillers import typical_weight
from caffe_ls.diagnosis.edits import set_in_layer, set_solver, together
from caffe_ls.diagnosis.symptoms import Symptoms

_HARDLY = 1e-3
"""A run in which no weight changes by a thousandth of its size leaves every output as it was, to three digits."""

_STEEPEST = 10.0
"""An upper bound for |gradient| / |weight| of nets with outputs of order 1: healthy ones lie at 0.01 to 1."""

_MANY = 4  # Saturating layers, of which the lower ones may starve while the last ones learn.
_VANISHED = 1e-4
"""Four decades between the first and the last layer's gradient: what a rate can fit for one is lost on the other."""


def weigh(symptoms: Symptoms) -> Iterator[Cause]:
    """`learning-rate-too-low` and `vanishing-gradient`."""
    if symptoms.has_trouble or symptoms.evidence.ended == "fatal":
        return
    if not symptoms.improved:
        yield from _too_low(symptoms)
    yield from _vanishing(symptoms)


def _too_low(symptoms: Symptoms) -> Iterator[Cause]:
    evidence = symptoms.evidence
    solver, run = evidence.solver, evidence.run
    if evidence.net is not None and evidence.net.params and not any(p.spec.lr_mult for p in evidence.net.params):
        reason = Reason(None, "every lr_mult of the net is 0: no parameter is trained")
        yield Cause("learning-rate-too-low", 0.85, (reason,), "set lr_mult 1 where something is to be learnt")
        return
    rates = [abs(value) for value in finite_values(run.rate)]
    if not rates and solver is not None:
        rates = [abs(solver.number("base_lr"))]
    iterations = (run.last_iteration or 0) - (run.first_iteration or 0)
    if not rates or iterations < 1:
        return
    rate = max(rates)
    adaptive = solver is not None and solver.type in ("Adam", "RMSProp", "AdaDelta", "AdaGrad")
    momentum = solver.number("momentum") if solver is not None else 0.9
    lasting = 1 / (1 - momentum) if 0 <= momentum < 1 and not adaptive else 1.0
    line = run.rate.line_at(0) if run.rate.values else evidence.solver_line("base_lr")
    reasons = [Reason(line, f"the rate is {rate:g}")]
    moved = _largest_motion(evidence, rate * lasting * iterations) if not adaptive else None
    if adaptive:
        # Each step of these rules is about as large as the rate, whatever the gradient is.
        share = rate * iterations / _mean_weight(evidence)
        creeps = share < 10 * _HARDLY and rate < 0.01 * _HARDLY and symptoms.flat
        sure = 0.85 if share < _HARDLY else 0.75 if creeps else 0.0
    elif moved is not None:
        layer, share, diff_line = moved
        text = f"all steps of the run together move no weights by more than {shown(100 * share)} % (`{layer}`)"
        reasons.append(Reason(diff_line, text))
        # A short run moves little at any rate: one step must be as good as nothing, too.
        creeps = share / iterations < 0.01 * _HARDLY
        sure = 0.95 if share < 0.1 * _HARDLY and creeps else 0.8 if share < 10 * _HARDLY and creeps else 0.0
    elif symptoms.flat and _is_of_order_one(symptoms):
        sure = 0.8 if rate * lasting * iterations * _STEEPEST < 10 * _HARDLY else 0.0
    else:
        sure = 0.0
    if rate == 0 and solver is not None and not solver.has("base_lr"):
        sure = min(sure, 0.6)
    if sure:
        advised = 0.001 if adaptive else 0.01
        reasons += list(_same_norm(evidence))
        fix = set_solver(evidence, "base_lr", f"{advised:g}")
        confirm = f"train with base_lr {advised:g}: the loss falls within the same number of iterations"
        yield Cause("learning-rate-too-low", sure, tuple(reasons), confirm, (fix,))


def _mean_weight(evidence: Evidence) -> float:
    """The mean size of weights where the log shows it; else as small as fillers usually make them."""
    sizes = [values[0] for layer in evidence.order for data, _ in evidence.params(layer)[:1]
             if (values := finite_values(data)) and values[0]]  # fmt: skip
    return median(sizes) if sizes else 0.01


def _is_of_order_one(symptoms: Symptoms) -> bool:
    """Whether the losses are those of outputs of order 1: sums over many pixels are trained with tiny rates."""
    return all(abs(values[0]) < 100 for curve in symptoms.losses if (values := finite_values(curve.series)))


def _largest_motion(evidence: Evidence, lever: float) -> tuple[str, float, int] | None:
    """The layer that all steps together can have moved farthest, by what share of its weights.

    It is an upper bound: steps that point to and fro take each other back.
    """
    best: tuple[str, float, int] | None = None
    for layer in evidence.order:
        for data, diff in evidence.params(layer)[:1]:
            sizes, gradients = finite_values(data), finite_values(diff) if diff is not None else []
            if diff is None or not gradients or not sizes or not sizes[0] or not any(gradients):
                continue
            share = max(lever * mean(gradients) / sizes[0], abs(sizes[-1] - sizes[0]) / sizes[0])
            if best is None or share > best[1]:
                best = layer, share, diff.line_at(0)
    return best


def _same_norm(evidence: Evidence) -> Iterator[Reason]:
    norm = evidence.run.norms.get(("L2", "data"))
    if norm is not None and len(norm.values) > 1 and norm.values[0] == norm.values[-1]:
        last = len(norm.values) - 1
        text = f"the L2 norm of all parameters is {norm.values[0]:g} in the first and in the last iteration"
        yield Reason(norm.line_at(last), text)


def _vanishing(symptoms: Symptoms) -> Iterator[Cause]:
    """Each Sigmoid lets through at most a quarter of the gradient, and small weights less (sigmoid_layer.cpp)."""
    evidence, net = symptoms.evidence, symptoms.evidence.net
    squashing = [layer for layer in net.layers if layer.type in SATURATING] if net is not None else []
    seen = _share_that_arrives(evidence, at_the_end=symptoms.improved)
    expected = _expected_share(evidence) if not symptoms.improved else None
    if symptoms.improved and len(squashing) < _MANY:
        return  # It learns, whatever arrives below.
    if seen is not None:
        first, last, share, line = seen
        if share >= _VANISHED:
            return
        text = f"the gradient of `{first}` is {shown(share)} of that of `{last}`: hardly anything arrives down there"
        reasons = [Reason(line, text)]
        sure = 0.93 if len(squashing) >= 3 else 0.6 if squashing else 0.55
        if symptoms.improved:
            sure = 0.6
            reasons.append(Reason(None, "the loss fell, but by what the last layers alone can do"))
    elif expected is not None and len(squashing) >= 3 and (symptoms.flat or symptoms.at_chance is not None):
        if expected >= _VANISHED:
            return
        text = f"{len(squashing)} saturating layers and their weights let {shown(expected)} of the gradient through"
        reasons, sure = [Reason(evidence.layer_line(squashing[0].name), text)], 0.85
    else:
        return
    if squashing and seen is not None:
        names = ", ".join(f"`{layer.name}`" for layer in squashing[:4]) + (" ..." if len(squashing) > 4 else "")
        slopes = {SATURATING[layer.type] for layer in squashing}
        passes = "a quarter of the gradient at most" if slopes == {0.25} else "less, the farther its input is from 0"
        text = f"{len(squashing)} layers saturate ({names}): each passes {passes}"
        reasons.append(Reason(evidence.layer_line(squashing[0].name), text))
    each = [set_in_layer(evidence, layer.name, ("type",), '"ReLU"') for layer in squashing]
    fixes = together(f'`type` to "ReLU" in {len(squashing)} layers', each)
    confirm = "replace the saturating units by ReLU, or normalise between them: the lower layers begin to learn"
    yield Cause("vanishing-gradient", sure, tuple(reasons), confirm, fixes)


def _share_that_arrives(evidence: Evidence, at_the_end: bool = False) -> tuple[str, str, float, int] | None:
    """The first and the last layer of weights, and the ratio of their gradients.

    Of the first pass, where that is shown: later on, units may be saturated because the rate is too high. `at_the_end`:
    of the last third, in runs that learn.
    """
    found = []
    for layer in evidence.order:
        if evidence.written and evidence.type_of(layer) not in WEIGHTED:
            continue
        for _, diff in evidence.params(layer)[:1]:
            values = finite_values(diff) if diff is not None else []
            if diff is not None and values:
                at_first = evidence.is_from_start and not at_the_end
                at = 0 if at_first else len(diff.values) - 1
                level = values[0] if at_first else max(late(values), median(values))
                found.append((layer, level, diff.line_at(at)))
    if len(found) < 3 or not found[-1][1]:
        return None
    if not found[0][1] and any(not diff for _, diff, _ in found[1:-1]) and not _fades(found):
        return None  # Exact zeros that begin somewhere: units are dead, or weights 0.
    (first, low, line), (last, high, _) = found[0], found[-1]
    return first, last, low / high, line


def _fades(found: list[tuple[str, float, int]]) -> bool:
    """Whether gradients fall step by step towards the data until float32 has no smaller number."""
    living = [diff for _, diff, _ in found if diff]
    return len(living) >= 2 and living[0] < 1e-30


def _expected_share(evidence: Evidence) -> float | None:
    """What share of the gradient arrives at the first layer, as fillers and the slopes of Sigmoids have it.

    Of TanH, whose slope is 1 at 0, nothing is known before the run; small weights alone stop no training.
    """
    net = evidence.net
    if net is None or any(layer.type == "TanH" for layer in net.layers):
        return None
    share, weighted = 1.0, 0
    for layer in net.layers:
        if layer.type in SATURATING:
            share *= SATURATING[layer.type]
        elif layer.type in WEIGHTED and layer.needs_backward:
            weight, shape = typical_weight(evidence, layer), layer.param_shapes
            outputs = shape[0][0] if shape and shape[0] else None
            weighted += 1
            if weight is None or not outputs:
                return None
            if weighted > 1:  # Through the first one no gradient has to pass.
                share *= min(1.0, weight * math.sqrt(outputs))
    return share
