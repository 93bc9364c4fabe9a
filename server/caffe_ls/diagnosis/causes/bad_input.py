"""nan or inf that comes with the data: at the layer that reads them, or out of nowhere between two displays."""

from __future__ import annotations

import math
from collections.abc import Iterator

from caffe_ls.analysis.observations import BOX_LOSSES, NORMALISING, finite_values, value_at
from caffe_ls.diagnosis.cause import Cause, Reason
from caffe_ls.diagnosis.causes.divergence import BEFORE_THE_LOG, broke_early, largest_excess
from caffe_ls.diagnosis.origin import Origin, origin_of
from caffe_ls.diagnosis.symptoms import Symptoms

# Layers of the user's own, which in detection nets make proposals and targets of the data.
_WORKS_ON_DATA = frozenset({"Python", "Proposal", "ROIData", "AnnotatedData"})
_CONFIRM = "put a layer that stops at nan behind the data layer, or read the data of these iterations by themselves"


def weigh(symptoms: Symptoms) -> Iterator[Cause]:
    """`bad-input`."""
    found = symptoms.nonfinite
    origin = origin_of(symptoms)
    if found is None or not symptoms.broke_in_training:
        yield from _in_tests(symptoms)
        yield from _hidden(symptoms)
        return
    if origin is not None and origin.is_data:
        what = "inf" if math.isinf(origin.value) else "nan"
        text = f"the data layer `{found.layer}` gives `{found.blob}` with {what} in it in iteration {found.iteration}"
        yield Cause("bad-input", 0.98, (Reason(found.line, text), *_after(symptoms)), _CONFIRM)
        return
    if (
        origin is not None
        and origin.type in _WORKS_ON_DATA
        and _acts_at_once(symptoms, origin)
        and not symptoms.exploded
    ):
        made = f"`{found.layer}` ({origin.type}) makes `{found.blob}` of finite numbers, and gives what is no number"
        boxes = (
            "where it makes targets of boxes: those without area, or with wrapped coordinates, have a logarithm of 0"
        )
        reasons = (Reason(found.line, made), Reason(None, boxes))
        yield Cause(
            "bad-input", 0.76, reasons, "look at the images and boxes of this iteration, and at what it computes"
        )
    if symptoms.came_suddenly and not _acts_at_once(symptoms, origin):
        yield _between_displays(symptoms, origin)
    if symptoms.broke_before_any_update and origin is None:
        text = "nan is there in the first iteration, before any update: the data, or what a layer computes of them"
        alone = symptoms.broken_alone
        yield Cause(
            "bad-input",
            0.4 if alone is None else 0.55,
            (Reason(found.line, text), *(() if alone is None else (_only(symptoms, *alone),))),
            "train one iteration with debug_info: true: it names the layer",
        )


def _in_tests(symptoms: Symptoms) -> Iterator[Cause]:
    """nan in tests alone: from the test data, as the log shows, or where no statistics of training play a part."""
    found, evidence = symptoms.nonfinite, symptoms.evidence
    if found is None or found.phase != "TEST":
        return
    spec = evidence.written.get(found.layer or "")
    if found.direction == "forward" and found.layer and (spec is not None and not spec.bottoms):
        text = f"the data layer `{found.layer}` gives `{found.blob}` with nan or inf in the test at {found.iteration}"
        yield Cause("bad-input", 0.95, (Reason(found.line, text),), _CONFIRM)
    elif symptoms.broke_in_tests and not any(spec.type in NORMALISING for spec in evidence.written.values()):
        text = f"tests give nan from iteration {found.iteration} on, training does not"
        yield Cause("bad-input", 0.65, (Reason(found.line, text),), "read the test data by themselves")


