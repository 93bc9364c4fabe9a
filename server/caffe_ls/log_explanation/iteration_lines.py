"""Lines of iterations and tests: loss, outputs, clipping, scores."""

from __future__ import annotations

import math
from collections.abc import Iterator

from caffe_ls.analysis.averages import median
from caffe_ls.analysis.log_document import LogDocument, LogLine, Moment
from caffe_ls.analysis.observations import is_measure
from caffe_ls.log_explanation.around import Around
from caffe_ls.log_explanation.figures import figure, times
from caffe_ls.log_explanation.history import History, history
from caffe_ls.log_explanation.known_losses import known_values
from caffe_ls.log_explanation.layer_of_run import LayerOfRun
from caffe_ls.log_explanation.solver_of_run import solver_of
from caffe_ls.solver.model import Solver
from caffe_ls.training_log.patterns import number
from caffe_ls.training_log.record import Output


def loss_line(document: LogDocument, line: LogLine, _: Around) -> Iterator[str]:
    """`Iteration N, loss = X` (solver.cpp, Solver::Step and UpdateSmoothedLoss)."""
    assert line.match is not None
    value = number(line.match[3])
    yield f"**Loss of iteration {line.group(1)}**: {figure(value)}"
    solver = solver_of(document, line.run)
    span = solver.integer("average_loss") if solver is not None else 1
    if solver is None:
        yield "The sum of all weighted losses, averaged over as many iterations as `average_loss` says (1 by default)"
    elif span > 1:
        yield (
            f"The sum of all weighted losses, averaged over the last {span} iterations (`average_loss`): one nan or "
            "inf stays in it for as long, or for ever; the outputs below are the iteration's own"
        )
    else:
        yield "The sum of all weighted losses of this iteration (`average_loss` is 1: nothing is smoothed)"
    if line.group(2):
        yield f"Speed: {line.group(2)}" + _time_left(line, solver)
    past = history(line.run.loss, line.number, (int(line.group(1)), value))
    yield from _before(past)
    yield from (f"**Now**: {sentence}" for sentence in _loss_now(past, known_values(value, "", None, None)))


def _time_left(line: LogLine, solver: Solver | None) -> str:
    """How long the rest of the run takes at the speed of the last displays."""
    speeds = [value for value in history(line.run.speed, line.number).values if 0 < value < math.inf]
    left = 0 if solver is None else solver.max_iter - int(line.group(1))
    if not speeds or left <= 0:
        return ""
    seconds = left / median(speeds)
    for size, unit in ((86_400, "days"), (3_600, "hours"), (60, "minutes")):
        if seconds >= 2 * size:
            return f"; the {left} iterations left take some {seconds / size:.0f} {unit} at the usual speed, tests apart"
    return ""


def output_line(document: LogDocument, line: LogLine, around: Around) -> Iterator[str]:
    """`Train net output #k` and `Test net output #k` (solver.cpp, Solver::Step and Solver::Test)."""
    assert line.match is not None
    moment, value, name = document.moment(line), number(line.match[4]), line.group(3)
    tested = moment.phase == "TEST"
    when = "" if moment.iteration is None else f", iteration {moment.iteration}"
    yield f"**Output `{name}`** of the {_net_words(moment)}{when}: {figure(value)}"
    if tested:
        yield "The mean over all batches of the test (`test_iter`)"
    if line.match[5]:
        weight = number(line.match[5])
        yield f"A loss of weight {figure(weight)}: it counts {figure(value * weight)} in the sum that is minimised"
    elif not math.isfinite(value) and is_measure(line.run, "loss", name):
        yield (
            "No loss: nothing is learnt of it. Measures of one class are 0/0 where the batch, or the whole test, has "
            "none of the class"
        )
    output = Output(moment.phase, moment.net, int(line.group(2)), name)
    past = history(line.run.outputs.get(output), line.number, (moment.iteration, value))
    yield from _before(past)
    layer = _layer_making(document, line, moment, name)
    if layer is not None:
        yield from _output_now(layer, line, value, past)
        yield from layer.definitions(around)


def testing_line(document: LogDocument, line: LogLine, _: Around) -> Iterator[str]:
    """`Iteration N, Testing net (#k)` (solver.cpp, Solver::Test)."""
    moment = document.moment(line)
    yield f"**A test of test net #{moment.net}** begins, with the weights of iteration {moment.iteration}"
    solver = solver_of(document, line.run)
    if solver is not None:
        passes = solver.integers("test_iter")
        if moment.net < len(passes):
            interval = solver.integer("test_interval")
            yield f"`test_iter`: {passes[moment.net]} batches; `test_interval`: every {interval} iterations"
    if moment.iteration == 0:
        yield (
            "The test before any training (`test_initialization`): what it scores is chance. With many BatchNorm "
            "layers inf, nan or 87.33 in this test alone is harmless: their statistics are still 0"
        )


