"""Weights and biases that nothing can be learnt from: all zero, or such that units are born dead."""

from __future__ import annotations

import math
from collections.abc import Iterator

from caffe_ls.analysis.evidence import Evidence
from caffe_ls.analysis.observations import RECTIFIERS, WEIGHTED, finite_values, shown
from caffe_ls.diagnosis.cause import Cause, Reason
from caffe_ls.diagnosis.causes.fillers import PARAMS, bias_filler, input_width, typical_weight, weight_filler
from caffe_ls.diagnosis.edits import set_in_layer, together
from caffe_ls.diagnosis.symptoms import Symptoms
from caffe_ls.net.model import Layer
from caffe_ls.rules.finding import Fix

_NAMED = 4  # Layers, in the title of a fix.
_CONFIRM_ZERO = "with a weight_filler such as xavier no gradient is exactly 0 from the first iteration on"


def weigh(symptoms: Symptoms) -> Iterator[Cause]:
    """`zero-initialised-weights` and `dead-relu`."""
    yield from _zero(symptoms)
    yield from _born_dead(symptoms)


def _zero(symptoms: Symptoms) -> Iterator[Cause]:
    """A hidden layer of zeros gives 0, and no gradient passes it; in the last layer alone zeros do no harm."""
    evidence = symptoms.evidence
    hidden = _hidden(evidence)
    zeros = [layer for layer in hidden if _is_zero(evidence, layer)]
    # Where all are 0 the last bias alone is learnt: it brings a loss down to the best that is the same for all inputs.
    if symptoms.improved and (len(zeros) < len(hidden) or symptoms.fell_far):
        return
    if evidence.has_weights_loaded or not evidence.is_from_start:
        zeros = [layer for layer in zeros if evidence.params(layer.name)]  # Only what the log shows counts.
    if not zeros:
        yield from _zero_in_log(evidence)
        return
    reasons = []
    stay = []
    for layer in zeros:
        params = evidence.params(layer.name)
        values = finite_values(params[0][0]) if params else []
        if values and values[-1] == 0:
            stay.append(layer)
            line = params[0][0].line_at(0)
            reasons.append(Reason(line, f"all weights of `{layer.name}` are exactly 0, first and last"))
        elif values and (symptoms.flat or _stays_at_chance(symptoms)):
            line = params[0][0].line_at(0)
            reasons.append(Reason(line, f"all weights of `{layer.name}` begin at exactly 0: its units stay alike"))
        elif not values:
            filler = "no weight_filler" if weight_filler(layer) is None else "a constant weight_filler of 0"
            reasons.append(
                Reason(evidence.layer_line(layer.name), f"`{layer.name}` has {filler}: its weights begin at 0")
            )
    if not reasons:
        return
    if stay:
        sure = 0.97 if not symptoms.broke_in_training else 0.9
    elif symptoms.broke_in_training or symptoms.exploded:
        sure = 0.3
    else:
        sure = 0.9 if symptoms.flat or symptoms.improved or _stays_at_chance(symptoms) else 0.45
    path = ("weight_filler", "type")
    each = [
        set_in_layer(evidence, layer.name, (PARAMS.get(layer.type, "convolution_param"), *path), '"xavier"')
        for layer in zeros
    ]
    fixes = together(f'`weight_filler {{ type: "xavier" }}` in {_named(zeros)}', each)
    yield Cause("zero-initialised-weights", sure, tuple(reasons), _CONFIRM_ZERO, fixes)


def _named(layers: list[Layer]) -> str:
    names = [f"`{layer.name}`" for layer in layers]
    return ", ".join(names) if len(names) <= _NAMED else f"{len(names)} layers"


def _zero_in_log(evidence: Evidence) -> Iterator[Cause]:
    """As above where the log has debug lines and no net."""
    if evidence.net is not None or not evidence.is_from_start:
        return
    weighted = [(layer, evidence.params(layer)[0][0]) for layer in evidence.order if evidence.params(layer)]
    zeros = [(layer, data) for layer, data in weighted[:-1] if not any(data.values) and _gives_nothing(evidence, layer)]
    if zeros:
        reasons = tuple(
            Reason(data.line_at(0), f"all weights of `{layer}` are exactly 0, first and last") for layer, data in zeros
        )
        yield Cause("zero-initialised-weights", 0.93, reasons, _CONFIRM_ZERO)


def _gives_nothing(evidence: Evidence, layer: str) -> bool:
    made = evidence.top(layer)
    return made is not None and not any(made.values)


def _hidden(evidence: Evidence) -> list[Layer]:
    """The layers with weights that others lie behind, on the way to a loss."""
    net = evidence.net
    if net is None:
        return []
    weighted = [at for at, layer in enumerate(net.layers) if layer.type in WEIGHTED and layer.needs_backward]
    reached: set[int] = set()  # Layers behind which, towards the loss, there is another one of weights.
    for at in reversed(range(len(net.layers))):
        layer = net.layers[at]
        if at in weighted or at in reached:
            reached.update(source.layer for source in layer.sources if source is not None)
    return [net.layers[at] for at in weighted if at in reached]


