"""What went wrong in a run as anybody sees it, before asking why: the facts that all causes are weighed against."""

from __future__ import annotations

import math
from functools import cached_property

from caffe_ls.analysis.evidence import Evidence
from caffe_ls.analysis.observations import (
    LOG_OF_SMALLEST_FLOAT,
    Death,
    Growth,
    LossCurve,
    dead_rectifiers,
    early,
    finite_values,
    first_nonfinite_in_training,
    growths,
    has_improved,
    is_flat,
    is_measure,
    late,
    losses,
    scatter,
    smoothed,
)
from caffe_ls.immutable import dataclass
from caffe_ls.training_log.record import NonFinite
from caffe_ls.training_log.series import Series

_ORDER = 10.0
_FLOOR = LOG_OF_SMALLEST_FLOAT
_ALMOST = 0.75
"""A batch of which three quarters sit at the floor."""

_NEAR_BELOW, _NEAR_ABOVE = 0.95, 1.1
"""Around ln C: below it a net knows something; above, it is as good as nothing, with scatter."""

_WORSE = 1.3
"""So far above knowing nothing, and above where it began, no loss stays that is on its way down."""

_LOST = 3.0
"""So far, in nats, above knowing nothing scores of order 1 never bring a loss for several batches."""

_BEYOND_SCATTER = 1e6

_BEYOND_CHANCE = 8.0
"""A single value so many times farther below knowing nothing than all later ones are around it is no accident."""

