"""Divergence: training drives values up, or kills units; what is most out of proportion is to blame.

The first step of a weight, as a share of it, is

    rate x weight of the loss x slope of the loss x size of the inputs x size of the weights on the way

and each of these has a usual size. In decades (powers of ten) away from it the factors can be compared: the one that is
farthest above its usual size is the root, and bringing it down is what heals the run. Where all are usual, the rate is
still too high for this net: it is the only one of them that is there to be tuned.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from caffe_ls.analysis.evidence import Evidence
from caffe_ls.analysis.observations import (
    NORMALISING,
    RECURRENT,
    REGRESSIONS,
    WEIGHTED,
    finite_values,
    late,
    shown,
    steps_at,
)
from caffe_ls.diagnosis.cause import Cause, Reason
from caffe_ls.diagnosis.causes.fillers import input_width, typical_weight
from caffe_ls.diagnosis.edits import set_in_layer, set_solver
from caffe_ls.diagnosis.symptoms import Symptoms
from caffe_ls.net.model import Layer, Net
from caffe_ls.rules.finding import Fix

_USUAL_RATES = {"SGD": 0.01, "Nesterov": 0.01, "AdaGrad": 0.01, "AdaDelta": 1.0, "Adam": 0.001, "RMSProp": 0.001}
"""Rates with which each rule trains nets of unit inputs: Caffe's own examples and the rules' papers."""

_KEEPS_VARIANCE = 2.0
"""A weight's variance times the width of its input that keeps activations as they are through ReLUs (He et al.)."""

_XAVIER = math.sqrt(1 / _KEEPS_VARIANCE)
"""How many times larger xavier's weights make what goes through them."""

_RAW_IMAGE = 60.0
"""The mean distance of pixels from their mean, in images of 0..255, as nobody has scaled them."""

_FAR = 1.2
"""Decades above the usual from which a net that learns nothing is explained; ten times the usual is often meant."""

_HIGH_START = 5.0
"""A first loss so many times that of knowing nothing: the first weights or the inputs are far too large."""


@dataclass(frozen=True)
class Factor:
    """How many decades something lies above its usual size, and what shows it."""

    cause: str
    decades: float
    reasons: tuple[Reason, ...]
    confirm: str
    fixes: tuple[Fix, ...] = ()


def weigh(symptoms: Symptoms) -> Iterator[Cause]:
    """The causes of a divergence, ranked by how far each factor is above its usual size."""
    evidence = symptoms.evidence
    if evidence.ended == "fatal" and not symptoms.broke_in_training:
        return
    factors = list(_factors(symptoms))
    trouble = list(_trouble(symptoms)) or list(_nothing_learnt(symptoms, factors))
    if not trouble:
        return
    if symptoms.broke_before_any_update:
        factors = [factor for factor in factors if factor.cause not in ("learning-rate-too-high",)]
    recurrent = _unclipped(symptoms)
    if recurrent is not None and not symptoms.broke_before_any_update:
        yield Cause(
            "unclipped-recurrent-gradient",
            0.88,
            (*recurrent, *trouble[:2]),
            "set clip_gradients to a norm that healthy iterations have: the loss stays finite",
            (set_solver(evidence, "clip_gradients", "1"),),
        )
    ranked = sorted(factors, key=lambda factor: -factor.decades)
    strength = _strength(symptoms, ranked[0].decades if ranked else 0.0)
    for place, factor in enumerate(ranked):
        lead = factor.decades - (ranked[place + 1].decades if place + 1 < len(ranked) else 0.0) if place == 0 else 0.0
        if place == 0:
            sure = strength * min(0.97, 0.72 + 0.12 * max(0.0, lead))
        elif factor.decades > 0.3:
            sure = strength * max(0.15, 0.55 - 0.15 * (ranked[0].decades - factor.decades))
        else:
            sure = 0.1 * strength
        yield Cause(factor.cause, sure, (*factor.reasons, *trouble[:3]), factor.confirm, factor.fixes)


def largest_excess(symptoms: Symptoms) -> float:
    """By how many decades the factor farthest above its usual size lies above it."""
    return max(factor.decades for factor in _factors(symptoms))


