"""What the size of a first step is made of, each factor in decades above its usual size.

The first step of a weight, as a share of it, is

    rate x weight of the loss x slope of the loss x size of the inputs x size of the weights on the way

and each of these has a usual size. In decades (powers of ten) away from it the factors can be compared.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from caffe_ls.analysis.evidence import Evidence
from caffe_ls.analysis.observations import (
    RECURRENT,
    WEIGHTED,
    finite_values,
    share_in_words,
    shown,
    steps_at,
)
from caffe_ls.diagnosis.cause import Reason
from caffe_ls.diagnosis.causes.factor import Factor
from caffe_ls.diagnosis.causes.fillers import gain, weight_size
from caffe_ls.diagnosis.causes.input_scale import first_scores, is_normalised, raw_inputs, raw_targets
from caffe_ls.diagnosis.edits import set_in_layer, set_solver
from caffe_ls.diagnosis.symptoms import Symptoms
from caffe_ls.net.model import Layer

_USUAL_RATES = {"SGD": 0.01, "Nesterov": 0.01, "AdaGrad": 0.01, "AdaDelta": 1.0, "Adam": 0.001, "RMSProp": 0.001}
"""Rates with which each rule trains nets of unit inputs: Caffe's own examples and the rules' papers."""


_USUAL_MOMENTUM = 0.9
_NOTABLE = 0.5  # Decades above the usual that are worth a word.


def factors(symptoms: Symptoms) -> Iterator[Factor]:
    """The factors of a first step; the rate is always among them."""
    evidence = symptoms.evidence
    yield _rate(symptoms)
    loss_weight = _loss_weight(symptoms)
    if loss_weight is not None:
        yield loss_weight
    weights = first_weights(evidence)
    inputs = raw_inputs(evidence)
    targets = raw_targets(symptoms) or (first_scores(symptoms, weights) if inputs is None else None)
    scale = max((one for one in (inputs, targets) if one is not None), key=lambda one: one.decades, default=None)
    if scale is not None:
        yield scale
    if weights is not None:
        yield weights


def _rate(symptoms: Symptoms) -> Factor:
    evidence = symptoms.evidence
    solver = evidence.solver
    kind = solver.type if solver is not None else "SGD"
    rates = [value for value in finite_values(evidence.run.rate) if value > 0]
    rate = rates[0] if rates else abs(solver.number("base_lr")) if solver is not None else 0.01
    momentum = solver.number("momentum") if solver is not None else 0.9
    # Momentum m makes a step 1 / (1 - m) times as large in the long run; 0.9 is usual.
    multiplier = _largest_multiplier(evidence)
    effective = rate * multiplier * (0.1 / (1 - momentum) if kind in ("SGD", "Nesterov") and 0 <= momentum < 1 else 1.0)
    decades = math.log10(max(effective, 1e-12) / _USUAL_RATES.get(kind, 0.01))
    times = f", times lr_mult {multiplier:g}" if multiplier > 2 else ""
    usual = _USUAL_RATES.get(kind, 0.01)
    held = f" with momentum {momentum:g}" if kind in ("SGD", "Nesterov") and momentum > _USUAL_MOMENTUM else ""
    is_told = bool(rates) or solver is not None
    text = f"the rate is {rate:g}{times}{held}" if is_told else "the log does not tell the rate"
    if decades > _NOTABLE:
        text += f": {10**decades:,.0f} times what {kind} usually trains with ({usual:g})"
    reasons = [Reason(evidence.solver_line("base_lr") or _first_line(evidence), text)]
    steps = [step for step in steps_at(evidence) if step.share > 0]
    advised = rate / 10
    if steps:
        largest = max(steps, key=lambda step: step.share)
        text = f"the first step changes the weights of `{largest.layer}` by {share_in_words(largest.share)}"
        reasons.append(Reason(largest.line, text))
        # Steps of a hundredth are as large as healthy nets have them.
        advised = min(advised, rate * 0.01 / largest.share)
    advised = _rounded(advised)
    return Factor(
        "learning-rate-too-high",
        max(decades, 0.25),
        tuple(reasons),
        f"train some iterations with {f'base_lr {advised:g}' if is_told else 'a tenth of the rate'}: the loss falls "
        "and no layer dies",
        (set_solver(evidence, "base_lr", f"{advised:g}"),) if is_told else (),
    )


def _largest_multiplier(evidence: Evidence) -> float:
    """The largest lr_mult of any weights."""
    params = evidence.net.params if evidence.net is not None else ()
    multipliers = [abs(param.spec.lr_mult) for param in params if param.index == 0 and param.spec.lr_mult]
    return max([1.0, *multipliers])


def _first_line(evidence: Evidence) -> int | None:
    return evidence.run.rate.line_at(0) if evidence.run.rate.values else None


def _rounded(number: float) -> float:
    """Down to 1, 2 or 5 times a power of ten."""
    if not number > 0 or not math.isfinite(number):
        return 1e-6
    scale = 10.0 ** math.floor(math.log10(number))
    return float(f"{max(step for step in (1, 2, 5) if step * scale <= number * 1.0001) * scale:.6g}")


def _loss_weight(symptoms: Symptoms) -> Factor | None:
    """A weight against 1, and against what the other losses weigh."""
    weights = [(curve, abs(curve.weight)) for curve in symptoms.losses if curve.weight]
    if not weights:
        return None
    curve, weight = max(weights, key=lambda pair: pair[1])
    alone = symptoms.broken_alone
    if weight <= 1 or (alone is not None and curve.name != alone[0]):
        return None
    line = symptoms.evidence.layer_line(curve.layer, "loss_weight") if curve.layer else None
    text = f"the loss `{curve.name}` weighs {weight:g}: so many times larger is every step"
    return Factor(
        "loss-weight-too-large",
        math.log10(weight),
        (Reason(line or (curve.series.line_at(0) if curve.series.values else None), text),),
        "set loss_weight 1",
        (set_in_layer(symptoms.evidence, curve.layer, ("loss_weight",), "1"),) if curve.layer else (),
    )


def first_weights(evidence: Evidence) -> Factor | None:
    """How many decades the first weights of all layers together blow up what goes through them."""
    net = evidence.net
    if net is None or evidence.has_weights_loaded:
        return None
    total, worst, reasons = 0.0, 0.0, []
    for at, layer in enumerate(net.layers):
        if layer.type not in WEIGHTED and layer.type not in RECURRENT:
            continue
        times = gain(evidence, layer)
        if times is None or times <= 1:
            continue
        decades = math.log10(times)
        if is_normalised(net, at):
            continue
        total += decades
        if decades > max(worst, 0.5):
            worst = decades
            weight = weight_size(evidence, layer)
            size = shown(weight or 0)
            text = f"the first weights of `{layer.name}` ({size}) make what it reads {shown(times)} times larger"
            reasons = [Reason(evidence.layer_line(layer.name), text)]
            fixed = layer
    if not reasons or total <= 0.3:
        return None
    path = _filler_path(fixed)
    return Factor(
        "weights-initialised-too-large",
        total,
        tuple(reasons),
        "use fillers of type xavier or msra, which follow the width of the layer",
        (set_in_layer(evidence, fixed.name, (*path, "type"), '"msra"'),),
    )


def _filler_path(layer: Layer) -> tuple[str, ...]:
    own = {"InnerProduct": "inner_product_param"}.get(layer.type, "convolution_param")
    return ("recurrent_param" if layer.type in RECURRENT else own, "weight_filler")