_STEADY = 6  # Displays that show where a value goes.
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
        """The first nan or inf of training; of tests only where training has none."""
        in_training = first_nonfinite_in_training(self.evidence)
        found = self.evidence.nonfinite
        if in_training is not None or found is None or is_measure(self.evidence.run, found.direction, found.blob):
            return in_training
        return found

    @cached_property
    def broke_in_training(self) -> bool:
        """Whether nan or inf came up in training."""
        if self.nonfinite is None or self.nonfinite.phase == "TRAIN":
            return self.nonfinite is not None
        # Of a run that displays no training, tests tell; the first one may overflow for no harm.
        return (
            any(curve.from_tests and not math.isfinite(curve.series.values[-1]) for curve in self.losses)
            and (self.nonfinite.iteration or 0) > 0
        )

    @cached_property
    def broke_in_tests(self) -> bool:
        """Whether tests give nan or inf after the first one, and training does not."""
        if self.broke_in_training or self.nonfinite is None:
            return False
        tests = [series for output, series in self.evidence.run.outputs.items() if output.phase == "TEST"]
        return any(
            not math.isfinite(value) and iteration > series.iterations[0]
            for series in tests
            for iteration, value in zip(series.iterations, series.values, strict=True)
        )

    @cached_property
    def broke_before_any_update(self) -> bool:
        """Whether nan or inf stands in the very first pass, in which no learning rate has acted yet."""
        found, run = self.nonfinite, self.evidence.run
        if found is None or not self.evidence.is_from_start or (found.iteration or 0) > 0:
            return False
        # Outputs come below their `Iteration N` line; those of no iteration are of one that is not shown.
        return run.first_iteration is not None or (bool(run.texts or run.nets) and found.direction != "loss")

    @cached_property
    def begins_broken(self) -> bool:
        """Whether nan or inf stands in the first numbers of training that are shown, and updates had acted before."""
        found, run = self.nonfinite, self.evidence.run
        if found is None or not self.broke_in_training or self.broke_before_any_update:
            return False
        outputs = [series for output, series in run.outputs.items() if output.phase == "TRAIN"]
        debug = [series for (phase, _, _), series in run.debug.items() if phase == "TRAIN"]
        return not any(
            series.line_at(at) < found.line and math.isfinite(value)
            for series in (run.loss, *outputs, *debug)
            for at, value in enumerate(series.values[:1])
        )

    @cached_property
    def broke_before_the_log(self) -> bool:
        """Whether the iterations in which nan or inf came up stand before what the log shows."""
        run = self.evidence.run
        return self.begins_broken and not (self.evidence.is_from_start and run.first_iteration is not None)

    @cached_property
    def broken_alone(self) -> tuple[str, str] | None:
        """A loss that is no number where another one is, as a usual number: both their names."""
        found, outputs = self.nonfinite, self.evidence.run.outputs.items()
        if found is None or not self.broke_in_training or found.direction != "loss":
            return None
        now = {
            output.name: value
            for output, series in outputs
            if output.phase == "TRAIN" and output.name in self.evidence.run.loss_weights
            for iteration, value in zip(series.iterations, series.values, strict=True)
            if iteration == found.iteration
        }
        broken = next((name for name, value in now.items() if not math.isfinite(value)), None)
        usual = next((name for name, value in now.items() if 0 < abs(value) < _ALMOST * _FLOOR), None)
        return None if broken is None or usual is None else (" ".join(broken.split()), " ".join(usual.split()))

    @cached_property
    def improved(self) -> bool:
        """Whether a loss came down below where it began and below knowing nothing, and the net still learns."""
        return not self.stopped_learning and any(_is_better(curve) for curve in self.losses)

    @cached_property
    def fell_far(self) -> bool:
        """Whether a loss came down to less than half of what it was."""
        levels = [finite_values(curve.series) for curve in self.losses]
        return any(len(values) >= 3 and late(values) < 0.5 * early(values) for values in levels)

    @cached_property
    def stopped_learning(self) -> bool:
        """Whether in the last pass shown the gradients of all weights, biases not counted, are exactly 0."""
        last = [
            diff.values[-1]
            for layer in self.evidence.order
            for _, diff in self.evidence.params(layer)[:1]
            if diff is not None and diff.values
        ]
        return bool(last) and not any(last)

    @cached_property
    def at_chance(self) -> LossCurve | None:
        """A loss over classes that ends where knowing nothing is, at ln of their number, and never was below it."""
        for curve in self.losses:
            values = finite_values(curve.series)
            if curve.chance is None or len(values) < 4 or not math.isfinite(curve.series.values[-1]):
                continue
            if _is_near(late(values), curve.chance) and self.never_knew(curve):
                return curve
        return None

    def never_knew(self, curve: LossCurve) -> bool:
        """Whether a loss over classes never came below knowing nothing, and ends there or above."""
        values = finite_values(curve.series)
        chance = curve.chance or 0.0
        return len(values) >= 4 and late(values) > _NEAR_BELOW * chance and min(smoothed(values)) > 0.85 * chance

    @cached_property
    def unlearned(self) -> LossCurve | None:
        """A loss over classes that had come down and then went back to knowing nothing, and stays there."""
        for curve in self.losses:
            values = finite_values(curve.series)
            if curve.chance is None or len(values) < 6:
                continue
            levels = smoothed(values)
            best = min(range(len(levels)), key=levels.__getitem__)
            if levels[best] < 0.8 * curve.chance:
                rest = values[best + len(values) - len(levels) + 1 :]
            else:
                best = min(range(len(values)), key=values.__getitem__)  # Of few displays one may be all that shows it.
                rest = values[best + 1 :]
                if curve.chance - values[best] < _BEYOND_CHANCE * max(
                    [abs(value - curve.chance) for value in rest] or [math.inf]
                ):
                    continue
            if len(rest) >= 3 and _is_near(late(rest), curve.chance) and scatter(rest) < 0.05 * curve.chance:
                return curve
        return None

    @cached_property
    def saturated(self) -> LossCurve | None:
        """A loss that has been at the floor of its logarithm: all scores were lost to one class."""
        for curve in self.losses:
            values = finite_values(curve.series)
            known = (curve.type == "SoftmaxWithLoss" and curve.terms == 1) or (
                not curve.type and values and max(values) < 1.001 * _FLOOR
            )
            if known and values and _ALMOST * _FLOOR <= max(values) <= 1.001 * _FLOOR:
                return curve
        return None

    @cached_property
    def lost_at_once(self) -> LossCurve | None:
        """A loss that is at the floor of its logarithm in the very first pass, in which no rate has acted yet."""
        curve = self.saturated
        if curve is None or not self.evidence.is_from_start or curve.from_tests or curve.series.iterations[0] != 0:
            return None
        return curve if _ALMOST * _FLOOR <= curve.series.values[0] <= 1.001 * _FLOOR else None

    @cached_property
    def lost_before_the_log(self) -> bool:
        """Whether a loss is at the floor of its logarithm in the first numbers shown of a run that had begun before."""
        curve = self.saturated
        return curve is not None and not self.evidence.is_from_start and curve.series.values[0] >= _ALMOST * _FLOOR

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
            values = [abs(value) for value in finite_values(curve.series)]
            if len(values) < 2 or not values[0]:
                continue
            # Batches of a few items scatter: none of the last ones may be as low as the first were.
            first = values[:1] if len(values) >= 10 or len(values) < 4 or curve.chance else values[:2]
            start = max([curve.chance or 0.0, *first])
            lowest = min(values[-max(1, len(values) // 3) :])
            if lowest > _BEYOND_SCATTER * values[0]:
                return curve
            if lowest < start:
                continue
            end = late(values)
            # Of a few values scores of order 1 may bring some to twice what knowing nothing is.
            worse = _WORSE * start if len(values) >= 10 else max(2 * start, start + _LOST)
            if end >= _ORDER * start or (curve.chance and end >= worse):
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
            _overflows(series) for output, series in self.evidence.run.outputs.items() if output.phase == "TRAIN"
        )

    @cached_property
    def exploded(self) -> bool:
        """Whether training drove values up by orders of magnitude, to infinity or not."""
        largest = self.largest_growth
        if self.broke_in_training:
            grown = largest is not None and largest.factor >= _GROWN
            rose = self.worst_loss is not None or self.saturated is not None
            return not self.broke_before_any_update and (grown or rose or self.shows_overflow)
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
            or self.unlearned is not None
            or self.saturated is not None
        )


def _overflows(series: Series) -> bool:
    """Whether inf comes before nan, and not out of many displays of a value that only fell: that is no overflow."""
    at = next((at for at, value in enumerate(series.values) if not math.isfinite(value)), None)
    if at is None or not math.isinf(series.values[at]):
        return False
    before = series.values[:at].tolist()
    return len(before) < _STEADY or max(map(abs, before[-3:])) > max(map(abs, before[:3]))


def _is_better(curve: LossCurve) -> bool:
    values = finite_values(curve.series)
    if len(values) < 3 or not math.isfinite(curve.series.values[-1]) or not has_improved(values):
        return False
    return late(values) < 0.9 * abs(values[0]) and (curve.chance is None or late(values) < _NEAR_BELOW * curve.chance)


def _is_near(level: float, chance: float) -> bool:
    return _NEAR_BELOW * chance < level < _NEAR_ABOVE * chance