def score_line(document: LogDocument, line: LogLine, _: Around) -> Iterator[str]:
    """`Test score`, `Test loss` and `Batch N` lines."""
    assert line.match is not None
    value = number(line.match[line.match.lastindex or 1])
    if line.kind == "batch":
        yield f"**Output `{line.group(2)}`** of batch {line.group(1)} (`caffe test`): {figure(value)}"
    elif line.kind == "test-loss":
        yield f"**The test net's loss**, the mean over its batches (`test_compute_loss`): {figure(value)}"
    else:
        yield f"**An output of the test net**, the mean over its batches, as older versions print it: {figure(value)}"


def clipping_line(document: LogDocument, line: LogLine, _: Around) -> Iterator[str]:
    """`Gradient clipping` (sgd_solver.cpp, SGDSolver::ClipGradients)."""
    assert line.match is not None
    norm, threshold, factor = (number(line.match[group]) for group in (1, 2, 3))
    moment = document.moment(line)
    yield f"**The gradient was clipped**, iteration {moment.iteration}"
    yield (
        f"The L2 norm of all gradients together was {figure(norm)}, above `clip_gradients` {figure(threshold)}: "
        f"all were multiplied by {figure(factor)}"
    )
    solver = solver_of(document, line.run)
    if solver is not None and solver.integer("iter_size") > 1:
        size = solver.integer("iter_size")
        yield f"It is clipped before it is divided by `iter_size`: the threshold is {size} times tighter than it looks"
    past = history(line.run.clipping, line.number, (moment.iteration, norm))
    yield from _before(past)
    if not math.isfinite(norm):
        yield "**Now**: a factor cannot rescue nan or inf; the parameters are lost with this update"
    elif threshold > 0 and norm > 100 * threshold:
        yield f"**Now**: {times(norm / threshold)} times the threshold: the direction is kept, but hardly any length"
    if len(past.iterations) >= 20 and past.iterations[-1] - past.iterations[0] < 2 * len(past.iterations):
        yield "**Now**: nearly every step is clipped: the threshold, not the rate, sets the step"


def _before(past: History) -> Iterator[str]:
    told = past.text()
    if told:
        yield f"Before: {told}"


def _loss_now(past: History, known: Iterator[str]) -> Iterator[str]:
    yield from known
    if len(past.values) >= 6 and len(set(past.values)) == 1:
        yield f"the same to the last digit for {len(past.values)} displays: nothing moves"
        return
    growth = past.growth
    if growth is not None and growth > 3 and past.values[-1] > 3 * _largest_before(past):
        yield f"{times(growth)} times what was usual before, and more than ever in the last displays: it may diverge"
    last = past.last_good
    if past.values and not math.isfinite(past.values[-1]) and last is not None and past.iterations[-1] - last > 1:
        yield f"it happened after iteration {last} and by iteration {past.iterations[-1]}"


def _output_now(layer: LayerOfRun, line: LogLine, value: float, past: History) -> Iterator[str]:
    classes, batch = _classes(layer), _batch(layer)
    if layer.type == "Accuracy":
        if classes and classes > 1:
            yield f"Chance is 1 / {classes} = {figure(1 / classes)}"
            if abs(value - 1 / classes) < 0.1 / classes and len(past.values) > 3:
                yield "**Now**: no better than chance"
        losses = history(layer.run.loss, line.number).values[-1:]
        if losses and not math.isfinite(losses[0]):
            yield "**Now**: beside a loss that is no number it means nothing: scores of nan count as right or as chance"
        return
    if layer.type.endswith("Loss"):
        yield from (f"**Now**: {one}" for one in _loss_now(past, known_values(value, layer.type, classes, batch)))


def _layer_making(document: LogDocument, line: LogLine, moment: Moment, blob: str) -> LayerOfRun | None:
    built = document.built(line.run, moment.phase, moment.net)
    if built is None:
        return None
    rows = (row for row in range(len(built.layers) - 1, -1, -1) if blob in built.tops[row])
    row = next(rows, None)
    return None if row is None else LayerOfRun(document, line.run, moment.phase, moment.net, built.layers[row])


def _largest_before(past: History) -> float:
    return max((abs(value) for value in past.values[:-1] if math.isfinite(value)), default=math.inf)


def _classes(layer: LayerOfRun) -> int | None:
    shape = layer.bottom_shape(layer.bottoms[0]) if layer.bottoms else None
    return shape[1] if shape is not None and len(shape) > 1 else None


def _batch(layer: LayerOfRun) -> int | None:
    shape = layer.bottom_shape(layer.bottoms[0]) if layer.bottoms else None
    return shape[0] if shape is not None and len(shape) == 2 else None


def _net_words(moment: Moment) -> str:
    return f"test net #{moment.net}" if moment.phase == "TEST" else "train net"
