"""What went wrong in a run as anybody sees it, before asking why: the facts that all causes are weighed against."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

from caffe_ls.analysis.evidence import Evidence
from caffe_ls.analysis.observations import (
    Death,
    Growth,
    LossCurve,
    dead_rectifiers,
    early,
    finite_values,
    growths,
    has_improved,
    is_flat,
    late,
    losses,
)
from caffe_ls.training_log.record import NonFinite

_ORDER = 10.0
_GROWN = 1e3
"""From so large a growth on there is no doubt that a value on its way to infinity was seen growing."""


@dataclass(frozen=True, eq=False)
class Symptoms:
    """The facts of a run. Each is computed when it is first asked for."""

    evidence: Evidence

    @cached_property
    def losses(self) -> list[LossCurve]:
        """The losses that are trained on."""
        return losses(self.evidence)

    @cached_property
    def nonfinite(self) -> NonFinite | None:
        """The first nan or inf of training; of tests only where training has none: a first test may."""
        return self.evidence.nonfinite

    @cached_property
    def broke_in_training(self) -> bool:
        """Whether nan or inf came up in training."""
        return self.nonfinite is not None and self.nonfinite.phase == "TRAIN"

    @cached_property
    def broke_before_any_update(self) -> bool:
        """Whether nan or inf stands in the very first pass, in which no learning rate has acted yet."""
        found = self.nonfinite
        return found is not None and self.evidence.is_from_start and (found.iteration or 0) == 0

    @cached_property
    def improved(self) -> bool:
        """Whether a loss came down and is still a number at the end."""
        return any(
            has_improved(finite_values(curve.series)) and math.isfinite(curve.series.values[-1])
            for curve in self.losses
            if curve.series.values
        )

    @cached_property
    def flat(self) -> bool:
        """Whether no loss has moved from where it began."""
        levels = [finite_values(curve.series) for curve in self.losses]
        return bool(levels) and all(is_flat(values) for values in levels)

    @cached_property
    def growths(self) -> tuple[Growth, ...]:
        """What grew by orders of magnitude."""
        return tuple(growths(self.evidence))

    @cached_property
    def largest_growth(self) -> Growth | None:
        """The quantity that grew most."""
        return max(self.growths, key=lambda growth: growth.factor, default=None)

    @cached_property
    def worst_loss(self) -> LossCurve | None:
        """A loss that is higher at the end, by an order of magnitude, than it was, and than knowing nothing is."""
        for curve in self.losses:
            values = finite_values(curve.series)
            if len(values) >= 2 and late(values) >= _ORDER * max(abs(early(values)), 1e-30):
                return curve
            if curve.chance and len(values) >= 2 and late(values) >= max(2 * curve.chance, 2 * early(values)):
                return curve
        return None

    @cached_property
    def shows_overflow(self) -> bool:
        """Whether inf, not nan, came first: a sum or a product that became too large, after updates had acted."""
        found = self.nonfinite
        if found is None or self.broke_before_any_update:
            return False
        if found.direction == "norm":
            return True
        return any(
            math.isinf(next((value for value in series.values if not math.isfinite(value)), 0.0))
            for output, series in self.evidence.run.outputs.items()
            if output.phase == "TRAIN"
        )

    @cached_property
    def exploded(self) -> bool:
        """Whether training drove values up by orders of magnitude, to infinity or not."""
        largest = self.largest_growth
        if self.broke_in_training:
            grown = largest is not None and largest.factor >= _GROWN
            return not self.broke_before_any_update and (grown or self.shows_overflow)
        if self.worst_loss is not None:
            return True
        weights = [growth for growth in self.growths if "loss" not in growth.what]
        return bool(weights) and not self.improved

    @cached_property
    def came_suddenly(self) -> bool:
        """Whether nan or inf came out of healthy numbers."""
        return self.broke_in_training and not self.exploded and not self.broke_before_any_update

    @cached_property
    def dead(self) -> list[Death]:
        """ReLU layers that let nothing through to the end."""
        return dead_rectifiers(self.evidence)

    @cached_property
    def died(self) -> Death | None:
        """The first ReLU layer that lived and then died, in a run that learns nothing."""
        if self.improved:
            return None
        return min((death for death in self.dead if not death.born), key=lambda death: death.iteration, default=None)

    @cached_property
    def negative_loss(self) -> LossCurve | None:
        """A loss that is below 0."""
        for curve in self.losses:
            if any(value < 0 for value in finite_values(curve.series)):
                return curve
        return None

    @cached_property
    def has_trouble(self) -> bool:
        """Whether anything is seen that a healthy run does not show."""
        return (
            self.broke_in_training
            or self.exploded
            or self.died is not None
            or self.negative_loss is not None
            or any(death.born for death in self.dead)
        )
