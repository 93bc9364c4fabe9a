"""The bytes of a log that grows, and where its lines begin."""

from __future__ import annotations

import re
from array import array
from bisect import bisect_right
from collections.abc import Callable

# An editor's lines also end at a carriage return alone, as progress bars write it; those of `Reader` do not.
_LINE_END = re.compile(rb"\r\n|\n|\r")

LONGEST_LINE = 65_536  # bytes of a line that are looked at


class GrowingText:
    """A text that is only ever appended to; places in it are byte offsets, editor's lines count from 0.

    With `read`, which gives the bytes from one offset up to another, the text stays where it is (on disk, say), and
    only the places of its lines are kept.
    """

    def __init__(self, read: Callable[[int, int], bytes] | None = None) -> None:
        self._read = read
        self._data = bytearray()
        self._size = 0
        self._starts = array("q", [0])  # of an editor's lines
        self._logged: array[int] | None = None  # of lines that end at \n alone, where these are others
        self._open_return = False  # the text ends with \r, which may yet be the first half of a line end

    @property
    def size(self) -> int:
        return self._size

    @property
    def line_count(self) -> int:
        """How many lines an editor shows, the empty one behind the last line end included."""
        return len(self._starts)

    def append(self, data: bytes) -> None:
        """Take what comes next."""
        if not data:
            return
        base = self._size
        if self._read is None:
            self._data += data
        self._size += len(data)
        if b"\r" in data or self._open_return or self._logged is not None:
            self._note_lines_with_returns(data, base)
        else:
            at = data.find(b"\n")
            while at >= 0:
                self._starts.append(base + at + 1)
                at = data.find(b"\n", at + 1)

    def part(self, start: int, end: int) -> bytes:
        """The bytes of a part."""
        start, end = max(0, start), min(end, self._size)
        if start >= end:
            return b""
        return bytes(self._data[start:end]) if self._read is None else self._read(start, end)

    def line_bounds(self, index: int) -> tuple[int, int]:
        """Start and end of an editor's line, its line end not counted; an index outside counts as the nearest."""
        index = min(max(0, index), len(self._starts) - 1)
        start = self._starts[index]
        if index + 1 == len(self._starts):
            return start, self._size - self._open_return
        end = self._starts[index + 1]
        tail = self.part(max(start, end - 2), end)
        return start, end - (2 if tail == b"\r\n" else 1)

    def line(self, index: int) -> bytes:
        """An editor's line without its line end; of an endless one the beginning."""
        start, end = self.line_bounds(index)
        return self.part(start, min(end, start + LONGEST_LINE))

    def line_at(self, offset: int) -> int:
        """The editor's line that holds an offset."""
        return max(0, bisect_right(self._starts, min(max(0, offset), self._size)) - 1)

    def number_at(self, offset: int) -> int:
        """The number, from 1, of the line as `Reader` counts it."""
        return max(1, bisect_right(self._logged or self._starts, min(max(0, offset), self._size)))

    def start_of(self, number: int) -> int:
        """Where the line begins to which `Reader` gives this number."""
        starts = self._logged or self._starts
        return starts[min(max(1, number), len(starts)) - 1]

    def index_of(self, number: int) -> int:
        """The editor's line at which the line begins to which `Reader` gives this number."""
        return (
            min(max(0, number - 1), len(self._starts) - 1)
            if self._logged is None
            else self.line_at(self.start_of(number))
        )

    def _note_lines_with_returns(self, data: bytes, base: int) -> None:
        if self._open_return:
            # The \r at the end of what came before: with a \n first here they are one line end, counted below.
            self._open_return = False
            if not data.startswith(b"\n"):
                self._end_line_at_return(base)
        for found in _LINE_END.finditer(data):
            if found[0] != b"\r":
                self._starts.append(base + found.end())
                if self._logged is not None:
                    self._logged.append(base + found.end())
            elif found.end() == len(data):
                self._open_return = True
            else:
                self._end_line_at_return(base + found.end())

    def _end_line_at_return(self, start: int) -> None:
        if self._logged is None:
            self._logged = array("q", self._starts)
        self._starts.append(start)
