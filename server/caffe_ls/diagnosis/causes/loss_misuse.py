"""Losses that get what they are not made for."""

from __future__ import annotations

import math
from collections.abc import Iterator

from caffe_ls.analysis.observations import (
    LOG_OF_SMALLEST_FLOAT,
    NEVER_NEGATIVE,
    LossCurve,
    shown,
)
from caffe_ls.diagnosis.cause import Cause, Reason
from caffe_ls.diagnosis.edits import set_in_layer
from caffe_ls.diagnosis.origin import origin_of
from caffe_ls.diagnosis.symptoms import Symptoms
from caffe_ls.net.model import Layer

_NAME = "loss-misuse"
_WANTS_PROBABILITIES = frozenset({"MultinomialLogisticLoss"})
_GIVES_PROBABILITIES = frozenset({"Softmax", "Sigmoid"})
_ENOUGH = 4  # Displays of a run that began elsewhere: a single batch may count nothing.
_KEEPS_PROBABILITIES = frozenset({"Split", "Reshape", "Flatten", "Concat", "Slice", "Crop"})


def weigh(symptoms: Symptoms) -> Iterator[Cause]:
    """`loss-misuse`, from losses that cannot be and from what stands before them."""
    for curve in symptoms.losses:
        yield from _negative(symptoms, curve)
        yield from _nothing(symptoms, curve)
        if curve.layer in symptoms.evidence.layers:
            layer = symptoms.evidence.layers[curve.layer]
            yield from _raw_scores(symptoms, curve, layer)
            yield from _matrix(symptoms, curve, layer)


def _negative(symptoms: Symptoms, curve: LossCurve) -> Iterator[Cause]:
    evidence = symptoms.evidence
    if curve.weight < 0:
        line = evidence.layer_line(curve.layer, "loss_weight") if curve.layer else curve.series.line_at(0)
        reason = Reason(line, f"`{curve.name}` has the weight {curve.weight:g}: training makes it larger, not smaller")
        fixes = (set_in_layer(evidence, curve.layer, ("loss_weight",), f"{-curve.weight:g}"),) if curve.layer else ()
        yield Cause(_NAME, 0.96, (reason,), "make the weight positive", fixes)
        return
    at = next((at for at, value in enumerate(curve.series.values) if math.isfinite(value) and value < 0), None)
    if at is None:
        return
    value = curve.series.values[at]
    kind = curve.type or "a loss"
    where = Reason(
        curve.series.line_at(at), f"`{curve.name}` is {shown(value)} in iteration {curve.series.iterations[at]}"
    )
    if curve.type == "SoftmaxWithLoss":
        return  # It computes its probabilities itself: labels are to blame.
    if curve.type == "SigmoidCrossEntropyLoss":
        reasons = (where, Reason(evidence.layer_line(curve.layer), "it is negative where targets lie outside of 0..1"))
        yield Cause(_NAME, 0.95, reasons, "bring the targets into 0..1")
    elif curve.type in NEVER_NEGATIVE:
        why = "with probabilities and a matrix of no negative entries it is never below 0"
        if curve.type not in ("InfogainLoss", "MultinomialLogisticLoss"):
            why = f"{kind} is never below 0 for what it is made for"
        yield Cause(_NAME, 0.95, (where, Reason(evidence.layer_line(curve.layer), why)), "look at what the loss reads")
    elif not symptoms.improved:
        # Of a type that is not known, negative values alone may be as they should; driven up they are not.
        sure = 0.75 if symptoms.exploded and at == 0 else 0.4
        yield Cause(_NAME, sure, (where,), "look at what the loss reads")


def _nothing(symptoms: Symptoms, curve: LossCurve) -> Iterator[Cause]:
    """A loss of exactly 0 from the first iteration on, with no gradient: nothing is counted."""
    values = curve.series.values
    solver = symptoms.evidence.solver
    least = 1 if symptoms.evidence.is_from_start else _ENOUGH
    if len(values) < least or any(values) or curve.from_tests:
        return
    if solver is not None and solver.has("iter_size") and solver.integer("iter_size") <= 0:
        return
    reasons = [Reason(curve.series.line_at(0), f"`{curve.name}` is exactly 0 in every iteration shown")]
    zero = [
        (quantity, series)
        for quantity, series in symptoms.evidence.every_backward()
        if quantity.layer == curve.layer and quantity.end == "bottom"
    ]
    if zero and not any(value for _, series in zero for value in series.values):
        reasons.append(Reason(zero[0][1].line_at(0), "and it hands no gradient down: nothing is learnt"))
    sure = 0.95 if curve.type == "InfogainLoss" else 0.8
    why = {
        "InfogainLoss": "look at the matrix H: entries of 0 count nothing",
        "SoftmaxWithLoss": "look at the labels: those equal to ignore_label are not counted",
    }
    yield Cause(_NAME, sure, tuple(reasons), why.get(curve.type, "look at what the loss reads"))


