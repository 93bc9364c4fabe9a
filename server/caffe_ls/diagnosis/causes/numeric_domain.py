"""Logarithms, roots, powers, exponentials and divisions of what they are not defined for, or too large for."""

from __future__ import annotations

import math
from collections.abc import Iterator

from caffe_ls.analysis.evidence import Evidence
from caffe_ls.analysis.observations import BOX_LOSSES
from caffe_ls.diagnosis.cause import Cause, Reason
from caffe_ls.diagnosis.origin import Origin, origin_of
from caffe_ls.diagnosis.symptoms import Symptoms
from caffe_ls.net.model import LayerSpec

_NAME = "numeric-domain"
_DIVIDING_LOSSES = BOX_LOSSES | {"FocalLoss"}
_ENOUGH = 6  # Displays at which a net knows nothing; with fewer it may just have begun.
_FINITE_MAKERS = 1e30
"""Beyond this a layer's sums overflow whatever it computes: it is not the layer's own domain that is left."""

# exp overflows float32 from here on (math_functions.hpp, caffe_exp).
_LARGEST_EXPONENT = 88.0


def weigh(symptoms: Symptoms) -> Iterator[Cause]:
    """`numeric-domain`."""
    if not symptoms.broke_in_training:
        yield from _hidden(symptoms)
        return
    evidence, origin = symptoms.evidence, origin_of(symptoms)
    if origin is not None:
        spec = evidence.written.get(origin.layer)
        how = None if spec is None else domain_of(spec)
        if how is not None and not origin.weights_are_broken and origin.inputs_are_finite:
            yield _at_layer(symptoms, origin, how)
        elif origin.type in _DIVIDING_LOSSES and origin.inputs_are_finite:
            yield from _division(symptoms, origin.layer, origin.type)
        elif not evidence.written and not (origin.is_data or origin.weights_are_broken or symptoms.exploded):
            if origin.direction == "backward" and not evidence.order:
                return  # The forward pass is not shown: nan may come from there.
            yield _unknown_layer(symptoms, origin)
        return
    if evidence.has_debug:
        return
    limited = [(spec, how) for spec in evidence.written.values() if (how := domain_of(spec)) is not None]
    if limited and not symptoms.exploded:
        spec, how = limited[0]
        found = symptoms.nonfinite
        assert found is not None
        reasons = (
            Reason(evidence.layer_line(spec.name), f"`{spec.name}` ({spec.type}) {how}"),
            Reason(found.line, f"nan comes up in iteration {found.iteration}, and nothing had grown before"),
        )
        yield Cause(_NAME, 0.86 if symptoms.broke_before_any_update else 0.78, reasons, _confirm(spec.name))
    else:
        yield from _dividing_loss_of_output(symptoms)


def _hidden(symptoms: Symptoms) -> Iterator[Cause]:
    """A net that knows nothing, with a layer that makes nan of some numbers, and pooling or ReLU that hides it."""
    evidence = symptoms.evidence
    curve = symptoms.unlearned or symptoms.at_chance
    if curve is None or evidence.has_debug or (symptoms.has_trouble and symptoms.unlearned is None):
        return
    if not {spec.type for spec in evidence.written.values()} & {"ReLU", "Pooling"}:
        return
    for spec in evidence.written.values():
        how = domain_of(spec)
        if how is not None and len(curve.series.values) >= _ENOUGH:
            reasons = (
                Reason(evidence.layer_line(spec.name), f"`{spec.name}` ({spec.type}) {how}"),
                Reason(curve.series.line_at(0), "the net knows nothing: MAX pooling and ReLU hide nan from the loss"),
            )
            yield Cause(_NAME, 0.65, reasons, "train with debug_info: true, which shows nan where it comes up")
            return


def domain_of(spec: LayerSpec) -> str | None:
    """What a layer cannot do with every number; None for layers without such limits (power_layer.cpp and siblings)."""
    if spec.type == "Log":
        return "takes logarithms: of 0 that is -inf, of less it is nan"
    if spec.type == "Power":
        exponent = spec.fields.group("power_param").number("power", 1.0)
        if not math.isfinite(exponent) or exponent != int(exponent):
            base = "of a negative number that is nan" + ("" if exponent >= 1 else ", and at 0 its slope is infinite")
            return f"takes the power {exponent:g}: {base}"
        return f"takes the power {exponent:g}: of 0 that is inf" if exponent < 0 else None
    if spec.type == "Exp":
        return f"takes exponentials: from about {_LARGEST_EXPONENT:g} on they overflow"
    if spec.type == "LRN" and spec.fields.group("lrn_param").number("k", 1.0) <= 0:
        return "divides by a power of k and the sum around: with k 0 that is 0/0 where all is 0"
    if spec.type == "MVN" and spec.fields.group("mvn_param").number("eps", 1e-9) <= 0:
        return "divides by a deviation: with eps 0 that is 0/0 where all values are alike"
    if spec.type in ("Sqrt", "Reciprocal", "Division", "Divide", "Inverse", "L2Norm", "LogSoftmax"):
        return "is not defined for all numbers"
    return None


