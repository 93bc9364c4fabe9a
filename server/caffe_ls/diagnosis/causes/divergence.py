"""Divergence: training drives values up, or kills units. What is most out of proportion is to blame.

Bringing that down heals the run; where all is in proportion, the rate is still too high for this net: it is the only
factor that is there to be tuned.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from caffe_ls.analysis.observations import RECURRENT, finite_values, late, shown
from caffe_ls.diagnosis.cause import Cause, Reason
from caffe_ls.diagnosis.causes.factor import Factor
from caffe_ls.diagnosis.causes.proportions import factors
from caffe_ls.diagnosis.edits import set_solver
from caffe_ls.diagnosis.symptoms import Symptoms
from caffe_ls.training_log.record import NonFinite

_FAR = 1.2
"""Decades above the usual from which a net that learns nothing is explained; ten times the usual is often meant."""

_LOST = 3.0
"""So far, in nats, above knowing nothing scores of order 1 never bring a loss."""

_SETTLED = 4
"""Displays after a jump: a net that has just been thrown off is on its way to somewhere, not there."""

_HIGH_START = 5.0
"""A first loss so many times that of knowing nothing: the first weights or the inputs are far too large."""

BEFORE_THE_LOG = "nan is in the first numbers that the log shows: what brought it stands before them"
"""Why nobody can be sure of the cause."""


def weigh(symptoms: Symptoms) -> Iterator[Cause]:
    """The causes of a divergence, ranked by how far each factor is above its usual size."""
    evidence = symptoms.evidence
    if evidence.ended == "fatal" and not symptoms.broke_in_training:
        return
    found = list(factors(symptoms))
    trouble = list(_trouble(symptoms)) or list(_nothing_learnt(symptoms, found))
    if not trouble:
        return
    if symptoms.broke_before_any_update:
        # No rate has acted yet, and of large data alone no first pass makes what is no number.
        causes = {factor.cause for factor in found}
        without = {"learning-rate-too-high"}
        if "weights-initialised-too-large" not in causes and not _begins_infinite(symptoms):
            without.add("unscaled-input")
        found = [factor for factor in found if factor.cause not in without]
    elif symptoms.lost_at_once is not None:
        found = [factor for factor in found if factor.cause != "learning-rate-too-high"]
    recurrent = _unclipped(symptoms)
    if recurrent is not None and not symptoms.broke_before_any_update:
        yield Cause(
            "unclipped-recurrent-gradient",
            0.88,
            (*recurrent, *trouble[:2]),
            "set clip_gradients to a norm that healthy iterations have: the loss stays finite",
            (set_solver(evidence, "clip_gradients", "1"),),
        )
    ranked = sorted(found, key=lambda factor: -factor.decades)
    strength = _strength(symptoms, ranked[0].decades if ranked else 0.0)
    for place, factor in enumerate(ranked):
        lead = factor.decades - (ranked[place + 1].decades if place + 1 < len(ranked) else 0.0) if place == 0 else 0.0
        if place == 0:
            sure = strength * min(0.97, 0.72 + 0.12 * max(0.0, lead))
        elif factor.decades > 0.3:
            sure = strength * max(0.15, 0.55 - 0.15 * (ranked[0].decades - factor.decades))
        else:
            sure = 0.1 * strength
        unseen = symptoms.broke_before_the_log or symptoms.lost_before_the_log
        fixes = () if unseen else factor.fixes
        yield Cause(factor.cause, sure, (*factor.reasons, *trouble[:3]), factor.confirm, fixes)


def _begins_infinite(symptoms: Symptoms) -> bool:
    return any(curve.series.values and math.isinf(curve.series.values[0]) for curve in symptoms.losses)


def largest_excess(symptoms: Symptoms) -> float:
    """By how many decades the factor farthest above its usual size lies above it."""
    return max(factor.decades for factor in factors(symptoms))


def _strength(symptoms: Symptoms, excess: float) -> float:
    """How sure it is that anything diverged at all."""
    if symptoms.exploded or symptoms.died is not None:
        return 0.93
    if symptoms.broke_before_any_update:
        return 0.6
    if symptoms.broke_before_the_log or symptoms.lost_before_the_log:
        return 0.5
    if symptoms.came_suddenly and excess >= 1 and broke_early(symptoms):
        return 0.9  # What is so far out of proportion takes no more than the iterations that were not displayed.
    return 0.75


def broke_early(symptoms: Symptoms) -> bool:
    """Whether nan or inf was there by the third displayed iteration."""
    found, shown_at = symptoms.nonfinite, symptoms.evidence.run.loss.iterations
    return found is not None and found.iteration is not None and found.iteration <= max([0, *shown_at[:3]])


def _trouble(symptoms: Symptoms) -> Iterator[Reason]:
    """What shows that the run diverged."""
    if symptoms.died is not None:
        death = symptoms.died
        text = f"all outputs of `{death.layer}` are exactly 0 from iteration {death.iteration} on: its units died"
        yield Reason(death.line, text)
    growth = symptoms.largest_growth
    if growth is not None and (symptoms.exploded or symptoms.died is not None):
        text = (
            f"{growth.what} grew from {shown(growth.first)} to {shown(growth.largest)} by iteration {growth.iteration}"
        )
        yield Reason(growth.line, text)
    found = symptoms.nonfinite
    if found is not None and symptoms.broke_before_the_log:
        yield Reason(found.line, BEFORE_THE_LOG)
    elif found is not None and symptoms.broke_in_training:
        yield Reason(found.line, f"the first value that is no number: {_place(found)}, iteration {found.iteration}")
    curve = symptoms.worst_loss
    if curve is not None and (growth is None or f"`{curve.name}`" not in growth.what or not symptoms.exploded):
        values = finite_values(curve.series)
        at = max(at for at, value in enumerate(curve.series.values) if math.isfinite(value))
        text = f"the loss `{curve.name}` went from {shown(values[0])} to {shown(values[-1])}"
        yield Reason(curve.series.line_at(at), text)
    jump = _jumped_to_chance(symptoms)
    if jump is not None:
        yield jump
    floor = symptoms.saturated
    if floor is not None and jump is None and not symptoms.improved:
        values = finite_values(floor.series)
        at = floor.series.values.index(max(values))
        since = ", in the first numbers that the log shows" if symptoms.lost_before_the_log else ""
        text = f"the loss `{floor.name}` was at {shown(max(values))}{since}: all the score went to a wrong class"
        yield Reason(floor.series.line_at(at), text)
    lost = symptoms.unlearned
    if lost is not None and jump is None and not symptoms.broke_in_training:
        values = finite_values(lost.series)
        at = lost.series.values.index(min(values))
        text = (
            f"the loss `{lost.name}` was down to {shown(min(values))} and went back to {lost.chance_in_words} for good"
        )
        yield Reason(lost.series.line_at(at), text)


def _place(found: NonFinite) -> str:
    if found.layer:
        return f"layer `{found.layer}`"
    if found.direction == "norm":
        return "the norm of all parameters" if found.part == "data" else "the norm of all gradients"
    return f"output `{found.blob}`" if found.blob else f"the {found.direction.replace('-', ' ')}"


def _nothing_learnt(symptoms: Symptoms, found: list[Factor]) -> Iterator[Reason]:
    """A net that knows nothing at the end, trained with something far out of proportion that nothing holds back."""
    if symptoms.improved or symptoms.evidence.run.clipping.values or max(one.decades for one in found) < _FAR:
        return
    for curve in symptoms.losses:
        values = finite_values(curve.series)
        if curve.chance is not None and values and values[0] > _HIGH_START * curve.chance and _is_fresh(symptoms):
            text = (
                f"`{curve.name}` begins at {shown(values[0])}, far above {curve.chance_in_words}, and nothing is learnt"
            )
            yield Reason(curve.series.line_at(0), text)
            return
        if len(values) < 10:
            continue
        jumped = max(map(abs, values)) >= 10 * max(abs(values[0]), curve.chance or 0.0)
        # A loss of which chance is not known is flat where it has nothing left to learn, too.
        stays = symptoms.flat and _is_fresh(symptoms)
        knows_nothing = symptoms.never_knew(curve) if curve.chance is not None else stays
        if jumped or knows_nothing:
            at = len(curve.series.values) - 1
            text = f"the loss `{curve.name}` is {shown(late(values))} at the end: nothing has been learnt"
            yield Reason(curve.series.line_at(at), text)
            return


def _is_fresh(symptoms: Symptoms) -> bool:
    """Whether the log shows first weights as fillers make them."""
    return symptoms.evidence.is_from_start and not symptoms.evidence.has_weights_loaded


def _jumped_to_chance(symptoms: Symptoms) -> Reason | None:
    """A loss over classes that began or jumped far above ln C and then stays there, knowing nothing."""
    for curve in symptoms.losses:
        values = finite_values(curve.series)
        if curve.chance is None or len(values) < 4 or (symptoms.improved and values[-1] < 0.9 * curve.chance):
            continue
        peak = max(values[: max(2, len(values) // 3)])
        at = values.index(peak)
        stays = len(values) - at > _SETTLED and abs(values[-1] - curve.chance) < 0.15 * curve.chance
        if peak > max(2 * curve.chance, curve.chance + _LOST) and stays:
            chance = curve.chance_in_words
            text = f"the loss `{curve.name}` was {shown(peak)}, then stays at {chance}: the net knows nothing"
            return Reason(curve.series.line_at(at), text)
    return None


def _unclipped(symptoms: Symptoms) -> tuple[Reason, ...] | None:
    """Why the net is a recurrent one whose gradient nobody holds."""
    evidence = symptoms.evidence
    net, solver = evidence.net, evidence.solver
    if net is None or evidence.run.clipping.values:
        return None
    if solver is not None and solver.number("clip_gradients") > 0:
        return None
    layer = next((one for one in net.layers if one.type in RECURRENT), None)
    if layer is None or not symptoms.exploded:
        return None
    text = (
        f"`{layer.name}` is recurrent: its gradient is a product over time steps, and the solver has no clip_gradients"
    )
    return (Reason(evidence.layer_line(layer.name), text),)
