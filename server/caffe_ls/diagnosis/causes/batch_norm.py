"""BatchNorm used so that it cannot work (batch_norm_layer.cpp)."""

from __future__ import annotations

import math
from collections.abc import Iterator

from caffe_ls.analysis.evidence import Evidence
from caffe_ls.analysis.observations import finite_values, late, shown
from caffe_ls.diagnosis.cause import Cause, Reason
from caffe_ls.diagnosis.edits import set_in_layer
from caffe_ls.diagnosis.origin import origin_of
from caffe_ls.diagnosis.symptoms import Symptoms
from caffe_ls.net.model import LayerSpec

_NAME = "batch-norm-misuse"
_TYPES = frozenset({"BatchNorm", "BN", "CuDNNBatchNorm"})
_DEFAULT_EPS = 1e-5


def weigh(symptoms: Symptoms) -> Iterator[Cause]:
    """`batch-norm-misuse`."""
    evidence = symptoms.evidence
    layers = [
        spec for name, spec in evidence.written.items()
        if spec.type in _TYPES and (evidence.net is None or name in evidence.layers)
    ]  # fmt: skip
    for spec in layers:
        yield from _global_statistics(symptoms, spec)
        yield from _single_value(symptoms, spec)
        yield from _no_eps(symptoms, spec)
    if layers:
        yield from _tests_differ(symptoms, layers[0])


def _global_statistics(symptoms: Symptoms, spec: LayerSpec) -> Iterator[Cause]:
    """Statistics that training never fills are 0: every value is divided by the root of eps (batch_norm_layer.cpp)."""
    evidence = symptoms.evidence
    fields = spec.fields.group("batch_norm_param")
    if not fields.flag("use_global_stats"):
        return
    eps = fields.number("eps", _DEFAULT_EPS)
    factor = 1 / math.sqrt(eps) if eps > 0 else math.inf
    line = evidence.layer_line(spec.name, "batch_norm_param", "use_global_stats")
    text = (
        f"`{spec.name}` uses statistics that nobody has computed, mean 0 and variance 0: it multiplies by {factor:.4g}"
    )
    reasons = [Reason(line, text)]
    given, made = evidence.bottom(spec.name), evidence.top(spec.name)
    seen = False
    if given is not None and made is not None and given.values and made.values and given.values[0]:
        ratio = made.values[0] / given.values[0]
        seen = 0.5 * factor < ratio < 2 * factor
        if seen:
            before, after = shown(given.values[0]), shown(made.values[0])
            words = f"in the first pass it made {after} of {before}: {shown(ratio)} times as much"
            reasons.append(Reason(made.line_at(0), words))
    if evidence.has_weights_loaded and not seen:
        return  # The statistics may have come with them.
    harmed = symptoms.has_trouble or not symptoms.improved
    sure = 0.98 if seen and harmed else 0.95 if harmed and symptoms.has_trouble else 0.75 if harmed else 0.3
    fix = set_in_layer(evidence, spec.name, ("batch_norm_param", "use_global_stats"), "false")
    yield Cause(_NAME, sure, tuple(reasons), "leave use_global_stats out: Caffe sets it by the phase", (fix,))


def _single_value(symptoms: Symptoms, spec: LayerSpec) -> Iterator[Cause]:
    """A batch of one with maps of one pixel: the mean of one value is the value, what is left is 0."""
    evidence = symptoms.evidence
    if spec.fields.group("batch_norm_param").flag("use_global_stats"):
        return
    shape, made, given = evidence.bottom_shape(spec.name), evidence.top(spec.name), evidence.bottom(spec.name)
    values = [dim for at, dim in enumerate(shape or ()) if at != 1]
    is_zero = made is not None and bool(made.values) and made.values[0] == 0
    if shape and None not in values:
        if math.prod(dim or 0 for dim in values) != 1:
            return
    elif not (is_zero and given is not None and given.values and given.values[0]):
        return
    line = evidence.layer_line(spec.name)
    text = f"`{spec.name}` normalises each channel over a single value (batch of 1, one pixel): nothing but 0 is left"
    reasons = [Reason(line, text)]
    if made is not None and is_zero:
        reasons.append(Reason(made.line_at(0), f"its output is exactly 0 from iteration {made.iterations[0]} on"))
    sure = 0.97 if not symptoms.improved or symptoms.broke_in_training else 0.4
    yield Cause(_NAME, sure, tuple(reasons), "give the data layer a batch_size of several")


def _no_eps(symptoms: Symptoms, spec: LayerSpec) -> Iterator[Cause]:
    """Without eps a channel whose values are all alike is 0/0."""
    evidence, found = symptoms.evidence, symptoms.nonfinite
    fields = spec.fields.group("batch_norm_param")
    if not fields.has("eps") or fields.number("eps") > 0 or found is None or not symptoms.broke_in_training:
        return
    line = evidence.layer_line(spec.name, "batch_norm_param", "eps")
    origin = origin_of(symptoms)
    reasons = [Reason(line, f"`{spec.name}` has eps 0: a channel whose values are all alike is divided 0 by 0")]
    sure = 0.4
    if origin is not None and origin.layer == spec.name:
        reasons.insert(0, Reason(found.line, f"the first nan comes out of `{spec.name}`"))
        sure = 0.98
    elif origin is None:
        sure = 0.92 if symptoms.broke_before_any_update else 0.75
    fix = set_in_layer(evidence, spec.name, ("batch_norm_param", "eps"), "1e-5")
    yield Cause(_NAME, sure, tuple(reasons), "leave eps at 1e-5", (fix,))


def _tests_differ(symptoms: Symptoms, spec: LayerSpec) -> Iterator[Cause]:
    """Training that learns beside tests that know nothing: the two use different statistics."""
    evidence = symptoms.evidence
    if symptoms.broke_in_tests and symptoms.nonfinite is not None:
        about = f"`{spec.name}` tests with running statistics: once nan is in them it stays"
        reasons = (
            Reason(symptoms.nonfinite.line, "tests give nan after the first one too, training does not"),
            Reason(evidence.layer_line(spec.name), about),
        )
        yield Cause(_NAME, 0.62, reasons, "look at moving_average_fraction, and at the statistics in the snapshot")
    if symptoms.broke_in_training or not symptoms.improved:
        return
    for curve in symptoms.losses:
        if curve.from_tests:
            continue
        tested = _test_loss(evidence, curve.name)
        trained = finite_values(curve.series)
        if tested is None or len(trained) < 3:
            continue
        values, line = tested
        level = late(trained)
        known = curve.chance or max(trained[0], level)
        last = values[-1]
        if len(values) >= 2 and (not math.isfinite(last) or last > max(known, 10 * level)) and level < 0.5 * known:
            text = f"in training `{curve.name}` is down to {shown(level)}, in tests it is {shown(last)}"
            about = f"`{spec.name}` uses the batch's statistics in training and the running ones in tests"
            reasons = (Reason(line, text), Reason(evidence.layer_line(spec.name), about))
            confirm = "test with the training data: what differs then is the statistics"
            yield Cause(_NAME, 0.62, reasons, confirm)


def _test_loss(evidence: Evidence, name: str) -> tuple[list[float], int] | None:
    for output, series in evidence.run.outputs.items():
        if output.phase == "TEST" and output.name == name and series.values:
            return list(series.values), series.line_at(len(series.values) - 1)
    return None
