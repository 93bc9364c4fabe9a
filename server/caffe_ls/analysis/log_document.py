"""A training log as a document: what has been read of it so far, and what each of its lines is."""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import Literal, NamedTuple

from caffe_ls.analysis.documents import Context, PrototxtDocument
from caffe_ls.net.model import Shape, State
from caffe_ls.settings import Settings
from caffe_ls.training_log.ending import ended
from caffe_ls.training_log.first_nonfinite import next_display
from caffe_ls.training_log.growing_text import GrowingText
from caffe_ls.training_log.line import Line, lines_of, source_name
from caffe_ls.training_log.outline import Mark, Outline
from caffe_ls.training_log.patterns import recognise
from caffe_ls.training_log.reader import Reader
from caffe_ls.training_log.record import BuiltNet, PrintedText, Record, Run

_ENOUGH = 64  # bytes of a body, by which it is found behind the blanks before it
_PROTOBUF_LINE = re.compile(rb"\s*\[libprotobuf (?:ERROR|FATAL|WARNING) ")


class LogLine(NamedTuple):
    """What stands in a line of an editor (`row`): `kind` is a pattern's name, `fatal` for other lines of severity F,
    `protobuf`, or `message` for the rest of Caffe's. `offset` is where the body begins in the log."""

    row: int
    number: int
    offset: int
    kind: str
    line: Line
    match: re.Match[bytes] | None
    run: Run

    @property
    def body(self) -> str:
        return self.line.body.decode("utf-8", "replace")

    @property
    def source(self) -> str:
        """The source file that wrote it, without folders; empty where the prefix is stripped."""
        return source_name(self.line.source)

    def group(self, number: int) -> str:
        """A group of the pattern's match; empty where it has none."""
        found = self.match[number] if self.match is not None else None
        return (found or b"").decode("utf-8", "replace")

    def group_span(self, number: int) -> tuple[int, int]:
        """Where in the log that group stands."""
        assert self.match is not None
        return self.offset + self.match.start(number), self.offset + self.match.end(number)


class PrintedPlace(NamedTuple):
    """A place within a solver or a net that the log prints: the text's document, and the offset in it."""

    printed: PrintedText
    document: PrototxtDocument
    offset: int


class Moment(NamedTuple):
    """When a line of a run's training or test was written; `iteration` is None during construction."""

    phase: Literal["TRAIN", "TEST"]
    net: int
    iteration: int | None


