"""How large data and targets are, against 1: as the log shows, as the data layer makes them, or as they must be."""

from __future__ import annotations

import math

from caffe_ls.analysis.evidence import Evidence
from caffe_ls.analysis.observations import NORMALISING, RECURRENT, REGRESSIONS, WEIGHTED, finite_values, shown
from caffe_ls.diagnosis.cause import Reason
from caffe_ls.diagnosis.causes.factor import Factor
from caffe_ls.diagnosis.causes.fillers import taken_back
from caffe_ls.diagnosis.edits import set_in_layer
from caffe_ls.diagnosis.symptoms import Symptoms
from caffe_ls.net.model import Layer, Net
from caffe_ls.rules.finding import Fix

_RAW_IMAGE = 60.0
"""The mean distance of pixels from their mean, in images of 0..255, as nobody has scaled them."""


def raw_inputs(evidence: Evidence) -> Factor | None:
    """How much larger than 1 the data are, less what small first weights take back."""
    net = evidence.net
    if net is None:
        return _inputs_in_log(evidence)
    for at, layer in enumerate(net.layers):
        if layer.type not in WEIGHTED or not layer.sources or layer.sources[0] is None:
            continue
        source = net.layers[layer.sources[0].layer]
        if source.bottoms and evidence.type_of(source.name) not in ("Power", "Scale", "Split", "Reshape", "Flatten"):
            continue
        if is_normalised(net, at):
            return None  # However large the data are, the next layer makes them of order 1.
        size, reason = _size_of_data(evidence, layer, source)
        if size is None or size <= 0 or not math.isfinite(size):
            continue
        decades = math.log10(size) + taken_back(evidence, net)
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


_KEEPS_PROPORTIONS = frozenset({"ReLU", "PReLU", "Pooling", "Dropout", "Split"})


def is_normalised(net: Net, at: int) -> bool:
    """Whether what a layer gives out is normalised, at once or past layers that keep proportions as they are."""
    same = {at}
    for index, later in enumerate(net.layers[at + 1 :], at + 1):
        if any(source is not None and source.layer in same for source in later.sources):
            if later.type in NORMALISING:
                return True
            if later.type in _KEEPS_PROPORTIONS:
                same.add(index)
    return False


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
    if evidence.has_weights_loaded:
        return None, None  # They were trained on data as these are, as far as the texts tell.
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


def raw_targets(symptoms: Symptoms) -> Factor | None:
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


def first_scores(symptoms: Symptoms, weights: Factor | None) -> Factor | None:
    """How large the inputs must be for the first loss over classes, in which no rate has acted yet.

    Scores of order 1 give about ln C. A first loss far above it is as large as the scores are; what the first weights
    do not account for, the inputs do.
    """
    evidence = symptoms.evidence
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