def _is_zero(evidence: Evidence, layer: Layer) -> bool:
    params = evidence.params(layer.name)
    if params:
        return params[0][0].values[0] == 0
    return typical_weight(evidence, layer) == 0


def _stays_at_chance(symptoms: Symptoms) -> bool:
    for curve in symptoms.losses:
        values = finite_values(curve.series)
        if curve.chance is not None and values and abs(values[-1] - curve.chance) < 0.1 * curve.chance:
            return True
    return False


def _born_dead(symptoms: Symptoms) -> Iterator[Cause]:
    """ReLUs that let nothing through in the very first pass: no step has been taken that could have killed them."""
    evidence = symptoms.evidence
    if symptoms.improved:
        return
    fresh = evidence.is_from_start
    for death in symptoms.dead:
        if not death.born or not _is_given_something(evidence, death.layer):
            continue
        since = "from the first pass on" if fresh else "in every pass shown: its units died before"
        reasons = [Reason(death.line, f"all outputs of `{death.layer}` are exactly 0 {since}")]
        maker = _weights_before(evidence, death.layer)
        fixes: tuple[Fix, ...] = ()
        if maker is not None and fresh:
            reasons += list(_bias_reason(evidence, maker))
            fixes = (
                set_in_layer(evidence, maker.name,
                             (PARAMS.get(maker.type, "convolution_param"), "bias_filler", "value"), "0"),
            )  # fmt: skip
        sure = 0.6 if symptoms.broke_in_training or not fresh else 0.96
        confirm = "set the bias_filler to 0: the layer gives something else than 0"
        if not fresh:
            confirm = "start from weights of before: those of this snapshot let nothing through"
        yield Cause("dead-relu", sure, tuple(reasons), confirm, fixes)
        return
    if fresh and not evidence.has_debug and not symptoms.broke_in_training:
        yield from _dead_by_filler(symptoms)


def _is_given_something(evidence: Evidence, layer: str) -> bool:
    series = evidence.bottom(layer)
    return series is None or not series.values or series.values[0] != 0


def _weights_before(evidence: Evidence, layer: str) -> Layer | None:
    """The layer of weights whose output a ReLU rectifies, pooled or normalised in between or not."""
    net = evidence.net
    known = evidence.layers.get(layer)
    for _ in range(10):
        if net is None or known is None or not known.sources or known.sources[0] is None:
            return None
        known = net.layers[known.sources[0].layer]
        if known.type in WEIGHTED:
            return known
    return None


def _bias_reason(evidence: Evidence, maker: Layer) -> Iterator[Reason]:
    params = evidence.params(maker.name)
    if len(params) > 1 and params[1][0].values and params[1][0].values[0] != 0:
        value, line = params[1][0].values[0], params[1][0].line_at(0)
        yield Reason(line, f"the bias of `{maker.name}` is {shown(value)} in the mean when it starts")
    filler = bias_filler(maker)
    if filler is not None and filler.number("value") < 0:
        own = PARAMS.get(maker.type, "convolution_param")
        line_of_text = evidence.layer_line(maker.name, own, "bias_filler", "value")
        yield Reason(line_of_text, f"its bias_filler is {filler.number('value'):g}: below 0 a ReLU gives nothing")


_DEVIATIONS = 4.0
"""So many standard deviations from the mean hardly anything of a normal distribution lies (3 in 100,000)."""


def _dead_by_filler(symptoms: Symptoms) -> Iterator[Cause]:
    """Without debug lines: a bias so far below 0 that unit inputs never lift a unit above it, and a loss at chance."""
    evidence, net = symptoms.evidence, symptoms.evidence.net
    if net is None or not (symptoms.flat or _stays_at_chance(symptoms)):
        return
    for layer in net.layers:
        filler = bias_filler(layer) if layer.type in WEIGHTED else None
        width, weight = input_width(evidence, layer), typical_weight(evidence, layer)
        if filler is None or filler.text("type", "constant") != "constant" or not width or weight is None:
            continue
        bias = filler.number("value")
        if bias < -_DEVIATIONS * weight * math.sqrt(width) and _is_rectified(evidence, layer):
            own = PARAMS.get(layer.type, "convolution_param")
            line = evidence.layer_line(layer.name, own, "bias_filler", "value")
            text = f"the bias of `{layer.name}` begins at {bias:g}, far below what its weights can make of unit inputs"
            fix = set_in_layer(evidence, layer.name, (own, "bias_filler", "value"), "0")
            yield Cause("dead-relu", 0.85, (Reason(line, text),), "set the bias_filler to 0", (fix,))
            return


def _is_rectified(evidence: Evidence, layer: Layer) -> bool:
    return any(
        one.type in RECTIFIERS and _weights_before(evidence, one.name) is layer for one in evidence.layers.values()
    )
