"""The lines that give a log its shape: where runs, printed texts, layers, iterations, tests and ends stand."""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from typing import NamedTuple

from caffe_ls.training_log.record import Run

KINDS = (
    "solver-text",
    "net-text",
    "training-net",
    "test-net",
    "net-done",
    "creating",
    "setting-up",
    "start",
    "testing",
    "test-output",
    "loss",
    "rate",
    "snapshot",
    "restore",
    "fatal",
    "check-failed",
    "stack-title",
    "signal",
    "aborted",
    "traceback",
    "killed",
    "stopped",
    "done",
)
_CODE_OF = {kind: code for code, kind in enumerate(KINDS)}
_WITH_ITERATION = frozenset(("testing", "loss", "rate"))
_MOST_MARKS = 3_000_000
_NEIGHBOURS = 2_000  # of other runs are passed over in search of a mark of one's own
_NO_ITERATION = -1


class Mark(NamedTuple):
    """One such line: its kind, its number from 1, its iteration where it tells one, and its run."""

    kind: str
    line: int
    iteration: int | None
    run: Run


class Outline:
    """The marks of a log in its order, kept as columns; `note` is what a `Reader` tells them to."""

    def __init__(self) -> None:
        self._kinds = array("B")
        self._lines = array("q")
        self._iterations = array("q")
        self._owners = array("H")
        self._runs: list[Run] = []
        self._number_of: dict[int, int] = {}

    def note(self, kind: str, match: re.Match[bytes] | None, line: int, run: Run) -> None:
        """Take a line; those that give no shape are passed over."""
        if kind == "output" and match is not None and match[1] == b"Test":
            kind = "test-output"
        code = _CODE_OF.get(kind)
        if code is None or len(self._lines) >= _MOST_MARKS:
            return
        owner = self._number_of.get(id(run))
        if owner is None:
            if len(self._runs) >= 65_535:
                return
            owner = self._number_of[id(run)] = len(self._runs)
            self._runs.append(run)
        iteration = int(match[1]) if match is not None and kind in _WITH_ITERATION else _NO_ITERATION
        self._kinds.append(code)
        self._lines.append(line)
        self._iterations.append(iteration)
        self._owners.append(owner)

    def __len__(self) -> int:
        return len(self._lines)

    def __getitem__(self, at: int) -> Mark:
        iteration = self._iterations[at]
        return Mark(
            KINDS[self._kinds[at]],
            self._lines[at],
            None if iteration == _NO_ITERATION else iteration,
            self._runs[self._owners[at]],
        )

    def __iter__(self) -> Iterator[Mark]:
        return (self[at] for at in range(len(self)))

    def between(self, first: int, last: int) -> Iterator[Mark]:
        """The marks from the line `first` up to the line `last`, both included."""
        return (self[at] for at in range(bisect_left(self._lines, first), bisect_right(self._lines, last)))

    def before(self, line: int, run: Run) -> Iterator[Mark]:
        """The marks of a run above a line, the nearest first; of a bounded part of the log."""
        end = bisect_left(self._lines, line)
        return self._own(run, range(end - 1, max(-1, end - 1 - _NEIGHBOURS), -1))

    def after(self, line: int, run: Run) -> Iterator[Mark]:
        """The marks of a run below a line, the nearest first; of a bounded part of the log."""
        start = bisect_right(self._lines, line)
        return self._own(run, range(start, min(len(self), start + _NEIGHBOURS)))

    def _own(self, run: Run, places: range) -> Iterator[Mark]:
        owner = self._number_of.get(id(run))
        return (self[at] for at in places if self._owners[at] == owner)