def _at_layer(symptoms: Symptoms, origin: Origin, how: str) -> Cause:
    found = symptoms.nonfinite
    assert found is not None
    evidence = symptoms.evidence
    what = "inf" if math.isinf(origin.value) else "nan"
    side = "the output" if origin.direction == "forward" else "the gradient handed down"
    reasons = (
        Reason(
            found.line,
            f"{side} of `{origin.layer}` is the first {what}, in iteration {found.iteration}; what it read is finite",
        ),
        Reason(evidence.layer_line(origin.layer), f"`{origin.layer}` ({origin.type}) {how}"),
    )
    sure = 0.97 if origin.largest_input < _FINITE_MAKERS and not _was_blown_up(symptoms, origin) else 0.45
    return Cause(_NAME, sure, reasons, _confirm(origin.layer))


def _unknown_layer(symptoms: Symptoms, origin: Origin) -> Cause:
    """Where the log has no net: all that is seen is that a layer made it."""
    found = symptoms.nonfinite
    assert found is not None
    text = (
        f"the first value that is no number comes out of `{origin.layer}`, what stands before it in the pass is finite"
    )
    reasons = (
        Reason(found.line, text),
        Reason(None, "the log does not print the net: --net tells what the layer does"),
    )
    return Cause(_NAME, 0.6, reasons, f"look at what `{origin.layer}` computes, and of what")


def _was_blown_up(symptoms: Symptoms, origin: Origin) -> bool:
    """Whether training had driven values up by orders of magnitude before: then the layer is only where it showed."""
    growth = symptoms.largest_growth
    found = symptoms.nonfinite
    assert found is not None
    return (
        not symptoms.broke_before_any_update
        and growth is not None
        and growth.factor > 1e3
        and growth.iteration < (found.iteration or 0)
        and _input_growth(symptoms.evidence, origin) > 1e3
    )


def _input_growth(evidence: Evidence, origin: Origin) -> float:
    series = evidence.bottom(origin.layer)
    first = next((abs(value) for value in series.values if value), 0.0) if series is not None else 0.0
    return origin.largest_input / first if first else 1.0


def _division(symptoms: Symptoms, layer: str, kind: str) -> Iterator[Cause]:
    found = symptoms.nonfinite
    assert found is not None
    reasons = (
        Reason(found.line, f"the first nan comes out of `{layer}` ({kind}), whose inputs are finite"),
        Reason(None, "its sum is divided by the number of matched boxes or weights: without any that is 0/0"),
    )
    yield Cause(_NAME, 0.7, reasons, "count the positive boxes of the images of this iteration")
    about_boxes = (
        reasons[0],
        Reason(None, "boxes without area, or whose coordinates wrapped around, have targets of log 0"),
    )
    yield Cause("bad-input", 0.55, about_boxes, "look for boxes with x2 <= x1, y2 <= y1 or coordinates of 65535")


def _dividing_loss_of_output(symptoms: Symptoms) -> Iterator[Cause]:
    """Without debug lines: a box loss that is nan while the other losses of the same iteration are numbers."""
    if symptoms.exploded:
        return
    first: dict[str, int] = {}
    for curve in symptoms.losses:
        at = next((at for at, value in enumerate(curve.series.values) if not math.isfinite(value)), None)
        if at is not None:
            first[curve.name] = curve.series.iterations[at]
    for curve in symptoms.losses:
        alone = curve.name in first and all(
            first.get(other.name, 1 << 62) > first[curve.name] for other in symptoms.losses if other is not curve
        )
        if alone and curve.type in _DIVIDING_LOSSES:
            found = symptoms.nonfinite
            assert found is not None
            others = ", the other losses are not yet" if len(symptoms.losses) > 1 else ", and nothing had grown before"
            text = f"`{curve.name}` ({curve.type}) is no number in iteration {first[curve.name]}{others}"
            boxes = "boxes without area, or whose coordinates wrapped around, make such targets"
            reasons = (Reason(found.line, text), Reason(None, boxes))
            yield Cause("bad-input", 0.8, reasons, "look for boxes with x2 <= x1, y2 <= y1 or coordinates of 65535")
            yield Cause(_NAME, 0.6, reasons[:1], "count the positive boxes of the images of this iteration")


def _confirm(layer: str) -> str:
    return f"print the smallest and the largest value that `{layer}` reads, or add a small number before it"
