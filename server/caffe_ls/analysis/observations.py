"""What the numbers of a run show: losses and where they stand, activations that died, weights that move or explode."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import pairwise

from caffe_ls.analysis.averages import median
from caffe_ls.analysis.evidence import Evidence
from caffe_ls.immutable import dataclass, replace
from caffe_ls.net.model import AnyShape, Layer
from caffe_ls.training_log.record import NonFinite, Quantity, Run
from caffe_ls.training_log.series import Series

LOG_OF_SMALLEST_FLOAT = 87.33654
"""-ln(FLT_MIN): SoftmaxWithLoss gives no more for a sample (softmax_loss_layer.cpp, Forward_cpu)."""

CROSS_ENTROPIES = frozenset({"SoftmaxWithLoss", "MultinomialLogisticLoss", "InfogainLoss"})
REGRESSIONS = frozenset({"EuclideanLoss", "SmoothL1Loss", "L1Loss"})
BOX_LOSSES = frozenset({"SmoothL1Loss", "MultiBoxLoss", "SmoothL1LossOHEM", "RegionLoss", "SmoothL1LossAttention"})
"""Losses of the places of boxes, whose targets are logarithms of widths and heights."""

NEVER_NEGATIVE = frozenset({
    "SoftmaxWithLoss", "EuclideanLoss", "HingeLoss", "ContrastiveLoss", "SmoothL1Loss", "SigmoidCrossEntropyLoss",
    "MultinomialLogisticLoss", "InfogainLoss", "MultiBoxLoss",
})  # fmt: skip
"""Losses that are at least 0 for every input that they are made for."""

RECTIFIERS = frozenset({"ReLU"})
WEIGHTED = frozenset({"Convolution", "InnerProduct", "Deconvolution", "DepthwiseConvolution", "ConvolutionDepthwise"})
RECURRENT = frozenset({"LSTM", "RNN", "Recurrent", "LSTMUnit"})
NORMALISING = frozenset({"BatchNorm", "MVN", "Normalize", "BN", "CuDNNBatchNorm"})
SATURATING = {"Sigmoid": 0.25, "TanH": 1.0}
"""Units whose slope dies away from 0, with their largest slope."""

_FOR_GOOD = 3  # Displays; with few items in a batch a small layer may give nothing now and then.
_VERY_MANY = 1e7  # Larger numbers are easier read as powers of ten.
_ORDER = 10.0  # An order of magnitude: what no healthy run's weights, all together, grow by in training.


@dataclass(frozen=True, slots=True)
class LossCurve:
    """A loss of the train net over the iterations, before its weight.

    `chance` is what it is where the net knows nothing and gives every answer the same probability, as far as that is
    known, and `chance_in_words` how that number comes about. `terms` is how many answers are summed up and counted as
    one, None where that is not known: with `normalize: false` a loss over pixels is their sum.
    """

    name: str
    layer: str
    type: str
    weight: float
    series: Series
    chance: float | None = None
    chance_in_words: str = ""
    terms: int | None = 1
    from_tests: bool = False


def finite_values(series: Series) -> list[float]:
    """The values that are numbers, in order."""
    if _is_all_finite(series):
        return series.values.tolist()
    return [value for value in series.values if math.isfinite(value)]


def _is_all_finite(series: Series) -> bool:
    """Whether all values are numbers, told by their sum, which C computes; where that overflows the answer is no."""
    return math.isfinite(sum(series.values))


def early(values: Sequence[float]) -> float:
    """The level at the beginning: the median of the first values, of at most a tenth of them."""
    return median(values[: max(1, min(5, len(values) // 10))])


def late(values: Sequence[float]) -> float:
    """The level at the end: the median of the last tenth, of three values at least."""
    return median(values[-max(3, len(values) // 10) :])


def smoothed(values: Sequence[float]) -> list[float]:
    """The levels along the way, without the scatter of single batches: medians over three values, or a tenth of all."""
    width = min(len(values), max(3, len(values) // 10))
    return [median(values[start : start + width]) for start in range(len(values) - width + 1)]


def scatter(values: Sequence[float]) -> float:
    """How far values jump from one to the next without any trend: the median of the steps' sizes."""
    return median([abs(after - before) for before, after in pairwise(values)] or [0.0])