def _hidden(symptoms: Symptoms) -> Iterator[Cause]:
    """A net that learnt and then knows nothing for good: nan that MAX pooling and ReLU hide from the loss.

    Their comparisons with nan are false, so that a net whose weights are all nan gives the same finite scores for
    ever (pooling_layer.cpp and relu_layer.cpp, Forward_cpu).
    """
    curve = symptoms.unlearned
    if curve is None or symptoms.evidence.has_debug or largest_excess(symptoms) >= 1:
        return
    values = finite_values(curve.series)
    at = curve.series.values.index(min(values))
    reasons = (
        Reason(
            curve.series.line_at(at), f"`{curve.name}` was down to {min(values):.3g}, and then back at ln C for good"
        ),
        Reason(None, "MAX pooling and ReLU hide nan from the loss: the weights may be nan since then"),
    )
    yield Cause("bad-input", 0.62, reasons, "train with debug_info: true, which shows nan where it comes up")


def _acts_at_once(symptoms: Symptoms, origin: Origin | None) -> bool:
    """Whether the pass shows a layer that makes nan out of finite numbers: then it is not the data."""
    return origin is not None and origin.inputs_are_finite and not origin.weights_are_broken


def _between_displays(symptoms: Symptoms, origin: Origin | None) -> Cause:
    evidence = symptoms.evidence
    found = symptoms.nonfinite
    assert found is not None
    steps = evidence.run.steps
    display = steps[1] - steps[0] if len(steps) > 1 else 1
    before = [iteration for iteration in evidence.run.loss.iterations if iteration < (found.iteration or 0)]
    last_good = max(before, default=0)
    alone = symptoms.broken_alone
    if symptoms.begins_broken and alone is None:
        return _before_the_log(symptoms)
    reasons = []
    if not symptoms.begins_broken:
        reasons += [Reason(found.line, f"nan comes up in iteration {found.iteration}, and nothing had grown before")]
    if alone is not None:
        reasons += [_only(symptoms, *alone)]
    levels = [finite_values(curve.series) for curve in symptoms.losses]
    if display > 1:
        text = f"what happened in iterations {last_good + 1} to {found.iteration} is not displayed"
        reasons.append(Reason(None, text))
    if any(curve.type in BOX_LOSSES for curve in symptoms.losses):
        boxes = "boxes without area, or whose coordinates wrapped around (65535), have targets of log 0"
        reasons.append(Reason(None, boxes))
    sure = 0.6
    if symptoms.begins_broken or (largest_excess(symptoms) >= 1 and broke_early(symptoms)):
        sure = 0.5
    elif any(len(values) >= 3 for values in levels):
        sure = 0.74  # It was trained for a while, and numbers were as they should be.
    if origin is not None and origin.weights_are_broken:
        data = evidence.tops()
        clean = all(_is_clean(value_at(series, found.iteration or 0)) for (layer, _), series in data
                    if layer in evidence.written and not evidence.written[layer].bottoms)  # fmt: skip
        reasons.append(Reason(found.line, f"the weights of `{found.layer}` are no numbers, though its input is"))
        sure = 0.8 if clean and display > 1 else 0.35
    return Cause("bad-input", sure, tuple(reasons), _CONFIRM)


def _before_the_log(symptoms: Symptoms) -> Cause:
    """Where the first numbers shown are nan: what brought it may be the data, and may be anything else."""
    found = symptoms.nonfinite
    assert found is not None
    if symptoms.broke_before_the_log:
        text, sure = BEFORE_THE_LOG, 0.3
    else:
        text, sure = f"nan comes up within the first {found.iteration} iterations, of which none is displayed", 0.45
    return Cause("bad-input", sure, (Reason(found.line, text),), _CONFIRM)


def _only(symptoms: Symptoms, broken: str, usual: str) -> Reason:
    found = symptoms.nonfinite
    assert found is not None
    text = f"`{broken}` is no number, and `{usual}` is one: look at what `{broken}` alone reads, its targets"
    return Reason(found.line, text)


def _is_clean(value: float | None) -> bool:
    return value is None or math.isfinite(value)


def _after(symptoms: Symptoms) -> Iterator[Reason]:
    for layer in symptoms.evidence.order:
        for data, _ in symptoms.evidence.params(layer)[:1]:
            at = next((at for at, value in enumerate(data.values) if not math.isfinite(value)), None)
            if at is not None:
                text = f"from iteration {data.iterations[at]} on the weights of `{layer}` are no numbers either"
                yield Reason(data.line_at(at), text)
                return
