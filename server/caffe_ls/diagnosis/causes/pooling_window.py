"""Pooling windows that lie wholly outside of what they pool."""

from __future__ import annotations

import math
from collections.abc import Iterator

from caffe_ls.diagnosis.cause import Cause, Reason
from caffe_ls.diagnosis.causes.divergence import broke_early
from caffe_ls.diagnosis.edits import set_in_layer
from caffe_ls.diagnosis.origin import Origin, origin_of
from caffe_ls.diagnosis.symptoms import Symptoms
from caffe_ls.net.model import LayerSpec

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
        shape = evidence.bottom_shape(spec.name)
        if shape is None or len(shape) != 4 or None in shape[2:]:
            yield from _as_its_output_shows(symptoms, origin, spec)
            continue
        side = empty_window(spec, shape[2], shape[3])
        if side is None:
            continue
        axis, size, kernel, stride, pooled = side
        text = (
            f"`{spec.name}` pools {size} {axis} with kernel {kernel} and stride {stride}: "
            f"window {pooled} begins at {(pooled - 1) * stride}, where nothing is left"
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
        fix = set_in_layer(evidence, spec.name, ("pooling_param", "stride"), str(kernel))
        yield Cause(_NAME, sure, tuple(reasons), f"set the stride of `{spec.name}` to {kernel} or less", (fix,))


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


def empty_window(spec: LayerSpec, height: int | None, width: int | None) -> tuple[str, int, int, int, int] | None:
    """The side along which the last window is empty: its name, size, kernel, stride and number of windows.

    PoolingLayer::Reshape (pooling_layer.cpp) rounds the number of windows up, and takes the last one away only where
    there is padding. A window that begins exactly at the end pools nothing: AVE divides 0 by 0, MAX gives -FLT_MAX. One
    that begins further on gives -0.
    """
    fields = spec.fields.group("pooling_param")
    if fields.flag("global_pooling") or fields.choice("round_mode", ("CEIL", "FLOOR")) == "FLOOR":
        return None
    for axis, size in (("h", height), ("w", width)):
        kernel = fields.integer(f"kernel_{axis}", fields.integer("kernel_size"))
        stride = fields.integer(f"stride_{axis}", fields.integer("stride", 1))
        pad = fields.integer(f"pad_{axis}", fields.integer("pad"))
        if size is None or pad or kernel <= 0 or stride <= 0 or size < kernel:
            continue
        pooled = math.ceil((size - kernel) / stride) + 1
        if (pooled - 1) * stride == size:
            return {"h": "rows", "w": "columns"}[axis], size, kernel, stride, pooled
    return None
