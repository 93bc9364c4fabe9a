"""What a log says, as columns: its runs, and in each the printed texts, the nets as built, series, ends."""

from __future__ import annotations

from typing import NamedTuple

from caffe_ls.syntax.tree import File
from caffe_ls.training_log.series import POINTS, Series

MOST_EVENTS = 10_000  # of one kind in a run
_LONGEST_TEXT = 8_000_000
_MOST_LAYERS = 200_000
NORMS = (("L1", "data"), ("L1", "diff"), ("L2", "data"), ("L2", "diff"))  # as their line gives them


class Quantity(NamedTuple):
    """What a debug line's number is the mean absolute value of. `end`: top, bottom, param or input."""

    direction: str
    layer: str | None
    end: str
    blob: str | None
    part: str


class Output(NamedTuple):
    """An output of the train net (`net` 0) or of a test net, as its line numbers it."""

    phase: str
    net: int
    number: int
    name: str


class Event(NamedTuple):
    """Something that happened once: a snapshot, a fatal line, a frame. `source`: the C++ file that said it."""

    kind: str
    line: int
    offset: int
    text: str
    source: str = ""


class NonFinite(NamedTuple):
    """Where nan or inf stands; `iteration` None while the line that will tell it has not come."""

    line: int
    iteration: int | None
    phase: str
    direction: str
    layer: str | None = None
    blob: str | None = None
    part: str | None = None


class PrintedText:
    """Solver or net as the log prints it; `segments` map its bytes back to the log's."""

    def __init__(self, kind: str, phase: str, net: int, line: int) -> None:
        self.kind = kind  # solver or net
        self.phase = phase
        self.net = net
        self.line = line
        self.lead = b""  # what whoever kept the log put before each line of it
        self.segments: list[tuple[int, int]] = []
        self._parts: list[bytes] = []
        self._length = 0
        self._end = -1

    def add(self, raw: bytes, offset: int) -> None:
        if self._length + len(raw) >= _LONGEST_TEXT:
            return
        if offset != self._end:
            self.segments.append((self._length, offset))
        self._parts.append(raw)
        self._length += len(raw) + 1
        self._end = offset + len(raw) + 1

    @property
    def text(self) -> bytes:
        if len(self._parts) > 1:
            self._parts = [b"\n".join(self._parts)]
        return self._parts[0] + b"\n" if self._parts else b""

    def tree(self) -> File:
        # Not above: most of what is known of a log needs no parser.
        from caffe_ls.syntax.parser import parse

        return parse(self.text.decode("utf-8", "surrogateescape"))

    def log_offset(self, at: int) -> int:
        """The byte of the log at which the byte `at` of the text stands."""
        start, offset = next(segment for segment in reversed(self.segments) if segment[0] <= at)
        return offset + at - start


class BuiltNet:
    """A net as its construction was told, a row for each layer (splits that Caffe inserts included)."""

    def __init__(self, phase: str, net: int, line: int) -> None:
        self.phase = phase
        self.net = net
        self.line = line
        self.layers: list[str] = []
        self.lines: list[int] = []
        self.top_shapes: list[list[tuple[int, ...]]] = []
        self.bottoms: list[list[str]] = []
        self.tops: list[list[str]] = []
        self.loss_weights: list[list[float]] = []
        self.needs_backward: dict[str, bool] = {}
        self.outputs: list[str] = []
        self.memory: list[int] = []
        self.complete = False

    def start_layer(self, name: str, line: int) -> None:
        if (self.layers and self.layers[-1] == name) or len(self.layers) >= _MOST_LAYERS:
            return
        self.layers.append(name)
        self.lines.append(line)
        for column in (self.top_shapes, self.bottoms, self.tops, self.loss_weights):
            column.append([])


class Run:
    """One training run: from the solver's text, or the first line of Caffe's, to its end."""

    def __init__(self, start_line: int, thread: bytes = b"", rank: bytes = b"", points: int | None = POINTS) -> None:
        self.start_line = start_line
        self.thread = thread
        self.rank = rank
        self.points = points
        self.texts: list[PrintedText] = []
        self.nets: list[BuiltNet] = []
        self.loss = Series(points)
        self.rate = Series(points)
        self.speed = Series(points)
        self.clipping = Series(points)  # the norm of a clipped gradient
        self.clipping_scale = Series(points)  # what it was multiplied by
        self.norms: dict[tuple[str, str], Series] = {}  # (L1 or L2, data or diff)
        self.outputs: dict[Output, Series] = {}
        self.loss_weights: dict[str, float] = {}  # of the train net's outputs that are losses
        self.debug: dict[tuple[str, int, Quantity], Series] = {}  # by phase, net, quantity
        self.events: dict[str, list[Event]] = {}
        self.first_nonfinite: NonFinite | None = None
        self.first_iteration: int | None = None
        self.last_iteration: int | None = None
        self.resumed_at: int | None = None
        self.steps: tuple[int, ...] = ()  # the last two displayed iterations
        self.started = False
        self.fate = ""  # done, fatal, crashed or killed, once a line has said so
        self.unfinished = False  # the last line stands in the middle of an iteration

    def happened(self, kind: str, line: int, offset: int, text: bytes, source: str = "") -> None:
        """Note an event; very many of one kind are counted no further."""
        events = self.events.setdefault(kind, [])
        if len(events) < MOST_EVENTS:
            events.append(Event(kind, line, offset, text[:2_000].decode("utf-8", "replace"), source))

    def at_iteration(self, iteration: int) -> None:
        if self.first_iteration is None:
            self.first_iteration = iteration
        self.last_iteration = iteration if self.last_iteration is None else max(iteration, self.last_iteration)

    def printed(self, kind: str) -> PrintedText | None:
        """The first text of a kind: solver, or the train net's."""
        return next((text for text in self.texts if text.kind == kind), None)


class Record:
    """All runs of a log, and how far it has been read."""

    def __init__(self, bytes: int = 0, lines: int = 0) -> None:
        self.runs: list[Run] = []
        self.bytes = bytes
        self.lines = lines
        self.cut = False  # the last line has no end

    @property
    def troubled_run(self) -> Run | None:
        """The first run with a non-finite value, else the last."""
        return next((run for run in self.runs if run.first_nonfinite), self.runs[-1] if self.runs else None)
