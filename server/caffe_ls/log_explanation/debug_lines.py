"""Debug lines: the mean absolute value of a blob, what it was, what is usual, and what it suggests now."""

from __future__ import annotations

import math
from collections.abc import Iterator

from caffe_ls.analysis.log_document import LogDocument, LogLine, Moment
from caffe_ls.log_explanation.around import Around
from caffe_ls.log_explanation.figures import figure, times
from caffe_ls.log_explanation.history import History, history
from caffe_ls.log_explanation.layer_of_run import LayerOfRun, Shape, shape_and_size, size_of
from caffe_ls.log_explanation.solver_of_run import solver_of
from caffe_ls.log_explanation.usual_values import usual
from caffe_ls.training_log.patterns import number
from caffe_ls.training_log.record import NORMS, Quantity, Run
from caffe_ls.training_log.series import Series

_FLOAT_MAX = 3.4028234663852886e38
_LARGE = 1e4
_LARGE_GRADIENT = 1e6
_LARGE_STEP = 0.1
_LEAST_USUAL_RATE = 0.001
_VANISHED = 1e-12
_EXPLODES = 1_000.0  # times what was usual
_PARTS_OF_RELU = ("ReLU",)


def debug_line(document: LogDocument, line: LogLine, around: Around) -> Iterator[str]:
    """A `[Forward]` or `[Backward]` line (net.cpp, Net::ForwardDebugInfo and Net::BackwardDebugInfo)."""
    assert line.match is not None
    if line.group(4):
        quantity = Quantity("forward", None, "input", line.group(5), line.group(6))
    else:
        quantity = Quantity(line.group(1).lower(), line.group(2), line.group(3), line.group(5), line.group(6))
    yield from _quantity(document, line, around, quantity, number(line.match[7]))


def update_line(document: LogDocument, line: LogLine, around: Around) -> Iterator[str]:
    """An `[Update]` line of older versions (net.cpp, Net::UpdateDebugInfo)."""
    assert line.match is not None
    if line.match[3]:
        data = Quantity("update", line.group(1), "param", line.group(2), "data")
        yield from _quantity(document, line, around, data, number(line.match[3]))
        yield "---"
    diff = Quantity("update", line.group(1), "param", line.group(2), "diff")
    yield from _quantity(document, line, around, diff, number(line.match[4]))
    yield "The diff of an `[Update]` line is the step itself: rate, momentum and decay are in it already."


def norm_line(document: LogDocument, line: LogLine, _: Around) -> Iterator[str]:
    """`All net params`: the only real norms (net.cpp, Net::BackwardDebugInfo)."""
    assert line.match is not None
    moment = document.moment(line)
    yield "**Norms over all learnable parameters together**" + _at(moment)
    yield (
        "The only line with real L1 and L2 norms; its severity is E although nothing is wrong. "
        "`data` is the parameters, `diff` their gradients"
    )
    values = [number(line.match[group]) for group in (1, 2, 3, 4)]
    for (norm, part), value in zip(NORMS, values, strict=True):
        told = history(line.run.norms.get((norm, part)), line.number, (moment.iteration, value)).text()
        yield f"- {norm} of {part}: {figure(value)}" + (f"  \n  {told}" if told else "")
    if not all(map(math.isfinite, values)):
        yield (
            "These sums overflow float32 many iterations before any single blob shows inf or nan: "
            "the first warning of a run that diverges stands here"
        )
    elif values[2] > 0:
        yield from _step_now(line.run, values[3] / values[2])


def _step_now(run: Run, ratio: float) -> Iterator[str]:
    """Where a plain step with the rate shown, or with any usual one, moves the parameters far."""
    highest = _LARGE_STEP / ratio if ratio else math.inf
    rates = run.rate.values[-1:]
    if highest < (abs(rates[0]) if rates else _LEAST_USUAL_RATE):
        yield (
            f"**Now**: the gradients are {times(ratio)} times as large as the parameters: with SGD a rate above "
            f"{highest:.2g} moves them by more than a tenth of their size in one step; look for diffs that stand out"
        )


def value_of(run: Run, moment: Moment, quantity: Quantity, line: int) -> float | None:
    """The number of a quantity in the pass that a line belongs to."""
    past = history(_series(run, moment, quantity), line)
    if not past.values or (moment.iteration is not None and past.iterations[-1] != moment.iteration):
        return None
    return past.values[-1]