def losses(evidence: Evidence) -> list[LossCurve]:
    """The losses that are trained on, the train net's own outputs where they are shown.

    Else the smoothed loss stands for them; of a run that shows no training line, the outputs of its first test net.
    """
    known = evidence.cache.get(losses)
    if known is None:
        known = evidence.cache[losses] = _losses(evidence)
    return known  # type: ignore[return-value]


def _losses(evidence: Evidence) -> list[LossCurve]:
    train = [(output, series) for output, series in evidence.run.outputs.items() if output.phase == "TRAIN"]
    found = [curve for output, series in train if series.values and (curve := _curve(evidence, output.name, series))]
    if found:
        return found
    if evidence.run.loss.values:
        loss_layers = _loss_layers(evidence)
        if len(loss_layers) == 1:
            layer, _, weight = loss_layers[0]
            series = evidence.run.loss if weight == 1 else _scaled(evidence.run.loss, weight)
            return [LossCurve("loss", layer.name, layer.type, weight, series, *_chance(evidence, layer))]
        return [LossCurve("loss", "", "", 1.0, evidence.run.loss)]
    tests = [(output, series) for output, series in evidence.run.outputs.items() if output[:2] == ("TEST", 0)]
    return [
        replace(curve, from_tests=True)
        for output, series in tests
        if series.values and (curve := _curve(evidence, output.name, series))
    ]


def _scaled(series: Series, weight: float) -> Series:
    if not weight:
        return series
    scaled = Series(None)
    for at, (iteration, value) in enumerate(zip(series.iterations, series.values, strict=True)):
        scaled.add(iteration, value / weight, series.line_at(at))
    return scaled


def _curve(evidence: Evidence, name: str, series: Series) -> LossCurve | None:
    if evidence.net is None:
        weight = evidence.run.loss_weights.get(name, 0.0)
        return LossCurve(name, "", "", weight, series) if weight else None
    for layer, top, weight in _loss_layers(evidence):
        if top == name:
            return LossCurve(name, layer.name, layer.type, weight, series, *_chance(evidence, layer))
    return None


def _loss_layers(evidence: Evidence) -> list[tuple[Layer, str, float]]:
    if evidence.net is None:
        return []
    return [
        (layer, top, weight)
        for layer in evidence.net.layers
        for top, weight in zip(layer.tops, layer.loss_weights, strict=False)
        if weight
    ]


def _chance(evidence: Evidence, layer: Layer) -> tuple[float | None, str, int | None]:
    """ln C of C classes; 1 for each where margins are asked; of single answers, summed up, ln 2 for each of them."""
    shape = evidence.bottom_shape(layer.name)
    if layer.type in CROSS_ENTROPIES:
        terms = _terms(layer, shape)
        axis = layer.spec.fields.group("softmax_param").integer("axis", 1)
        classes = shape[axis] if shape and -len(shape) <= axis < len(shape) else None
        if not classes or classes < 2 or terms is None:
            return None, "", terms
        times = f"{terms} " if terms > 1 else ""
        return terms * math.log(classes), f"{times}ln({classes})", terms
    if not shape:
        return None, "", 1
    normal = not layer.spec.fields.has("loss_param")
    if layer.type == "HingeLoss" and len(shape) > 1 and (classes := shape[1]):
        return float(classes), f"1 for each of {classes} classes", 1
    if layer.type == "SigmoidCrossEntropyLoss" and normal and None not in shape[1:]:
        answers = math.prod(dim or 0 for dim in shape[1:])
        return (answers * math.log(2), f"{answers} ln 2", 1) if answers else (None, "", 1)
    return None, "", 1


_NORMALIZATIONS = ("FULL", "VALID", "BATCH_SIZE", "NONE")


def _terms(layer: Layer, shape: AnyShape) -> int | None:
    """How many answers a cross-entropy sums up and counts as one (softmax_loss_layer.cpp, get_normalizer)."""
    given = layer.spec.fields.group("loss_param")
    default = "VALID" if given.flag("normalize", True) else "BATCH_SIZE"
    by = given.choice("normalization", _NORMALIZATIONS) if given.has("normalization") else default
    if by in ("FULL", "VALID"):
        return 1
    if not shape or given.has("ignore_label"):
        return None
    counted = [dim for at, dim in enumerate(shape) if at > 1 or (at == 0 and by == "NONE")]
    return None if None in counted else math.prod(dim or 0 for dim in counted)


