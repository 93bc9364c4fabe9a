"""Labels outside of the classes: read and written without a check."""

from __future__ import annotations

import math
from collections.abc import Iterator

from caffe_ls.analysis.observations import LOG_OF_SMALLEST_FLOAT, finite_values, shown
from caffe_ls.diagnosis.cause import Cause, Reason
from caffe_ls.diagnosis.edits import set_in_layer
from caffe_ls.diagnosis.symptoms import Symptoms
from caffe_ls.net.model import Layer
from caffe_ls.rules.finding import Fix

_NAME = "label-out-of-range"
_READERS = frozenset({"SoftmaxWithLoss", "Accuracy", "MultinomialLogisticLoss", "InfogainLoss", "HingeLoss"})
_CONFIRM = "compare the smallest and the largest label of the data with the number of classes that the net ends in"


def weigh(symptoms: Symptoms) -> Iterator[Cause]:
    """`label-out-of-range`, from the labels' mean and from losses that cannot be."""
    evidence = symptoms.evidence
    for layer in evidence.layers.values():
        if layer.type in _READERS and len(layer.bottoms) > 1:
            yield from _mean_label(symptoms, layer)
    curve = symptoms.lost_at_once
    if curve is not None:
        first = shown(curve.series.values[0])
        text = (
            f"the loss `{curve.name}` is {first} in the very first pass, before any update: labels beyond the classes "
            "are read past the scores, or the scores are far too large"
        )
        yield Cause(_NAME, 0.45, (Reason(curve.series.line_at(0), text),), _CONFIRM)
    for curve in symptoms.losses:
        values = finite_values(curve.series)
        if curve.type != "SoftmaxWithLoss" or not values:
            continue
        low, high = min(values), max(values)
        if low < 0 and curve.weight > 0:
            at = curve.series.values.index(low)
            text = (
                f"the loss `{curve.name}` is {shown(low)}: -ln of a probability is never below 0, it was read elsewhere"
            )
            yield Cause(_NAME, 0.93, (Reason(curve.series.line_at(at), text),), _CONFIRM)
        elif curve.terms == 1 and high > LOG_OF_SMALLEST_FLOAT * 1.001 and not symptoms.exploded:
            at = curve.series.values.index(high)
            text = (
                f"the loss `{curve.name}` is {shown(high)}: no probability gives more than {LOG_OF_SMALLEST_FLOAT:.2f}"
            )
            yield Cause(_NAME, 0.7, (Reason(curve.series.line_at(at), text),), _CONFIRM)


def _mean_label(symptoms: Symptoms, layer: Layer) -> Iterator[Cause]:
    evidence = symptoms.evidence
    shape = evidence.bottom_shape(layer.name)
    series = evidence.bottom(layer.name, 1)
    if not shape or len(shape) < 2 or series is None or layer.sources[1] is None:
        return
    classes, ignored = shape[1], layer.spec.fields.group("loss_param")
    values = finite_values(series)
    if classes is None or not values or layer.bottoms_need_backward[1:2] == (True,):
        return
    if ignored.has("ignore_label") and not 0 <= ignored.integer("ignore_label") < classes:
        return  # Ignored pixels count in the mean.
    largest = max(values)
    if largest <= classes - 1 or not math.isfinite(largest):
        return
    at = series.values.index(largest)
    reasons = [
        Reason(series.line_at(at), f"the labels are {shown(largest)} in the mean: some are above {classes - 1}"),
        Reason(evidence.layer_line(layer.name), f"`{layer.name}` has {classes} classes, labels 0 to {classes - 1}"),
    ]
    yield Cause(_NAME, 0.97, tuple(reasons), _CONFIRM, tuple(_fixes(symptoms, layer, math.ceil(largest))))


def _fixes(symptoms: Symptoms, layer: Layer, label: int) -> Iterator[Fix]:
    """More outputs for the layer that makes the scores, where it is plain which one that is."""
    net = symptoms.evidence.net
    source = layer.sources[0]
    if net is None or source is None:
        return
    scores = net.layers[source.layer]
    if scores.type == "InnerProduct":
        yield set_in_layer(symptoms.evidence, scores.name, ("inner_product_param", "num_output"), str(label + 1))