def _raw_scores(symptoms: Symptoms, curve: LossCurve, layer: Layer) -> Iterator[Cause]:
    evidence = symptoms.evidence
    maker = _maker(symptoms, layer)
    line = evidence.layer_line(layer.name)
    if layer.type in _WANTS_PROBABILITIES and maker is not None and maker.type not in _GIVES_PROBABILITIES:
        text = f"`{layer.name}` takes logarithms of probabilities, but gets the scores of `{maker.name}` ({maker.type})"
        reasons = [Reason(line, text)]
        found = symptoms.nonfinite
        if found is not None and symptoms.broke_in_training:
            reasons.append(Reason(found.line, "its floor of 1e-20 makes gradients of 1e20: they overflow at once"))
        sure = 0.97 if symptoms.has_trouble or not symptoms.improved else 0.6
        fix = set_in_layer(evidence, layer.name, ("type",), '"SoftmaxWithLoss"')
        yield Cause(_NAME, sure, tuple(reasons), "use SoftmaxWithLoss, or put a Softmax layer before it", (fix,))
    twice = {"SoftmaxWithLoss": "Softmax", "SigmoidCrossEntropyLoss": "Sigmoid"}.get(layer.type)
    if twice is not None and maker is not None and maker.type == twice:
        text = f"`{layer.name}` applies a {twice} of its own to what `{maker.name}` has put through one already"
        stuck = symptoms.flat or symptoms.has_trouble or symptoms.at_chance is not None
        sure = 0.3 if symptoms.improved else 0.78 if stuck else 0.62
        yield Cause(_NAME, sure, (Reason(line, text),), f"take `{maker.name}` out")


def _matrix(symptoms: Symptoms, curve: LossCurve, layer: Layer) -> Iterator[Cause]:
    """InfogainLoss weighs with a matrix H that the log does not show: a first loss tells of its entries."""
    evidence = symptoms.evidence
    if layer.type != "InfogainLoss" or not curve.series.values:
        return
    first = curve.series.values[0]
    line = evidence.layer_line(layer.name)
    if curve.terms == 1 and math.isfinite(first) and first > LOG_OF_SMALLEST_FLOAT:
        scores = evidence.bottom(layer.name)
        text = f"`{curve.name}` is {shown(first)} at first: -ln of a probability is at most {LOG_OF_SMALLEST_FLOAT:.1f}"
        reasons = [
            Reason(curve.series.line_at(0), text),
            Reason(line, "so the entries of its matrix H are far above 1"),
        ]
        if scores is not None and scores.values:
            reasons.append(Reason(scores.line_at(0), f"the scores it reads are ordinary, {shown(scores.values[0])}"))
        yield Cause(_NAME, 0.95, tuple(reasons), "look at the largest entry of H; 1 on the diagonal is neutral")
    origin = origin_of(symptoms)
    found = symptoms.nonfinite
    if origin is not None and found is not None and origin.layer == layer.name and origin.inputs_are_finite:
        reasons = [
            Reason(found.line, f"the first nan comes out of `{layer.name}`, whose scores and labels are finite"),
            Reason(line, "what else goes into it is the matrix H"),
        ]
        yield Cause(_NAME, 0.9 if not symptoms.exploded else 0.4, tuple(reasons), "look for nan among the entries of H")
    elif symptoms.came_suddenly and origin is None:
        reasons = [Reason(line, f"`{layer.name}` weighs with a matrix that may hold what is no number")]
        yield Cause(_NAME, 0.65, tuple(reasons), "look for nan among the entries of H")


def _maker(symptoms: Symptoms, layer: Layer) -> Layer | None:
    """The layer that made what a loss reads, past those that only rearrange it."""
    net = symptoms.evidence.net
    known: Layer = layer
    for _ in range(20):
        if net is None or not known.sources or known.sources[0] is None:
            return None
        known = net.layers[known.sources[0].layer]
        if known.type not in _KEEPS_PROBABILITIES:
            return known
    return None