def has_improved(values: Sequence[float]) -> bool:
    """Whether a loss came down by more than its scatter, by a tenth at least, and stayed down."""
    if len(values) < 3:
        return False
    start, end = early(values), late(values)
    return end < start - max(0.1 * abs(start), scatter(values[len(values) // 2 :]))


def is_flat(values: Sequence[float]) -> bool:
    """Whether the level of the last third is that of the first, within the scatter of the values."""
    if len(values) < 4:
        return False
    third = max(1, len(values) // 3)
    return abs(median(values[-third:]) - median(values[:third])) <= max(scatter(values), 0.02 * abs(early(values)))


@dataclass(frozen=True, slots=True)
class Death:
    """A layer whose outputs are all exactly 0 from a displayed iteration to the end; `born`: from the first one."""

    layer: str
    iteration: int
    line: int
    born: bool


def dead_rectifiers(evidence: Evidence) -> list[Death]:
    """ReLU layers that let nothing through any more, though they are given something."""
    found = []
    for (layer, top), series in evidence.tops():
        if not _may_rectify(evidence, layer, top) or _leaks(evidence, layer):
            continue
        at = _zero_to_the_end(series.values)
        if at is None or (at > 0 and len(series.values) - at < _FOR_GOOD):
            continue
        given = evidence.bottom(layer)
        if given is not None and not any(value != 0 for value in given.values[-3:]):
            continue
        found.append(Death(layer, series.iterations[at], series.line_at(at), at == 0))
    return found


def _may_rectify(evidence: Evidence, layer: str, top: str) -> bool:
    """Whether a layer is a ReLU; where the net is not known, whether it rewrites a blob in place and has no weights."""
    if evidence.written:
        return evidence.type_of(layer) in RECTIFIERS
    makers = [owner for (owner, made), _ in evidence.tops() if made == top]
    return len(makers) > 1 and makers[0] != layer and not evidence.params(layer)


def _leaks(evidence: Evidence, layer: str) -> bool:
    spec = evidence.written.get(layer)
    return spec is not None and spec.fields.group("relu_param").number("negative_slope") != 0


def _zero_to_the_end(values: Sequence[float]) -> int | None:
    """From which index on all values are exactly 0; None where the last one is not."""
    at = len(values)
    while at and values[at - 1] == 0:
        at -= 1
    return at if at < len(values) else None


@dataclass(frozen=True, slots=True)
class Growth:
    """A quantity that grew by orders of magnitude: how often its first value it became, and where that stands."""

    what: str
    factor: float
    iteration: int
    line: int
    first: float
    largest: float


def growths(evidence: Evidence) -> Iterator[Growth]:
    """What grew by an order of magnitude and more during training: weights, their norm, losses.

    Not the statistics of BatchNorm, which are no weights: they begin at 0 and are summed up over the run.
    """
    norm = evidence.run.norms.get(("L2", "data"))
    if norm is not None:
        yield from _growth("the L2 norm of all parameters", norm)
    for layer in evidence.order:
        for data, diff in evidence.params(layer)[:1]:
            if diff is not None or (not evidence.tells_gradients and evidence.type_of(layer) not in NORMALISING):
                yield from _growth(f"the weights of `{layer}`", data)
    for curve in losses(evidence):
        yield from _growth(f"the loss `{curve.name}`", curve.series)


def _growth(what: str, series: Series) -> Iterator[Growth]:
    values = series.values
    if len(values) < 2 or not math.isfinite(values[0]) or values[0] == 0:
        return  # What begins at 0 has grown infinitely with its first step.
    first = abs(values[0])
    if _is_all_finite(series):
        high, low = max(values), min(values)
        at = values.index(high if abs(high) >= abs(low) else low)
    else:
        at = max(range(len(values)), key=lambda index: abs(values[index]) if math.isfinite(values[index]) else -1.0)
    factor = abs(values[at]) / first
    if factor >= _ORDER:
        yield Growth(what, factor, series.iterations[at], series.line_at(at), first, abs(values[at]))


@dataclass(frozen=True, slots=True)
class Step:
    """How far one update moves a layer's weights, as a share of their size: rate x mean |diff| / mean |data|."""

    layer: str
    iteration: int
    line: int
    rate: float
    data: float
    diff: float
    share: float


def steps_at(evidence: Evidence, index: int = 0) -> list[Step]:
    """The updates of all weights in a displayed iteration, in the order of the layers; momentum not counted."""
    rates = dict(zip(evidence.run.rate.iterations, evidence.run.rate.values, strict=True))
    found = []
    for layer in evidence.order:
        for data, diff in evidence.params(layer)[:1]:
            if diff is None or index >= len(diff.values):
                continue
            iteration, gradient = diff.iterations[index], diff.values[index]
            size = next(
                (value for at, value in zip(data.iterations, data.values, strict=True) if at == iteration), None
            )
            rate = rates.get(iteration, next(iter(evidence.run.rate.values), None))
            if size and rate is not None and math.isfinite(gradient) and math.isfinite(size) and math.isfinite(rate):
                share = abs(rate) * gradient / size
                found.append(Step(layer, iteration, diff.line_at(index), rate, size, gradient, share))
    return found


def first_odd(series: Series) -> int | None:
    """The index of the first value that is nan or infinite."""
    if _is_all_finite(series):
        return None
    return next((at for at, value in enumerate(series.values) if not math.isfinite(value)), None)


def first_nonfinite_in_training(evidence: Evidence) -> NonFinite | None:
    """The first nan or inf of training, past those of tests and of outputs that only measure."""
    found = evidence.nonfinite
    run = evidence.run
    if found is None or (found.phase == "TRAIN" and not is_measure(run, found.direction, found.blob)):
        return found
    series: list[tuple[str, Quantity | None, str | None, Series]] = [
        ("loss", None, None, run.loss),
        ("learning-rate", None, None, run.rate),
    ]
    outputs = [(output.name, one) for output, one in run.outputs.items() if output.phase == "TRAIN"]
    series += [("loss", None, name, one) for name, one in outputs if not is_measure(run, "loss", name)]
    series += [("norm", None, None, one) for one in run.norms.values()]
    series += [("", quantity, None, one) for (phase, _, quantity), one in run.debug.items() if phase == "TRAIN"]
    best: NonFinite | None = None
    for direction, quantity, blob, one in series:
        at = first_odd(one)
        line = one.line_at(at) if at is not None else 0
        if at is None or not line or (best is not None and best.line <= line):
            continue
        iteration = one.iterations[at]
        if quantity is None:
            best = NonFinite(line, iteration, "TRAIN", direction, None, blob)
        else:
            place = (quantity.layer, quantity.blob, quantity.part)
            best = NonFinite(line, iteration, "TRAIN", quantity.direction, *place)
    return best


def is_measure(run: Run, direction: str, output: str | None) -> bool:
    """Whether an output is no loss, as the weights behind the losses show: nothing is learnt of it.

    Accuracies of one class are 0/0 where a batch has none of the class (SegNet's accuracy_layer.cpp).
    """
    return direction == "loss" and output is not None and bool(run.loss_weights) and output not in run.loss_weights


def value_at(series: Series | None, iteration: int) -> float | None:
    """The value of an iteration; None where it is not shown."""
    if series is None:
        return None
    return next((value for at, value in zip(series.iterations, series.values, strict=True) if at == iteration), None)


def shown(number: float) -> str:
    """A number for people: three digits."""
    return f"{number:.3g}"


def share_in_words(share: float) -> str:
    """How far a step moves weights, for people: `25 % of their size`, and beyond it `320 times their size`."""
    if share < 1:
        return f"{shown(100 * share)} % of their size"
    return f"{f'{share:,.0f}' if 100 <= share < _VERY_MANY else shown(share)} times their size"


def named(quantity: Quantity) -> str:
    """A quantity in words."""
    what = {"top": "output", "bottom": "gradient", "param": "parameter", "input": "input"}[quantity.end]
    return f"{what} `{quantity.blob}` of layer `{quantity.layer}`" if quantity.layer else f"input `{quantity.blob}`"
