"""What each kind of line does to its run."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import TypeAlias

from caffe_ls.training_log.blocks import OpenBlock
from caffe_ls.training_log.ending import told_by
from caffe_ls.training_log.first_nonfinite import first_odd, next_display
from caffe_ls.training_log.line import Line, source_name
from caffe_ls.training_log.patterns import number
from caffe_ls.training_log.record import BuiltNet, NonFinite, Output, PrintedText, Quantity, Run
from caffe_ls.training_log.series import Series

_SOLVER_STATE = re.compile(rb"_iter_(\d{1,15})\.solverstate")
_SPEED = re.compile(rb"([-+\d.e]+) iter/s")
_MOST_SERIES = 20_000
_ENDINGS = (
    "done",
    "stopped",
    "signal",
    "aborted",
    "killed",
    "frame",
    "traceback",
    "check-failed",
    "stack-title",
    "fatal-words",
)
# Kinds of lines that are kept as events, with their offset.
PLACED = frozenset(
    (*_ENDINGS, "exception", "missing", "no-items", "not-taken", "refused-text", "snapshot", "restore", "start")
)

Match: TypeAlias = "re.Match[bytes]"


class RunReader:
    """Takes the lines of one run and fills its columns."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.block = OpenBlock(run)
        self.phase = "TRAIN"
        self.text: PrintedText | None = None
        self._net = ("TRAIN", 0)  # of the net being built
        self._built: BuiltNet | None = None
        self._iteration: int | None = None  # of the last `Iteration N` line
        self._test = (0, 0)  # iteration and net
        self._quantities: dict[bytes, Quantity] = {}
        self._test_outputs: dict[int, int] = {}  # how many lines a test of each net ends with
        self._outputs_now = 0
        self._outputs: dict[tuple[str, int, int, bytes], Series] = {}  # those of the run, by what their lines say
        self._unplaced: list[Series] = []  # outputs above the first `Iteration N` line of a log without its beginning
        self._clips = 0
        self._rate_follows = False
        self._after_loss = False
        self._tell: dict[str, Callable[[Line, Match, int, int], None]] = {
            "update": self._update,
            "norm": self._norm,
            "output": self._output,
            "loss": self._loss,
            "rate": self._rate,
            "clipping": self._clipping,
            "testing": self._testing,
            "test-score": self._test_score,
            "test-loss": self._test_loss,
            "batch": self._batch,
            "solver-text": self._solver_text,
            "net-text": self._net_text,
            "training-net": lambda *_: self._expect_net("TRAIN", 0),
            "test-net": lambda _line, match, *_: self._expect_net("TEST", int(match[1])),
            "restore": self._restore,
            "not-taken": self._not_taken,
            "start": self._start,
        }
        for kind in ("creating", "setting-up", "top-shape", "top-shape-named", "memory", "backward", "loss-weight"):
            self._tell[kind] = getattr(self, "_built_" + kind.replace("-", "_"))
        for kind in ("net-output", "net-done", "input-edge", "output-edge"):
            self._tell[kind] = getattr(self, "_built_" + kind.replace("-", "_"))

    def tell(self, kind: str, line: Line, match: Match, number_of_line: int, offset: int) -> None:
        """Take a line that a pattern has recognised."""
        self.text = None
        telling = self._tell.get(kind)
        if telling is not None:
            telling(line, match, number_of_line, offset)
        elif kind in PLACED:
            self.run.happened(kind, number_of_line, offset, line.body, source_name(line.source))
        if kind in _ENDINGS:
            signal = match[1].decode("ascii", "replace") if kind == "signal" else ""
            self.run.fate = told_by(kind, signal, self.run.fate)

    def fatal(self, line: Line, number_of_line: int, offset: int) -> None:
        """A line of glog's severity F."""
        self.text = None
        self.run.happened("fatal", number_of_line, offset, line.body, source_name(line.source))
        self.run.fate = told_by("fatal", "", self.run.fate)

    def flush(self) -> None:
        """Bring the columns up to date, and say whether the run stands in the middle of an iteration."""
        self.block.flush()
        testing = self.phase == "TEST" and self._outputs_now < self._test_outputs.get(self._test[1], 1)
        self.run.unfinished = bool(self.block) or testing or (self._after_loss and self._rate_follows)

    # Iterations

    def _progress(self, iteration: int | None = None) -> None:
        self.run.started = True
        if self.run.fate in ("crashed", "killed"):
            self.run.fate = ""
        if iteration is not None:
            self.run.at_iteration(iteration)

    def _training_line(self, iteration: int) -> None:
        """An `Iteration N` line of training: it closes the block before it."""
        self._progress(iteration)
        self._unplaced.clear()
        if self.block:
            # The [Update] lines of older versions follow the lines of their own iteration.
            own = self._iteration if self.block.updates and self._iteration is not None else iteration
            self.block.close(own, "TRAIN", 0)
        self.block.updates = False
        self._leave_test()
        if iteration != self._iteration:
            self._clips = 0
            self.run.steps = (*self.run.steps[-1:], iteration)
        self._iteration = iteration

    def _loss(self, _line: Line, match: Match, at: int, _offset: int) -> None:
        iteration, value = int(match[1]), number(match[3])
        self._training_line(iteration)
        self._after_loss = True
        self.run.loss.add(iteration, value, at)
        speed = _SPEED.match(match[2]) if match[2] else None
        if speed:
            self.run.speed.add(iteration, number(speed[1]), at)
        if not math.isfinite(value):
            self._found(at, iteration, "TRAIN", "loss")

    def _rate(self, _line: Line, match: Match, at: int, _offset: int) -> None:
        iteration, value = int(match[1]), number(match[2])
        if self._after_loss and iteration == self._iteration:
            self._rate_follows = True
        if self._unplaced:
            self._place_outputs(iteration)
        self._training_line(iteration)
        self._after_loss = False
        self.run.rate.add(iteration, value, at)
        if not math.isfinite(value):
            self._found(at, iteration, "TRAIN", "learning-rate")

    def _place_outputs(self, iteration: int) -> None:
        """Outputs stand above the rate of their iteration; a log cut between the two begins with them."""
        for series in self._unplaced:
            for at in range(len(series.iterations)):
                series.iterations[at] = iteration
        self._unplaced.clear()
        found = self.run.first_nonfinite
        if self._iteration is None and found is not None and (found.phase, found.direction) == ("TRAIN", "loss"):
            self.run.first_nonfinite = found._replace(iteration=iteration)

    def _testing(self, _line: Line, match: Match, _at: int, _offset: int) -> None:
        iteration = int(match[1])
        self._progress(iteration)
        self._close_before_test()
        self._leave_test()
        self._test = (iteration, int(match[2] or 0))
        self.block.test = self._test
        self.phase = "TEST"
        self._after_loss = False
        self._outputs_now = 0

    def _close_before_test(self) -> None:
        if not self.block:
            return
        if self.phase == "TEST" and not self.block.has_backward:
            self.block.close(self._test[0], "TEST", self._test[1])
        else:
            updates = self.block.updates and self._iteration is not None
            self.block.close(self._iteration or 0 if updates else next_display(self.run), "TRAIN", 0)
        self.block.updates = False

    def _leave_test(self) -> None:
        if self.phase == "TEST" and self._outputs_now:
            self._test_outputs[self._test[1]] = self._outputs_now
        self.phase = "TRAIN"
        self.block.test = None
        self._outputs_now = 0

    def _output(self, _line: Line, match: Match, at: int, _offset: int) -> None:
        phase, value = ("TEST" if match[1] == b"Test" else "TRAIN"), number(match[4])
        self._add_output(phase, int(match[2]), match[3], value, at)
        if match[5] and len(self.run.loss_weights) < _MOST_SERIES:
            self.run.loss_weights.setdefault(match[3].decode("utf-8", "replace"), number(match[5]))
        if match[6] and math.isfinite(value) and not math.isfinite(number(match[6])):
            self._odd_output(phase, match[3], at)

    def _add_output(self, phase: str, index: int, name: bytes, value: float, at: int) -> None:
        self._progress()
        if phase == "TEST":
            if self.block:
                self.block.close(self._test[0], "TEST", self._test[1])
            self._outputs_now += 1
            iteration, net = self._test
        else:
            iteration, net = self._iteration or 0, 0
        series = self._outputs.get((phase, net, index, name))
        if series is None:
            output = Output(phase, net, index, name.decode("utf-8", "replace"))
            series = self.run.outputs.get(output)
            if series is None and len(self.run.outputs) < _MOST_SERIES:
                series = self.run.outputs[output] = Series(self.run.points)
            if series is not None and len(self._outputs) < _MOST_SERIES:
                self._outputs[phase, net, index, name] = series
        if series is not None:
            series.add(iteration, value, at)
            if phase == "TRAIN" and self._iteration is None and len(self._unplaced) < _MOST_SERIES:
                self._unplaced.append(series)
        if not math.isfinite(value):
            self._odd_output(phase, name, at)

    def _odd_output(self, phase: str, name: bytes, at: int) -> None:
        iteration = self._test[0] if phase == "TEST" else self._iteration or 0
        self._found(at, iteration, phase, "loss", name.decode("utf-8", "replace"))

    def _test_score(self, _line: Line, match: Match, at: int, _offset: int) -> None:
        self._add_output("TEST", int(match[1]), b"score", number(match[2]), at)

    def _test_loss(self, _line: Line, match: Match, at: int, _offset: int) -> None:
        self._add_output("TEST", 0, b"loss", number(match[1]), at)

    def _batch(self, _line: Line, match: Match, at: int, _offset: int) -> None:
        """A line of `caffe test`: its batches stand for iterations."""
        self._test = (int(match[1]), 0)
        self._add_output("TEST", 0, match[2], number(match[3]), at)

    def _clipping(self, _line: Line, match: Match, at: int, offset: int) -> None:
        self._progress()
        iteration = (self._iteration if self._iteration is not None else self.run.resumed_at or 0) + self._clips
        self._clips += 1
        self.run.clipping.add(iteration, number(match[1]), at)
        self.run.clipping_scale.add(iteration, number(match[3]), at)
        if first_odd([number(match[1]), number(match[2]), number(match[3])]) is not None:
            self._found(at, iteration, "TRAIN", "norm", part="diff")

    # Debug lines

    def after_debug(self, updates: bool) -> None:
        """A debug line or row comes: [Update] lines before it are a block of their own."""
        self.text = None
        if self.block.updates != updates and self.block:
            self.block.close(next_display(self.run) if updates else self._iteration or 0, "TRAIN", 0)
        self.block.updates = updates
        self._progress()

    def debug(self, match: Match, key: bytes | None, cut: int, at: int) -> bool:
        """A [Forward] or [Backward] line, as `OpenBlock.add_line` takes it."""
        self.after_debug(updates=False)
        head = match[0][: match.start(7)]
        quantity = self._quantities.get(head)
        if quantity is None:
            if len(self._quantities) >= _MOST_SERIES:
                self._quantities.clear()
            quantity = self._quantities[head] = _quantity_of(match)
        return self.block.add_line(key, cut, quantity, number(match[7]), at, self.phase)

    def _update(self, _line: Line, match: Match, at: int, _offset: int) -> None:
        self.after_debug(updates=True)
        layer, blob = _word(match[1]), _word(match[2])
        for part, value in (("data", match[3]), ("diff", match[4])):
            if value:
                self.block.add_line(None, 0, Quantity("update", layer, "param", blob, part), number(value), at, "TRAIN")

    def _norm(self, _line: Line, match: Match, at: int, _offset: int) -> None:
        self.after_debug(updates=False)
        self.block.add_norms(tuple(number(match[group]) for group in (1, 2, 3, 4)), at)

    # Construction

    def _solver_text(self, _line: Line, _match: Match, at: int, _offset: int) -> None:
        self._open_text("solver", at)

    def _net_text(self, _line: Line, _match: Match, at: int, _offset: int) -> None:
        self._open_text("net", at)
        self._built = BuiltNet(*self._net, at)
        if len(self.run.nets) < 1_000:
            self.run.nets.append(self._built)

    def _open_text(self, kind: str, at: int) -> None:
        self.text = PrintedText(kind, *(self._net if kind == "net" else ("", 0)), at)
        if len(self.run.texts) < 1_000:
            self.run.texts.append(self.text)

    def _expect_net(self, phase: str, net: int) -> None:
        self._net = (phase, net)

    def _restore(self, line: Line, match: Match, at: int, offset: int) -> None:
        self.run.happened("restore", at, offset, line.body)
        state = _SOLVER_STATE.search(match[1])
        if state:
            self.run.resumed_at = int(state[1])

    def _not_taken(self, line: Line, _match: Match, at: int, offset: int) -> None:
        """A layer of weights that the net does not have: before any test, it is the net of training that loads some."""
        if not self.run.started:
            self.run.happened("restore", at, offset, line.body)

    def _start(self, line: Line, _match: Match, at: int, offset: int) -> None:
        self.run.happened("start", at, offset, line.body)

    def _net_in_construction(self, at: int) -> BuiltNet:
        if self._built is None:
            self._built = BuiltNet(*self._net, at)
            if len(self.run.nets) < 1_000:
                self.run.nets.append(self._built)
        return self._built

    def _built_creating(self, _line: Line, match: Match, at: int, _offset: int) -> None:
        net = self._net_in_construction(at)
        # "Creating layer" comes again inside a loss layer, for the softmax that it owns, before "Setting up".
        if _word(match[1]) not in net.layers[-1:]:
            net.start_layer(_word(match[1]), at)

    def _built_setting_up(self, _line: Line, match: Match, at: int, _offset: int) -> None:
        self._net_in_construction(at).start_layer(_word(match[1]), at)

    def _built_top_shape(self, _line: Line, match: Match, at: int, _offset: int) -> None:
        net = self._net_in_construction(at)
        if net.layers and len(net.top_shapes[-1]) < 10_000:
            net.top_shapes[-1].append(_shape(match[1]))

    def _built_top_shape_named(self, _line: Line, match: Match, at: int, _offset: int) -> None:
        net = self._net_in_construction(at)
        net.start_layer(_word(match[1]), at)
        if net.layers and len(net.top_shapes[-1]) < 10_000:
            net.top_shapes[-1].append(_shape(match[2]))

    def _built_memory(self, _line: Line, match: Match, at: int, _offset: int) -> None:
        net = self._net_in_construction(at)
        if len(net.memory) < 200_000:
            net.memory.append(int(match[1]))

    def _built_backward(self, _line: Line, match: Match, at: int, _offset: int) -> None:
        net = self._net_in_construction(at)
        if len(net.needs_backward) < 200_000:
            net.needs_backward[_word(match[1])] = match[2] == b"needs"

    def _built_loss_weight(self, _line: Line, match: Match, at: int, _offset: int) -> None:
        net = self._net_in_construction(at)
        if net.layers and len(net.loss_weights[-1]) < 10_000:
            net.loss_weights[-1].append(number(match[1]))

    def _built_net_output(self, _line: Line, match: Match, at: int, _offset: int) -> None:
        net = self._net_in_construction(at)
        if len(net.outputs) < 10_000:
            net.outputs.append(_word(match[1]))

    def _built_net_done(self, *_: object) -> None:
        if self._built is not None:
            self._built.complete = True
        self._built = None

    def _built_input_edge(self, line: Line, match: Match, *_: object) -> None:
        self._edge(line, match[1], match[2], into=True)

    def _built_output_edge(self, line: Line, match: Match, *_: object) -> None:
        self._edge(line, match[1], match[2], into=False)

    def _edge(self, line: Line, layer: bytes, blob: bytes, into: bool) -> None:
        net = self._built
        if net is None or not net.layers or net.layers[-1] != _word(layer):
            return
        column = (net.bottoms if into else net.tops)[-1]
        if len(column) < 10_000:
            column.append(_word(blob))

    def _found(
        self, line: int, iteration: int, phase: str, direction: str, blob: str | None = None, part: str | None = None
    ) -> None:
        if self.run.first_nonfinite is None:
            self.run.first_nonfinite = NonFinite(line, iteration, phase, direction, None, blob, part)


def _quantity_of(match: Match) -> Quantity:
    if match[4]:
        return Quantity("forward", None, "input", _word(match[5]), _word(match[6]))
    return Quantity(match[1].decode().lower(), _word(match[2]), _word(match[3]), _word(match[5]), _word(match[6]))


def _word(raw: bytes) -> str:
    return raw[:2_000].decode("utf-8", "replace")


def _shape(raw: bytes) -> tuple[int, ...]:
    return tuple(int(dimension) for dimension in raw.split()[:64] if dimension.isdigit() and len(dimension) < 20)
