"""Pooling windows that lie wholly outside of what they pool."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from caffe_ls.analysis.evidence import Evidence
from caffe_ls.diagnosis.cause import Cause, Reason
from caffe_ls.diagnosis.causes.divergence import broke_early
from caffe_ls.diagnosis.edits import set_in_layer
from caffe_ls.diagnosis.origin import Origin, origin_of
from caffe_ls.diagnosis.symptoms import Symptoms
from caffe_ls.net.model import LayerSpec
from caffe_ls.net.pooling_windows import Windows, field_along, method_of, windows_of
from caffe_ls.rules.finding import Fix
from caffe_ls.schema.catalog import dialects_with_field

_NAME = "pooling-window-outside-input"
_LARGE = 1e30
"""Above this sums overflow whatever is pooled."""


def weigh(symptoms: Symptoms) -> Iterator[Cause]:
    """A last window that begins where the input ends: AVE makes nan of it, MAX the smallest float."""
    evidence = symptoms.evidence
    found = symptoms.nonfinite if symptoms.broke_in_training else None
    origin = origin_of(symptoms) if found is not None else None
    for spec in evidence.written.values():
        if spec.type != "Pooling":
            continue
        known = evidence.layers.get(spec.name)
        windows = windows_of(known) if known is not None else ()
        if known is None or not windows:
            yield from _as_its_output_shows(symptoms, origin, spec)
            continue
        empty = next((one for one in windows if _breaks(one, method_of(known))), None)
        if empty is None:
            continue
        text = (
            f"`{spec.name}` pools {empty.size} {('rows', 'columns')[empty.axis]} with kernel {empty.kernel} and stride "
            f"{empty.stride}: window {empty.made} begins at {empty.last_start}, where nothing is left"
        )
        reasons = [Reason(evidence.layer_line(spec.name), text)]
        if found is None:
            sure = (
                0.35 if symptoms.improved else 0.8 if symptoms.has_trouble or symptoms.at_chance is not None else 0.45
            )
            if evidence.has_debug:
                sure = 0.3  # It would show.
        elif origin is not None and origin.layer == spec.name:
            reasons.insert(0, Reason(found.line, f"the first value that is no number comes out of `{spec.name}`"))
            sure = 0.99
        elif origin is None and symptoms.broke_before_any_update:
            reasons.append(Reason(found.line, "nan is there from the first pass on"))
            sure = 0.95
        elif origin is None and broke_early(symptoms):
            reasons.append(Reason(found.line, f"nan is there in iteration {found.iteration}"))
            sure = 0.92
        else:
            sure = 0.3
        confirm = (
            f"give `{spec.name}` a kernel as large as its stride, {empty.stride}: its windows touch, and none is empty"
        )
        yield Cause(_NAME, sure, tuple(reasons), confirm, tuple(_fixes(evidence, spec, windows)))


def _breaks(windows: Windows, method: str) -> bool:
    """Whether a last window that holds nothing does harm: AVE gives 0/0 at the end, -0 beyond, MAX -FLT_MAX."""
    return windows.last_is_outside and (method == "MAX" or (method == "AVE" and windows.last_start == windows.size))


def _fixes(evidence: Evidence, spec: LayerSpec, windows: Sequence[Windows]) -> Iterator[Fix]:
    own = spec.fields.group("pooling_param")
    for name, stride in {
        field_along(own, "kernel_size", one.axis): one.stride for one in windows if one.last_is_outside
    }.items():
        yield set_in_layer(evidence, spec.name, ("pooling_param", name), str(stride))
    if evidence.dialect in dialects_with_field("PoolingParameter", "round_mode"):
        yield set_in_layer(evidence, spec.name, ("pooling_param", "round_mode"), "FLOOR")


def _as_its_output_shows(symptoms: Symptoms, origin: Origin | None, spec: LayerSpec) -> Iterator[Cause]:
    """Where the size of the input is not known: of finite numbers pooling makes others in an empty window alone."""
    found = symptoms.nonfinite
    if origin is None or found is None or origin.layer != spec.name or origin.direction != "forward":
        return
    pads = any(spec.fields.group("pooling_param").integer(name) for name in ("pad", "pad_h", "pad_w"))
    if pads or not origin.inputs_are_finite or origin.largest_input > _LARGE:
        return
    text = f"the first value that is no number comes out of `{spec.name}`, what it pools is finite: a window is empty"
    reasons = (Reason(found.line, text), Reason(symptoms.evidence.layer_line(spec.name), f"`{spec.name}` is set here"))
    yield Cause(_NAME, 0.9, reasons, f"hold kernel and stride of `{spec.name}` against the size of its input")
