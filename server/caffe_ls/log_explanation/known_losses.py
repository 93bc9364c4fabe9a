"""Values at which losses are known to start or to be stuck, and what they mean there."""

from __future__ import annotations

import math
from collections.abc import Iterator

SOFTMAX_FLOOR = 87.3365447506
"""-ln(FLT_MIN): the loss of a sample whose probability softmax_loss_layer.cpp floors."""

MULTINOMIAL_FLOOR = 46.0517018599
"""-ln(1e-20): the floor of kLOG_THRESHOLD in multinomial_logistic_loss_layer.cpp and its kin."""

_NEAR = 0.002


def known_values(value: float, layer_type: str, classes: int | None, batch: int | None) -> Iterator[str]:
    """What a loss of this size says, for the type of its layer (empty where that is not known)."""
    if math.isnan(value):
        yield "the loss is nan: nothing that follows can be trusted; look for the first nan or inf above"
        return
    if math.isinf(value):
        yield "the loss has overflowed"
        return
    if layer_type in ("", "SoftmaxWithLoss", "SoftmaxWithFocalLoss", "InfogainLoss"):
        if _is(value, SOFTMAX_FLOOR):
            yield (
                "87.3365 = -ln(FLT_MIN): every sample's probability is floored, as after scores that exploded; "
                "on a GPU it may be nan in disguise"
            )
        elif layer_type and batch and value < SOFTMAX_FLOOR:
            share = value * batch / SOFTMAX_FLOOR
            if share >= 1 and abs(share - round(share)) < 1e-4:
                yield f"{round(share)} × 87.3365 / {batch}: so many samples sit at the floor -ln(FLT_MIN)"
    if layer_type in ("", "MultinomialLogisticLoss", "InfogainLoss") and _is(value, MULTINOMIAL_FLOOR):
        yield "46.05 = -ln(1e-20): probabilities are floored; are raw scores fed in where probabilities belong?"
    if layer_type in ("SoftmaxWithLoss", "MultinomialLogisticLoss") and classes and classes > 1:
        chance = math.log(classes)
        if abs(value - chance) <= 0.02 * chance:
            yield f"about ln {classes} = {chance:.4g}: all classes are taken as equally likely, as before any learning"
    if value < 0:
        yield "a loss below 0: a negative `loss_weight` or infogain matrix, or targets outside their domain"
    elif value == 0 and layer_type:
        yield "exactly 0: nothing is asked of the net (no labelled sample, a matrix H of zeros, or a weight of 0)"


def _is(value: float, known: float) -> bool:
    return abs(value - known) <= _NEAR