def _quantity(document: LogDocument, line: LogLine, around: Around, quantity: Quantity, value: float) -> Iterator[str]:
    moment = document.moment(line)
    layer = LayerOfRun(document, line.run, moment.phase, moment.net, quantity.layer or quantity.blob or "")
    yield _title(quantity, layer) + _at(moment)
    yield f"`{figure(value)}` is the **mean of |x|**, sum(|x|) / count; no norm"
    yield from _bounds(_shape(layer, quantity), value)
    past = history(_series(line.run, moment, quantity), line.number, (moment.iteration, value))
    told = past.text()
    if told:
        yield f"Before: {told}"
    normal = usual(layer.type, quantity.end, quantity.blob or "", quantity.part)
    if normal:
        yield f"Usual{' for ' + layer.type if layer.type else ''}: {normal}"
    for sentence in _suggestions(line, quantity, value, past, moment, layer):
        yield f"**Now**: {sentence}"
    yield from layer.definitions(around)


def _title(quantity: Quantity, layer: LayerOfRun) -> str:
    kind = f" ({layer.type})" if layer.type else ""
    what = "gradient" if quantity.part == "diff" else "values"
    if quantity.end == "input":
        return f"**The {what} of the net's input `{quantity.blob}`**"
    if quantity.end == "param":
        name = {"0": "weights", "1": "bias"}.get(quantity.blob or "", "") if layer.type in _WEIGHTED else ""
        called = f"parameter {quantity.blob}" + (f", its {name}," if name else "")
        return f"**The {what} of {called} of layer `{quantity.layer}`**{kind}"
    if quantity.end == "bottom":
        return f"**The {what} that layer `{quantity.layer}`{kind} hands down to its input `{quantity.blob}`**"
    in_place = quantity.blob in layer.bottoms
    return (
        f"**The {what} of `{quantity.blob}` as layer `{quantity.layer}`{kind} {'rewrote' if in_place else 'made'} it**"
    )


_WEIGHTED = ("Convolution", "Deconvolution", "InnerProduct", "ConvolutionDepthwise", "DepthwiseConvolution", "Embed")


def _at(moment: Moment) -> str:
    net = f" of test net #{moment.net}" if moment.phase == "TEST" else ""
    when = "" if moment.iteration is None else f", iteration {moment.iteration}"
    return f" · {'test' if moment.phase == 'TEST' else 'training'}{net}{when}"


def _shape(layer: LayerOfRun, quantity: Quantity) -> Shape | None:
    if quantity.end == "param":
        return layer.param_shape(quantity.blob or "")
    if quantity.end == "bottom":
        return layer.bottom_shape(quantity.blob or "")
    return layer.top_shape(quantity.blob or "")


def _bounds(shape: Shape | None, value: float) -> Iterator[str]:
    size = size_of(shape)
    if shape is None:
        return
    if size is None or not math.isfinite(value):
        yield f"Shape {shape_and_size(shape)}"
        return
    l1 = value * size
    yield (
        f"Shape {shape_and_size(shape)}, so the L1 norm is {figure(l1)}, "
        f"and the largest |x| lies between {figure(value)} and {figure(l1)}"
    )


def _series(run: Run, moment: Moment, quantity: Quantity) -> Series | None:
    return run.debug.get((moment.phase, moment.net, quantity))


def _suggestions(
    line: LogLine, quantity: Quantity, value: float, past: History, moment: Moment, layer: LayerOfRun
) -> Iterator[str]:
    if not math.isfinite(value):
        yield from _non_finite(line, quantity, value, past, moment, layer)
        return
    if value == 0:
        yield from _zero(quantity, moment, layer)
        return
    growth = past.growth
    if growth is not None and growth >= 10:
        ahead = ": on its way to overflow where this goes on" if growth >= _EXPLODES else ""
        yield f"{times(growth)} times what was usual before{ahead}"
    elif quantity.direction == "forward" and quantity.end == "top" and value > _LARGE and layer.type != "Accuracy":
        yield "so large that the layers above lose precision or overflow soon"
    elif quantity.part == "diff" and value > _LARGE_GRADIENT:
        yield "far larger than usual rates are made for: one update with it throws the parameters away"
    if quantity.part == "diff" and value < _VANISHED:
        yield "so small that nothing below learns from it: the gradient vanishes on its way down"
    # What begins at 0, as biases do, moves by many times its size while nothing is wrong.
    of_weights = quantity.direction == "backward" and quantity.end == "param" and quantity.blob == "0"
    if of_weights and _steps_plainly(layer.document, line.run):
        yield from _step(line, quantity, value, moment)
    if quantity.part == "data" and quantity.end == "top" and layer.type in ("Sigmoid", "TanH") and value > 0.97:
        yield "saturated: hardly a gradient passes through it"


