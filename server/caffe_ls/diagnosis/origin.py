"""Where the first nan or inf was made: which layer, out of what."""

from __future__ import annotations

import math

from caffe_ls.analysis.observations import value_at
from caffe_ls.diagnosis.symptoms import Symptoms
from caffe_ls.immutable import dataclass
from caffe_ls.training_log.record import Quantity


@dataclass(frozen=True, slots=True)
class Origin:
    """The layer in whose line the first nan or inf of training stands, and what that pass says of what it worked on.

    `inputs_are_finite`: all that it read is finite, or is not shown. `largest_input` is the largest of their means.
    """

    layer: str
    type: str
    direction: str
    value: float
    is_data: bool
    inputs_are_finite: bool
    weights_are_broken: bool
    largest_input: float


def origin_of(symptoms: Symptoms) -> Origin | None:
    """The origin; None where no debug line shows it."""
    evidence, found = symptoms.evidence, symptoms.nonfinite
    if found is None or found.layer is None or found.direction not in ("forward", "backward", "update"):
        return None
    iteration = found.iteration or 0
    quantity = next(
        (
            (quantity, series)
            for (phase, net, quantity), series in evidence.run.debug.items()
            if (phase, net) == ("TRAIN", 0) and _is(quantity, found.direction, found.layer, found.blob, found.part)
        ),
        None,
    )
    value = value_at(quantity[1], iteration) if quantity is not None else None
    known = evidence.layers.get(found.layer)
    spec = evidence.written.get(found.layer)
    bottoms = [evidence.bottom(found.layer, index) for index in range(len(known.bottoms) if known else 0)]
    inputs = [read for series in bottoms if (read := value_at(series, iteration)) is not None]
    weights = [value_at(data, iteration) for data, _ in evidence.params(found.layer)]
    first = evidence.order[:1] == [found.layer] and found.direction == "forward"
    return Origin(
        found.layer,
        evidence.type_of(found.layer),
        found.direction,
        math.nan if value is None else value,
        is_data=found.direction == "forward" and (not spec.bottoms if spec is not None else first),
        inputs_are_finite=all(math.isfinite(read) for read in inputs),
        weights_are_broken=any(weight is not None and not math.isfinite(weight) for weight in weights),
        largest_input=max((abs(read) for read in inputs if math.isfinite(read)), default=0.0),
    )


def _is(quantity: Quantity, direction: str, layer: str, blob: str | None, part: str | None) -> bool:
    return (quantity.direction, quantity.layer, quantity.blob, quantity.part) == (direction, layer, blob, part)
