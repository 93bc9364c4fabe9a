"""Reads a log as it comes: `feed(bytes)` in any portions, from any byte offset, with bounded memory."""

from __future__ import annotations

import re
from collections.abc import Callable
from io import BytesIO

from caffe_ls.training_log.line import LONGEST, Line, is_of_source, lead_length, lines_of, plain_line, source_name
from caffe_ls.training_log.patterns import recognise
from caffe_ls.training_log.record import Record, Run
from caffe_ls.training_log.run_reader import PLACED, RunReader
from caffe_ls.training_log.series import POINTS

_BLOCK = 1 << 22
_MOST_RUNS = 1_000
_RUNS_WITH_DEBUG = 16
_POINTS_OF_EARLIER_RUNS = 200
_TEXT = re.compile(rb"\s*(?:[\w.\[\]/]+\s*(?::\s*\S.*|\{.*|:\s*\{.*)|\}.*|#.*|)$")


Told = Callable[[str, "re.Match[bytes] | None", int, Run], None]
"""Hears of a line that is no debug line: its kind, its match (None for a fatal line), its number, its run."""


class Reader:
    """Builds the record of a log; `offset` and `lines` say how much of the file was skipped before.

    `told` hears of every line of Caffe's but those of debug blocks, in the order of the log.
    """

    def __init__(self, points: int | None = POINTS, offset: int = 0, lines: int = 0, told: Told | None = None) -> None:
        self._points = points
        self._told = told
        self._record = Record(bytes=offset, lines=lines)
        self._pending: list[bytes] = []
        self._pending_size = 0
        self._held: list[bytes] = []  # whole lines, the beginning of a pass that is read at once when it is whole
        self._lines: list[bytes] = []  # those being read, and where one of them stands
        self._known_place = (0, offset)
        self._readers: list[RunReader] = []
        self._current: RunReader | None = None
        self._of_thread: dict[bytes, RunReader] = {}
        self._templates: dict[bytes, RunReader] = {}
        self._cut = 0
        self._lead = b""  # what stood before the prefix of the last line that glog wrote
        self._prelude = 0  # the first line of what precedes a run's solver text

    @property
    def offset(self) -> int:
        """Where the first line that is not yet complete begins: a new reader may go on from there."""
        return self._record.bytes

    def feed(self, data: bytes) -> None:
        """Take the next bytes of the file."""
        for start in range(0, len(data), _BLOCK):
            self._take(data[start : start + _BLOCK] if len(data) > _BLOCK else data)

    def close(self) -> None:
        """No more will come: a last line without an end is read as it stands."""
        self._read([], 0, hold=False)
        if self._pending:
            self._record.cut = True
            self._read([b"".join(self._pending)], self._pending_size, hold=False)
            self._pending, self._pending_size = [], 0

    def record(self) -> Record:
        """What has been read so far."""
        self._read([], 0, hold=False)
        for reader in self._readers:
            reader.flush()
        return self._record

    def _take(self, data: bytes) -> None:
        lines = BytesIO(data).readlines()  # twice as fast as `split`
        rest = lines.pop() if data[-1:] != b"\n" else b""
        if lines:
            size = len(data) - len(rest) + self._pending_size
            skipped = self._pending_size - sum(map(len, self._pending))
            if self._pending:
                lines[0] = b"".join([*self._pending, lines[0]])
                self._pending, self._pending_size = [], 0
            self._read(lines, size, skipped, hold=not skipped)
        if rest:
            self._keep(rest)

    def _keep(self, data: bytes) -> None:
        """Hold back a line without an end; of an endless one only the beginning."""
        held = sum(map(len, self._pending))
        self._pending_size += len(data)
        if held < LONGEST:
            self._pending.append(data[: LONGEST - held])

    def _read(self, lines: list[bytes], size: int, skipped: int = 0, hold: bool = True) -> None:
        """Take whole lines, of `size` bytes in the file; of the first, `skipped` bytes were not kept."""
        record = self._record
        if self._held:
            lines = [*self._held, *lines]
            size += sum(map(len, self._held))
            self._held = []
        self._lines, self._known_place = lines, (0, record.bytes + skipped)
        number, at, count = record.lines, 0, len(lines)
        templates = self._templates
        while at < count:
            raw = lines[at]
            if templates:
                key = raw.rpartition(b": ")[0][self._cut :]
                reader = templates.get(key)
                if reader is not None:
                    template = reader.block.template(reader.phase, key)
                    values = template.read(lines, at) if template and template.cut == self._cut else None
                    if template is not None and values is not None:
                        reader.after_debug(updates=False)
                        reader.block.add_row(template, values, number + at + 1)
                        at += template.size
                        continue
                    if hold and template is not None and template.cut == self._cut and template.begins(lines, at):
                        self._held = lines[at:]
                        size -= sum(map(len, self._held))
                        break
            self._line(raw.rstrip(b"\r\n"), number + 1 + at, at)
            at += 1
        self._lines = []
        record.bytes += size
        record.lines = number + at

    def _place(self, at: int) -> int:
        """The offset in the file of a line of those being read."""
        known, offset = self._known_place
        offset += sum(map(len, self._lines[known:at]))
        self._known_place = (at, offset)
        return offset

    def _line(self, raw: bytes, number: int, at: int) -> None:
        current = self._current
        if current is not None and current.text is not None:
            skipped = lead_length(raw, current.text.lead)
            text = raw[skipped:LONGEST].rstrip(b"\r")
            if text[:1] not in b"IWEF[" and _TEXT.match(text) and not is_of_source(text):
                current.text.add(text, self._place(at) + skipped)
                return
        plain = plain_line(raw)
        if plain is not None:
            self._lead = b""
            self._said(plain, raw, number, at)
            return
        lines = lines_of(raw)
        if self._lead and len(lines) == 1 and not lines[0].severity:
            lines = self._without_lead(lines, raw)
        for line in lines:
            if line.severity:
                self._lead = raw[: line.lead]
            self._said(line, raw, number, at)

    def _without_lead(self, lines: list[Line], raw: bytes) -> list[Line]:
        """A line that glog did not write, without what was put before each line of the log."""
        length = lead_length(raw, self._lead)
        if not length:
            return lines
        return [line._replace(start=line.start + length, lead=length) for line in lines_of(raw[length:])]

    def _said(self, line: Line, raw: bytes, number: int, at: int) -> None:
        found = recognise(line.body)
        kind = found[0] if found else ""
        if kind == "solver-text":
            reader = self._run_of_solver(line, number)
        else:
            if not found and line.severity != b"F":
                self._note(line, number)
                return
            reader = self._reader_of(line, number)
            if kind == "device" or (b"upgrade" in line.source and source_name(line.source).startswith("upgrade_proto")):
                self._note(line, number)
        if kind in ("loss", "rate") and found is not None:
            reader = self._after_restart(reader, int(found[1][1]), line, number)
        if found is None or (line.severity == b"F" and kind not in ("signal", "frame", "stack-title")):
            reader.fatal(line, number, self._place(at) + line.start)
            if self._told is not None:
                self._told("fatal", None, number, reader.run)
            return
        self._prelude = 0 if kind != "device" else self._prelude
        if kind == "debug":
            self._debug(reader, line, found[1], raw, number)
        else:
            place = self._place(at) + line.start if kind in PLACED else 0
            reader.tell(kind, line, found[1], number, place)
            if reader.text is not None:
                reader.text.lead = raw[: line.lead]
            if self._told is not None:
                self._told(kind, found[1], number, reader.run)

    def _debug(self, reader: RunReader, line: Line, match: re.Match[bytes], raw: bytes, number: int) -> None:
        """What stands between the time and the value is alike in each pass: whole passes are read by it at once."""
        key: bytes | None = raw.rpartition(b": ")[0][line.cut :]
        if key is not None and not key.endswith(match[0][: match.start(7) - 2]):
            key = None
        if reader.debug(match, key, line.cut, number) and key is not None:
            if len(self._templates) > 10_000:
                self._templates.clear()
            self._templates[key] = reader
            self._cut = line.cut

    def _note(self, line: Line, number: int) -> None:
        """A line that may be the first of the next run."""
        if line.severity:
            self._prelude = self._prelude or number
            if self._current is not None and line.body:  # Intel's Caffe begins the net's text with a line of no words.
                self._current.text = None

    def _reader_of(self, line: Line, number: int) -> RunReader:
        if line.thread:
            known = self._of_thread.get(line.thread)
            if known is not None:
                return known
        return self._current or self._new_run(line, number)

    def _run_of_solver(self, line: Line, number: int) -> RunReader:
        current = self._current
        if current is None:
            return self._new_run(line, number)
        run = current.run
        fresh = not run.started and not run.fate and run.printed("solver") is None
        other_rank = line.rank != run.rank and not run.started
        return current if fresh or other_rank else self._new_run(line, number)

    def _after_restart(self, reader: RunReader, iteration: int, line: Line, number: int) -> RunReader:
        """Iterations that count from lower again without a word of a new start: another run, its beginning lost."""
        run = reader.run
        if len(run.steps) < 2 or line.rank != run.rank or run.first_iteration is None:
            return reader
        step = max(1, run.steps[1] - run.steps[0])
        back = run.steps[1] - iteration
        return (
            self._new_run(line, number)
            if back > 3 * step or (back > 0 and iteration <= run.first_iteration)
            else reader
        )

    def _forget_earlier_runs(self) -> None:
        """Of the debug lines of the runs before the last ones, few points are kept, and in the end none."""
        if self._points is None:
            return
        for age, reader in enumerate(reversed(self._readers), 1):
            reader.flush()
            if age > _RUNS_WITH_DEBUG:
                reader.run.debug.clear()
                break
            for series in reader.run.debug.values():
                series.thin_to(_POINTS_OF_EARLIER_RUNS)

    def _new_run(self, line: Line, number: int) -> RunReader:
        self._forget_earlier_runs()
        first = not self._readers
        start = self._prelude or number
        run = Run(start, line.thread, line.rank, self._points)
        reader = RunReader(run)
        if len(self._readers) < _MOST_RUNS or first:
            self._readers.append(reader)
            self._record.runs.append(run)
        if line.thread:
            self._of_thread[line.thread] = reader
        self._current = reader
        self._templates.clear()
        self._prelude = 0
        return reader
