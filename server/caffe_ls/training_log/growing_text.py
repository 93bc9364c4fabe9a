"""The bytes of a log that grows, and where its lines begin."""

from __future__ import annotations

import re
from array import array
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from itertools import accumulate, count, islice
from operator import add

# An editor's lines also end at a carriage return alone, as progress bars write it; those of `Reader` do not.
_EDITOR_LINE_END = re.compile(rb"\r\n|\n|\r")
_LOG_LINE_END = re.compile(rb"\n")

LONGEST_LINE = 65_536  # bytes of a line that are looked at

_MOST_KEPT = 1_000_000  # beginnings of lines; of more, only every second is kept, then every fourth, and so on
_PIECE = 1 << 20

ReadPart = Callable[[int, int], bytes]
"""Gives the bytes from one offset up to another."""


class GrowingText:
    """A text that is only ever appended to; places in it are byte offsets, editor's lines count from 0.

    With `read` the text stays where it is (on disk, say), and only the places of its lines are kept.
    """

    def __init__(self, read: ReadPart | None = None, most_kept: int = _MOST_KEPT) -> None:
        self._read = read
        self._most_kept = most_kept
        self._data = bytearray()
        self._size = 0
        self._starts = _Starts(self.part, _EDITOR_LINE_END, most_kept)
        self._logged: _Starts | None = None  # of lines that end at \n alone, where these are others
        self._open_return = False  # the text ends with \r, which may yet be the first half of a line end

    @property
    def size(self) -> int:
        return self._size

    @property
    def line_count(self) -> int:
        """How many lines an editor shows, the empty one behind the last line end included."""
        return self._starts.count

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
            lines = data.split(b"\n")
            ends = islice(accumulate(map(len, lines)), len(lines) - 1)
            self._starts.extend(array("q", map(add, ends, count(base + 1))))

    def part(self, start: int, end: int) -> bytes:
        """The bytes of a part."""
        start, end = max(0, start), min(end, self._size)
        if start >= end:
            return b""
        return bytes(self._data[start:end]) if self._read is None else self._read(start, end)

    def line_bounds(self, index: int) -> tuple[int, int]:
        """Start and end of an editor's line, its line end not counted; an index outside counts as the nearest."""
        index = min(max(0, index), self._starts.count - 1)
        start = self._starts.start(index, self._size)
        if index + 1 == self._starts.count:
            return start, self._size - self._open_return
        end = self._starts.start(index + 1, self._size)
        tail = self.part(max(start, end - 2), end)
        return start, end - (2 if tail == b"\r\n" else 1)

    def line(self, index: int) -> bytes:
        """An editor's line without its line end; of an endless one the beginning."""
        start, end = self.line_bounds(index)
        return self.part(start, min(end, start + LONGEST_LINE))

    def line_at(self, offset: int) -> int:
        """The editor's line that holds an offset."""
        return self._starts.index_at(min(max(0, offset), self._size), self._size)

    def number_at(self, offset: int) -> int:
        """The number, from 1, of the line as `Reader` counts it."""
        return (self._logged or self._starts).index_at(min(max(0, offset), self._size), self._size) + 1

    def start_of(self, number: int) -> int:
        """Where the line begins to which `Reader` gives this number."""
        starts = self._logged or self._starts
        return starts.start(min(max(1, number), starts.count) - 1, self._size)

    def index_of(self, number: int) -> int:
        """The editor's line at which the line begins to which `Reader` gives this number."""
        if self._logged is None:
            return min(max(0, number - 1), self._starts.count - 1)
        return self.line_at(self.start_of(number))

    def _note_lines_with_returns(self, data: bytes, base: int) -> None:
        if self._open_return:
            # The \r at the end of what came before: with a \n first here they are one line end, counted below.
            self._open_return = False
            if not data.startswith(b"\n"):
                self._end_line_at_return(base)
        for found in _EDITOR_LINE_END.finditer(data):
            if found[0] != b"\r":
                self._starts.extend((base + found.end(),))
                if self._logged is not None:
                    self._logged.extend((base + found.end(),))
            elif found.end() == len(data):
                self._open_return = True
            else:
                self._end_line_at_return(base + found.end())

    def _end_line_at_return(self, start: int) -> None:
        if self._logged is None:
            self._logged = self._starts.copy(_LOG_LINE_END)
        self._starts.extend((start,))


class _Starts:
    """Where lines begin, in order; of very many some are kept, and those between are looked up in the text."""

    def __init__(self, part: ReadPart, line_end: re.Pattern[bytes], most_kept: int) -> None:
        self._part = part
        self._line_end = line_end
        self._most_kept = most_kept
        self._kept = array("q", [0])
        self._step = 1
        self.count = 1

    def copy(self, line_end: re.Pattern[bytes]) -> _Starts:
        """The same, of which further lines end otherwise."""
        other = _Starts(self._part, line_end, self._most_kept)
        other._kept, other._step, other.count = self._kept[:], self._step, self.count
        return other

    def extend(self, starts: Sequence[int]) -> None:
        """Take the next ones."""
        self._kept.extend(starts[-self.count % self._step :: self._step])
        self.count += len(starts)
        while len(self._kept) > self._most_kept:
            self._kept = self._kept[::2]
            self._step *= 2

    def start(self, index: int, size: int) -> int:
        """Where the line of an index begins, in a text of `size` bytes."""
        group, within = divmod(index, self._step)
        if not within:
            return self._kept[group]
        return next(islice(self._ends(group, size), within - 1, None), size)

    def index_at(self, offset: int, size: int) -> int:
        """The index of the line that holds an offset."""
        group = bisect_right(self._kept, offset) - 1
        index = group * self._step
        if self._step > 1:
            for end in self._ends(group, size):
                if end > offset:
                    break
                index += 1
        return min(index, self.count - 1)

    def _ends(self, group: int, size: int) -> Iterator[int]:
        """Where the lines of a group end, the first of which is kept."""
        at = self._kept[group]
        last = self._kept[group + 1] if group + 1 < len(self._kept) else size
        while at < last:
            piece = self._part(at, min(at + _PIECE, last))
            if piece.endswith(b"\r"):
                piece += self._part(at + len(piece), at + len(piece) + 1)
            if not piece:
                return
            for found in self._line_end.finditer(piece):
                yield at + found.end()
            at += len(piece)