def _non_finite(
    line: LogLine, quantity: Quantity, value: float, past: History, moment: Moment, layer: LayerOfRun
) -> Iterator[str]:
    if layer.type == "Pooling" and math.isinf(value) and quantity.part == "data":
        yield (
            "a pooling window that lies outside its input leaves -FLT_MAX, whose sum prints as inf; "
            "or the input itself is infinite"
        )
    if quantity.direction == "forward" and quantity.end in ("top", "param"):
        inputs = [(blob, _input_value(line, layer, blob, moment)) for blob in layer.bottoms]
        told = [(blob, found) for blob, found in inputs if found is not None]
        if told and all(math.isfinite(found) for _, found in told):
            names = ", ".join(f"`{blob}` {figure(found)}" for blob, found in told)
            yield f"its inputs are still finite ({names}): this layer or its parameters made it"
        elif told:
            bad = ", ".join(f"`{blob}`" for blob, found in told if not math.isfinite(found))
            yield f"it came in with {bad}: look further up"
        elif quantity.end == "top" and not layer.bottoms:
            yield "it comes out of the data: look for broken samples, or a division by a scale or deviation of 0"
    if quantity.direction == "backward":
        yield "gradients run from the loss down: the first line of this pass that shows it stands nearest to its source"
    last = past.last_good
    if last is not None and moment.iteration is not None and moment.phase == "TRAIN" and last < moment.iteration - 1:
        yield f"after iteration {last} and by iteration {moment.iteration}: nothing was displayed in between"


def _input_value(line: LogLine, layer: LayerOfRun, blob: str, moment: Moment) -> float | None:
    above = layer.above(blob)
    if above is None:
        return None
    return value_of(line.run, moment, Quantity("forward", above.name, "top", blob, "data"), line.number)


def _zero(quantity: Quantity, moment: Moment, layer: LayerOfRun) -> Iterator[str]:
    if quantity.end == "param" and quantity.part == "data":
        if quantity.blob == "1" and layer.type in _WEIGHTED:
            yield "a bias of 0 is how it begins" if not moment.iteration else "the bias has not moved"
        elif quantity.blob == "0" and layer.type in _WEIGHTED:
            yield (
                "all weights are exactly 0: without a `weight_filler` Caffe fills in 0. In the last layer alone "
                "that is harmless; with a layer of zeros above it and below it, a layer never learns"
            )
    elif quantity.part == "diff":
        yield (
            "exactly 0: no gradient comes here. Above it a unit is dead, a loss does not reach, or weights are 0"
            if quantity.end != "param"
            else "exactly 0: these parameters do not learn in this iteration"
        )
    elif layer.type in _PARTS_OF_RELU:
        yield "exactly 0: every unit is off, for every sample; nothing below learns any more from this path"
    elif quantity.end == "top" and not layer.bottoms and layer.type:
        yield "the data is all zeros"
    elif quantity.end == "top":
        yield "exactly 0 for every sample"


def _steps_plainly(document: LogDocument, run: Run) -> bool:
    """Whether the step is the rate times the gradient: adaptive solvers and clipping make it another one."""
    solver = solver_of(document, run)
    return solver is None or (solver.type in ("SGD", "Nesterov") and not run.clipping.values)


def _step(line: LogLine, quantity: Quantity, value: float, moment: Moment) -> Iterator[str]:
    """Rate × diff / data: how far the plain gradient step moves these parameters."""
    data = Quantity("forward", quantity.layer, "param", quantity.blob, "data")
    size = value_of(line.run, moment, data, line.number)
    # The rate of an iteration is told below its pass.
    rates = line.run.rate
    rate = [
        value for iteration, value in zip(rates.iterations, rates.values, strict=True) if iteration == moment.iteration
    ][:1] or history(rates, line.number).values[-1:]
    if not size or not math.isfinite(size) or not rate or not math.isfinite(rate[0]):
        return
    share = abs(rate[0]) * value / size
    judged = (
        "far more than usual: fine for weights that began at 0, else it diverges or jumps"
        if share > 0.1
        else "much; 0.001 is usual"
        if share > 0.02
        else "hardly anything in this iteration"
        if share < 1e-6
        else "a usual step"
    )
    yield (
        f"rate × diff / data = {figure(rate[0])} × {figure(value)} / {figure(size)} = {figure(share)}: {judged} "
        "(momentum multiplies it, `lr_mult` too)"
    )
