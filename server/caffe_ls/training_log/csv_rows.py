"""A log as rows while it is read: those of Caffe's parse_log, nan and inf kept, nothing held back but the open row.

parse_log.py makes a row of each iteration: its number, the seconds since the first iteration line, the rate, and the
outputs by name. It drops nan and inf and stops at -nan; here they are numbers like others.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

from caffe_ls.training_log.line import lines_of
from caffe_ls.training_log.patterns import number, recognise
from caffe_ls.training_log.table import cell

_TIME = re.compile(rb"[IWEF](\d{4,8}) (\d\d):(\d\d):(\d\d\.\d+)")
_DAYS_BEFORE = (0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334)
_MOST_COLUMNS = 10_000
FIRST_COLUMNS = ("NumIters", "Seconds", "LearningRate")

_WANTED = (b"Iteration ", b"net output #", b"Test score", b"Test loss", b"Solving", b"Starting Optimization")


class CsvRows:
    """Takes a log in any portions and gives rows of one phase; the first row is the heading.

    Tests of several nets are rows one after the other, their outputs named by net from the second on. The heading is
    made of the outputs of the first row: later ones that it does not have are left out, as columns cannot be added.
    """

    def __init__(self, phase: Literal["TRAIN", "TEST"]) -> None:
        self._phase = phase
        self._rest = b""
        self._columns: list[str] = []
        self._iteration: int | None = None
        self._seconds: float | None = None
        self._rate: float | None = None  # the last one told
        self._own_rate: float | None = None  # the open row's
        self._outputs: dict[str, float] = {}
        self._start: float | None = None
        self._testing: tuple[int, int] | None = None
        self._train = b"Train" if phase == "TRAIN" else b"Test"

    def feed(self, data: bytes) -> Iterator[list[str]]:
        """The rows that these bytes complete."""
        lines = (self._rest + data).split(b"\n")
        self._rest = lines.pop()
        for raw in lines:
            if any(word in raw for word in _WANTED):
                yield from self._line(raw)

    def close(self) -> Iterator[list[str]]:
        """The row that is still open."""
        if self._rest:
            yield from self._line(self._rest)
            self._rest = b""
        yield from self._row()

    def _line(self, raw: bytes) -> Iterator[list[str]]:
        seconds = _seconds(raw)
        for line in lines_of(raw):
            found = recognise(line.body)
            if found is None:
                continue
            kind, match = found
            if kind == "start" and self._start is None:
                self._start = seconds
            elif kind in ("loss", "rate"):
                yield from self._training(kind, match, seconds)
            elif kind == "testing":
                yield from self._test(int(match[1]), int(match[2] or 0), seconds)
            elif kind == "output" and match[1] == self._train:
                self._output(int(match[2]), match[3], number(match[4]))
            elif kind in ("test-score", "test-loss") and self._phase == "TEST":
                name = b"Test score" if kind == "test-score" else b"Test loss"
                index = int(match[1]) if kind == "test-score" else 0
                self._output(index, name, number(match[2] if kind == "test-score" else match[1]))

    def _training(self, kind: str, match: re.Match[bytes], seconds: float | None) -> Iterator[list[str]]:
        iteration = int(match[1])
        if self._phase == "TRAIN" and (iteration != self._iteration or kind == "loss"):
            yield from self._row()
            self._begin(iteration, seconds)
        if kind == "rate":
            self._rate = number(match[2])
            if iteration == self._iteration:
                self._own_rate = self._rate

    def _test(self, iteration: int, net: int, seconds: float | None) -> Iterator[list[str]]:
        if self._phase == "TEST":
            if iteration != self._iteration:
                yield from self._row()
                self._begin(iteration, seconds)
            self._testing = iteration, net

    def _begin(self, iteration: int, seconds: float | None) -> None:
        self._iteration, self._seconds, self._outputs, self._own_rate = iteration, seconds, {}, self._rate
        if self._start is None:
            self._start = seconds

    def _output(self, index: int, raw: bytes, value: float) -> None:
        name = raw.decode("utf-8", "replace")
        if self._phase == "TEST" and self._testing is not None and self._testing[1]:
            name = f"{name} (#{self._testing[1]})"
        if name in self._outputs:
            name = f"{name}[{index}]"
        if len(self._outputs) < _MOST_COLUMNS:
            self._outputs[name] = value

    def _row(self) -> Iterator[list[str]]:
        if self._iteration is None or ((self._phase == "TEST" or self._columns) and not self._outputs):
            self._iteration = None
            return
        if not self._columns:
            if not self._outputs and self._own_rate is None:
                return
            self._columns = list(self._outputs)
            yield [*FIRST_COLUMNS, *self._columns]
        since = None if self._seconds is None or self._start is None else self._seconds - self._start
        values = (cell(self._outputs.get(name)) for name in self._columns)
        yield [str(self._iteration), "" if since is None else f"{since:.6f}", cell(self._own_rate), *values]
        self._iteration = None


def _seconds(raw: bytes) -> float | None:
    """The time of a line's prefix, in seconds from the year's beginning; the year counts where it is told."""
    found = _TIME.search(raw, 0, 400)
    if found is None:
        return None
    digits = found[1]
    month, day = int(digits[-4:-2]), int(digits[-2:])
    if not 1 <= month <= 12:
        return None
    year = int(digits[:-4] or 0)
    days = 365 * year + year // 4 + _DAYS_BEFORE[month - 1] + day
    return ((days * 24 + int(found[2])) * 60 + int(found[3])) * 60 + float(found[4])