def _strength(symptoms: Symptoms, excess: float) -> float:
    """How sure it is that anything diverged at all."""
    if symptoms.exploded or symptoms.died is not None:
        return 0.93
    if symptoms.broke_before_any_update:
        return 0.6
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
    if found is not None and symptoms.broke_in_training:
        where = (
            f"layer `{found.layer}`" if found.layer else f"`{found.blob}`" if found.blob else f"the {found.direction}"
        )
        yield Reason(found.line, f"the first value that is no number: {where}, iteration {found.iteration}")
    curve = symptoms.worst_loss
    if curve is not None:
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
        text = f"the loss `{floor.name}` was at {shown(max(values))}: all the score went to a wrong class"
        yield Reason(floor.series.line_at(at), text)
    lost = symptoms.unlearned
    if lost is not None and jump is None and not symptoms.broke_in_training:
        values = finite_values(lost.series)
        at = lost.series.values.index(min(values))
        text = (
            f"the loss `{lost.name}` was down to {shown(min(values))} and went back to {lost.chance_in_words} for good"
        )
        yield Reason(lost.series.line_at(at), text)


def _nothing_learnt(symptoms: Symptoms, factors: list[Factor]) -> Iterator[Reason]:
    """A net that knows nothing at the end, trained with something far out of proportion that nothing holds back."""
    if symptoms.improved or symptoms.evidence.run.clipping.values or max(one.decades for one in factors) < _FAR:
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
        knows_nothing = curve is symptoms.at_chance if curve.chance is not None else symptoms.flat
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
        if peak > 2 * curve.chance and abs(values[-1] - curve.chance) < 0.15 * curve.chance:
            at = values.index(peak)
            chance = curve.chance_in_words
            text = f"the loss `{curve.name}` was {shown(peak)}, then stays at {chance}: the net knows nothing"
            return Reason(curve.series.line_at(at), text)
    return None