class LogDocument:
    """One version of one training log, as far as it has been read.

    A log is only ever appended to: versions of it share one text, one record and one outline, and an earlier version
    may see what a later one has read. Places are byte offsets; lines count from 0 as an editor counts them, and from 1
    (`number`) as `Reader` does.
    """

    kind: Literal["log"] = "log"

    def __init__(
        self, path: str, settings: Settings, text: GrowingText, record: Record, outline: Outline, growing: bool = False
    ) -> None:
        self.path = path
        self.settings = settings
        self.text = text
        self.record = record
        self.outline = outline
        self.growing = growing
        self._printed: dict[tuple[int, int], PrototxtDocument] = {}

    def line(self, index: int) -> LogLine | None:
        """What an editor's line is; None where it is none of Caffe's, or where no run has been read yet."""
        raw = self.text.line(index)
        start = self.text.line_bounds(index)[0]
        number = self.text.number_at(start)
        for line in lines_of(raw):
            found = recognise(line.body)
            run = self.run_at(number, line.thread)
            if run is None:
                return None
            kind = found[0] if found else ""
            if line.severity == b"F" and kind not in ("signal", "frame", "stack-title", "check-failed"):
                kind, found = "fatal", None
            elif _PROTOBUF_LINE.match(raw):
                kind, found = "protobuf", None
            elif not found and line.source:
                kind = "message"
            if kind:
                begins = max(line.start, raw.find(line.body[:_ENOUGH], line.start))
                return LogLine(index, number, start + begins, kind, line, found[1] if found else None, run)
        return None

    def line_numbered(self, number: int) -> LogLine | None:
        """What the line is to which `Reader` gives a number."""
        return self.line(self.text.index_of(number))

    def run_at(self, number: int, thread: bytes = b"") -> Run | None:
        """The run that a line is of; with a thread's number, of two that write by turns the right one."""
        runs = self.record.runs
        at = bisect_right(runs, number, key=lambda run: run.start_line) - 1
        for run in runs[at::-1] if at >= 0 else ():
            if not thread or not run.thread or run.thread == thread:
                return run
        return runs[max(0, at)] if runs else None

    def ended(self, run: Run) -> str:
        """How a run ended: `done`, `fatal`, `crashed`, `killed`, or `running`."""
        return ended(self.record, run, self.growing)

    # Printed texts.

    def printed_at(self, offset: int) -> PrintedPlace | None:
        """The place in a printed solver or net that stands at an offset of the log."""
        number = self.text.number_at(offset)
        for run in self.record.runs:
            texts = [printed for printed in run.texts if printed.line < number]
            for printed in texts[-1:]:
                at = _byte_in(printed, offset)
                if at is not None:
                    document = self.printed_document(printed)
                    return PrintedPlace(printed, document, len(printed.text[:at].decode("utf-8", "surrogateescape")))
        return None

    def place_of(self, printed: PrintedText, offset: int) -> int:
        """The offset in the log of an offset in the document of a printed text."""
        document = self.printed_document(printed)
        return printed.log_offset(len(document.text[:offset].encode("utf-8", "surrogateescape")))

    def printed_document(self, printed: PrintedText) -> PrototxtDocument:
        """A printed solver or net as a document of its own; a net is that of its phase, with the data of its run."""
        key = (printed.line, len(printed.text))
        known = self._printed.get(key)
        if known is None:
            text = printed.text.decode("utf-8", "surrogateescape")
            kind: Literal["solver", "net"] = "solver" if printed.kind == "solver" else "net"
            context = self._context_of_net(printed) if kind == "net" else None
            known = PrototxtDocument(f"{kind}.prototxt", text, self.settings, kind=kind, context=context)
            self._printed[key] = known
        return known

    def _context_of_net(self, printed: PrintedText) -> Context:
        state = State("TEST" if printed.phase == "TEST" else "TRAIN")
        run = next((run for run in self.record.runs if printed in run.texts), None)
        built = None if run is None else self.built(run, printed.phase, printed.net)
        return Context(states=(state,), told=() if built is None else told_shapes(built))

    # The moment, and the net in construction.

    def moment(self, line: LogLine) -> Moment:
        """The phase, the net and the iteration that a line belongs to.

        The lines of a training pass stand above the `Iteration N` that closes them, those of a test below its
        `Testing net`; `[Update]` lines of older versions follow their own iteration.
        """
        if line.kind in ("loss", "rate"):
            return Moment("TRAIN", 0, int(line.group(1)))
        if line.kind == "testing":
            return Moment("TEST", int(line.group(2) or 0), int(line.group(1)))
        before = next((mark for mark in self.outline.before(line.number, line.run) if mark.kind in _PACE), None)
        if line.kind == "output" and line.group(1) == "Test":
            return self._test_above(line)
        if line.kind in ("output", "update"):
            return Moment("TRAIN", 0, None if before is None else self._iteration_above(line))
        if before is not None and before.kind == "testing" and line.kind in ("debug", "batch", "test-score"):
            return self._test_above(line)
        after = next((mark for mark in self.outline.after(line.number, line.run) if mark.kind in _PACE), None)
        if line.kind in ("debug", "norm", "clipping"):
            if after is not None and after.iteration is not None:
                return Moment("TRAIN", 0, after.iteration)
            return Moment("TRAIN", 0, next_display(line.run))
        return Moment("TRAIN", 0, self._iteration_above(line))

    def net_in_construction(self, line: LogLine) -> tuple[BuiltNet, int | None] | None:
        """The net being built at a line and the row of its layer, None before the first."""
        nets = [net for net in line.run.nets if net.line <= line.number]
        if not nets:
            return None
        net = nets[-1]
        row = bisect_right(net.lines, line.number) - 1
        return net, row if row >= 0 else None

    def built(self, run: Run, phase: str, net: int) -> BuiltNet | None:
        """The train net, or a test net, as the log tells its construction."""
        return next((built for built in run.nets if (built.phase, built.net) == (phase, net)), None)

    def printed_net(self, run: Run, phase: str, net: int) -> PrintedText | None:
        """The text of the train net or of a test net."""
        return next((one for one in run.texts if (one.kind, one.phase, one.net) == ("net", phase, net)), None)

    def _test_above(self, line: LogLine) -> Moment:
        mark = next((mark for mark in self.outline.before(line.number, line.run) if mark.kind == "testing"), None)
        if mark is None:
            return Moment("TEST", 0, None)
        told = self.line_numbered(mark.line)
        return Moment("TEST", int(told.group(2) or 0) if told and told.kind == "testing" else 0, mark.iteration)

    def _iteration_above(self, line: LogLine) -> int | None:
        marks = self.outline.before(line.number, line.run)
        return next((mark.iteration for mark in marks if mark.kind in ("loss", "rate")), None)


def told_shapes(built: BuiltNet) -> tuple[tuple[str, tuple[Shape, ...]], ...]:
    """The shapes of the tops of a net's layers, by name, as its construction told them."""
    return tuple((name, tuple(shapes)) for name, shapes in zip(built.layers, built.top_shapes, strict=True) if shapes)


# What tells whether debug lines are of a test or of training. A test's outputs end its lines.
_PACE = ("loss", "rate", "testing", "test-output")


class GrowingLog:
    """A log while it is read: bytes go in with `take`, in any portions, and `document` is what is known of it then."""

    def __init__(self, text: GrowingText | None = None) -> None:
        self.text = text or GrowingText()
        self.outline = Outline()
        self._reader = Reader(told=self.outline.note)

    def take(self, data: bytes) -> None:
        """Read what comes next."""
        self.text.append(data)
        self._reader.feed(data)

    def close(self) -> None:
        """No more will come: a last line without an end is read as it stands."""
        self._reader.close()

    @property
    def cut(self) -> bool:
        """Whether a last line without an end was read: what comes next cannot be taken."""
        return self._reader.record().cut

    def document(self, path: str, settings: Settings, growing: bool = False) -> LogDocument:
        """What has been read so far."""
        return LogDocument(path, settings, self.text, self._reader.record(), self.outline, growing)


def log_document(path: str, data: bytes, settings: Settings | None = None) -> LogDocument:
    """The document of a log that is all there."""
    log = GrowingLog()
    log.take(data)
    log.close()
    return log.document(path, settings or Settings())


def _byte_in(printed: PrintedText, offset: int) -> int | None:
    segments = printed.segments
    at = bisect_right(segments, offset, key=lambda segment: segment[1]) - 1
    if at < 0:
        return None
    start, where = segments[at]
    end = segments[at + 1][0] if at + 1 < len(segments) else len(printed.text)
    found = start + offset - where
    return found if found < end else None


def marks_of(document: LogDocument, run: Run, *kinds: str) -> list[Mark]:
    """The marks of a run of some kinds."""
    return [mark for mark in document.outline if mark.run is run and mark.kind in kinds]