def _factors(symptoms: Symptoms) -> Iterator[Factor]:
    evidence = symptoms.evidence
    yield _rate(symptoms)
    loss_weight = _loss_weight(symptoms)
    if loss_weight is not None:
        yield loss_weight
    inputs = _inputs(evidence)
    targets = _targets(symptoms) or (_first_scores(symptoms) if inputs is None else None)
    scale = max((one for one in (inputs, targets) if one is not None), key=lambda one: one.decades, default=None)
    if scale is not None:
        yield scale
    weights = _weights(evidence)
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
    reasons = [Reason(evidence.solver_line("base_lr") or _first_line(evidence), f"the rate is {rate:g}{times}")]
    steps = [step for step in steps_at(evidence) if step.share > 0]
    advised = rate / 10
    if steps:
        largest = max(steps, key=lambda step: step.share)
        text = (
            f"the first step changes the weights of `{largest.layer}` by {shown(100 * largest.share)} % of their size"
        )
        reasons.append(Reason(largest.line, text))
        # Steps of a hundredth are as large as healthy nets have them.
        advised = min(advised, rate * 0.01 / largest.share)
    advised = _rounded(advised)
    return Factor(
        "learning-rate-too-high",
        max(decades, 0.25),
        tuple(reasons),
        f"train some iterations with base_lr {advised:g}: the loss falls and no layer dies",
        (set_solver(evidence, "base_lr", f"{advised:g}"),),
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
    if weight <= 1:
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


def _inputs(evidence: Evidence) -> Factor | None:
    """How much larger than 1 the data are, less what small first weights take back."""
    net = evidence.net
    if net is None:
        return _inputs_in_log(evidence)
    for layer in net.layers:
        if layer.type not in WEIGHTED or not layer.sources or layer.sources[0] is None:
            continue
        source = net.layers[layer.sources[0].layer]
        if source.bottoms and evidence.type_of(source.name) not in ("Power", "Scale", "Split", "Reshape", "Flatten"):
            continue
        size, reason = _size_of_data(evidence, layer, source)
        if size is None or size <= 0 or not math.isfinite(size):
            continue
        decades = math.log10(size) + _taken_back(evidence, net)
        if decades > 0.3 and reason is not None:
            return Factor(
                "unscaled-input",
                decades,
                (reason,),
                "scale the data to about -1..1 (transform_param { scale: 0.00390625 }) and leave the rest",
                _scaling(evidence, source.name),
            )
        return None
    return None


def _taken_back(evidence: Evidence, net: Net) -> float:
    """What fillers smaller than xavier's take back, in decades: nets of raw images are trained with such."""
    gains = [_gain(evidence, layer) for layer in net.layers if layer.type in WEIGHTED]
    return sum(min(0.0, math.log10(gain / _XAVIER)) for gain in gains if gain)


def _inputs_in_log(evidence: Evidence) -> Factor | None:
    """As above where the log has debug lines and no net: what its first layer gives out is the data."""
    if not evidence.order or not evidence.has_debug or evidence.params(evidence.order[0]):
        return None
    series = evidence.top(evidence.order[0])
    values = finite_values(series) if series is not None else []
    if series is None or not values or values[0] <= 2:
        return None
    reason = Reason(series.line_at(0), f"`{evidence.order[0]}` gives {shown(values[0])} in the mean")
    confirm = "scale the data to about -1..1 and leave the rest"
    return Factor("unscaled-input", math.log10(values[0]), (reason,), confirm)


def _size_of_data(evidence: Evidence, layer: Layer, source: Layer) -> tuple[float | None, Reason | None]:
    series = evidence.bottom(layer.name)
    values = finite_values(series) if series is not None else []
    if series is not None and values:
        text = f"the data that `{layer.name}` reads are {shown(values[0])} in the mean"
        return values[0], Reason(series.line_at(0), text)
    spec = evidence.written.get(source.name)
    if spec is None or spec.type not in ("Data", "ImageData", "WindowData", "AnnotatedData", "VideoData"):
        return None, None
    transform = spec.fields.group("transform_param")
    param = {"Data": "data_param", "ImageData": "image_data_param"}.get(spec.type, "")
    scale = transform.number("scale", spec.fields.group(param).number("scale", 1.0))
    line = evidence.layer_line(source.name)
    if scale == 1.0:
        return _RAW_IMAGE, Reason(
            line, f"`{source.name}` gives its images as they are, 0..255: transform_param has no scale"
        )
    return _RAW_IMAGE * scale, None


def _scaling(evidence: Evidence, source: str) -> tuple[Fix, ...]:
    spec = evidence.written.get(source)
    if spec is None or spec.type not in ("Data", "ImageData", "MemoryData", "AnnotatedData"):
        return ()
    return (set_in_layer(evidence, source, ("transform_param", "scale"), "0.00390625"),)


def _targets(symptoms: Symptoms) -> Factor | None:
    """How large the targets of a regression are, told from the data or from the first loss, half their mean square."""
    evidence = symptoms.evidence
    found: Factor | None = None
    for curve in symptoms.losses:
        if curve.type not in REGRESSIONS or not curve.series.values:
            continue
        size, line = _target_size(evidence, curve.layer, curve.type, curve.series.values[0], curve.series.line_at(0))
        if size is None or size <= 1 or not math.isfinite(size) or _paths_weights(evidence, curve.layer) <= 1:
            continue
        factor = Factor(
            "unscaled-input",
            math.log10(size) + 0.15,
            (
                Reason(
                    line, f"the targets of `{curve.layer}` are about {shown(size)}: so large are its gradients at first"
                ),
            ),
            "divide the targets so that they are about 1",
        )
        if found is None or factor.decades > found.decades:
            found = factor
    return found


def _first_scores(symptoms: Symptoms) -> Factor | None:
    """How large the inputs must be for the first loss over classes, in which no rate has acted yet.

    Scores of order 1 give about ln C. A first loss far above it is as large as the scores are; what the first weights
    do not account for, the inputs do.
    """
    evidence = symptoms.evidence
    weights = _weights(evidence)
    for curve in symptoms.losses:
        values = curve.series.values
        if curve.chance is None or not evidence.is_from_start or evidence.has_weights_loaded or curve.from_tests:
            continue
        if not math.isfinite(values[0]) or values[0] < 2 * curve.chance or curve.type != "SoftmaxWithLoss":
            continue
        decades = math.log10(values[0] / curve.chance) - (weights.decades if weights is not None else 0.0)
        if decades > 0.3 and not any(spec.type in NORMALISING for spec in evidence.written.values()):
            text = f"`{curve.name}` is {shown(values[0])} before the first step, far above {curve.chance_in_words}"
            reasons = (
                Reason(curve.series.line_at(0), text),
                Reason(None, "the first weights do not account for it: what they are given must be large"),
            )
            return Factor(
                "unscaled-input", decades, reasons, "look at the range of the data; scale them to about -1..1"
            )
    return None


def _target_size(
    evidence: Evidence, layer: str, kind: str, first_loss: float, line: int
) -> tuple[float | None, int | None]:
    for index in (1, 0):
        series = evidence.bottom(layer, index)
        known = evidence.layers.get(layer)
        is_target = known is not None and known.bottoms_need_backward[index : index + 1] == (False,)
        if series is not None and series.values and is_target and math.isfinite(series.values[0]):
            return series.values[0], series.line_at(0)
    shape = evidence.bottom_shape(layer)
    each = math.prod(dim or 1 for dim in shape[1:]) if shape else 1
    if not math.isfinite(first_loss) or first_loss <= 0:
        return None, None
    return (math.sqrt(2 * first_loss / each) if kind == "EuclideanLoss" else first_loss), line


def _paths_weights(evidence: Evidence, layer: str) -> int:
    """How many layers of weights lie between the data and a loss: the targets' size drives apart two and more.

    A single one is linear in its weights: whether it diverges depends on the rate and the inputs alone, however large
    the targets are.
    """
    net = evidence.net
    if net is None:
        return 2
    index = {one.name: at for at, one in enumerate(net.layers)}
    if layer not in index:
        return 2
    depth: dict[int, int] = {}
    for at, one in enumerate(net.layers):
        below = max((depth[source.layer] for source in one.sources if source is not None), default=0)
        depth[at] = below + (1 if one.param_shapes or one.type in WEIGHTED or one.type in RECURRENT else 0)
    return depth[index[layer]]


def _weights(evidence: Evidence) -> Factor | None:
    """How many decades the first weights of all layers together blow up what goes through them."""
    net = evidence.net
    if net is None or evidence.has_weights_loaded:
        return None
    total, worst, reasons = 0.0, 0.0, []
    for at, layer in enumerate(net.layers):
        if layer.type not in WEIGHTED and layer.type not in RECURRENT:
            continue
        gain = _gain(evidence, layer)
        if gain is None or gain <= 1:
            continue
        decades = math.log10(gain)
        if _is_normalised(evidence, at):
            continue
        total += decades
        if decades > max(worst, 0.5):
            worst = decades
            weight = _weight_size(evidence, layer)
            size = shown(weight or 0)
            text = f"the first weights of `{layer.name}` ({size}) make what it reads {shown(gain)} times larger"
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


def _is_normalised(evidence: Evidence, at: int) -> bool:
    net = evidence.net
    assert net is not None
    return any(
        later.type in NORMALISING and any(source is not None and source.layer == at for source in later.sources)
        for later in net.layers[at + 1 :]
    )


def _gain(evidence: Evidence, layer: Layer) -> float | None:
    """How many times larger a layer's output is than its input, of a layer that keeps the variance."""
    width, weight = input_width(evidence, layer), _weight_size(evidence, layer)
    if not width or not weight:
        return None
    return weight * math.sqrt(width / _KEEPS_VARIANCE)


def _weight_size(evidence: Evidence, layer: Layer) -> float | None:
    """The root mean square of a layer's first weights: as the first pass shows it, else as the filler makes it."""
    params = evidence.params(layer.name)
    if params and evidence.is_from_start:
        values = finite_values(params[0][0])
        if values:
            return values[0] * math.sqrt(math.pi / 2)  # Of a normal distribution, from its mean |x|.
    return typical_weight(evidence, layer)


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
