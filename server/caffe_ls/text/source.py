"""A text with its line index, and the way from bytes to text and back."""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import cached_property
from itertools import accumulate
from typing import NamedTuple

# LSP's line ends and no others: str.splitlines would also split at form feeds and U+2028.
_LINE_END = re.compile(r"\r\n|\n|\r")


class LineColumn(NamedTuple):
    """A place as people read it: line and column counted from 1, the column in code points."""

    line: int
    column: int


def decode(data: bytes) -> str:
    """The text of a file with every byte kept: those that are no UTF-8 become lone surrogates; `encode` undoes it."""
    return data.decode("utf-8", "surrogateescape")


def encode(text: str) -> bytes:
    """The bytes of a text that `decode` made, or UTF-8; a lone surrogate of any other origin becomes `?`."""
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace")


class Source:
    """An immutable text and, computed at the first question, where its lines begin."""

    def __init__(self, text: str) -> None:
        self.text = text

    @cached_property
    def line_starts(self) -> list[int]:
        """Offsets at which lines begin; the first is 0, and a text that ends in a line end has an empty last line."""
        if "\r" in self.text:
            return [0, *(match.end() for match in _LINE_END.finditer(self.text))]
        # The usual case, at a third of the time: an editor waits for this at each keystroke.
        lines = self.text.split("\n")
        return [start + number for number, start in enumerate(accumulate(map(len, lines[:-1]), initial=0))]

    def line_of(self, offset: int) -> int:
        """The index, from 0, of the line that holds `offset`; an offset outside the text counts as its nearest end."""
        return bisect_right(self.line_starts, max(0, offset)) - 1

    def line_column(self, offset: int) -> LineColumn:
        """Line and column, from 1, of an offset."""
        offset = min(max(0, offset), len(self.text))
        line = self.line_of(offset)
        return LineColumn(line + 1, offset - self.line_starts[line] + 1)

    def line_bounds(self, line: int) -> tuple[int, int]:
        """Start and end of the line with index `line` (from 0), without its line end; clamped to the text's lines."""
        starts = self.line_starts
        line = min(max(0, line), len(starts) - 1)
        start = starts[line]
        if line + 1 == len(starts):
            return start, len(self.text)
        end = starts[line + 1] - 1
        if end > start and self.text[end] == "\n" and self.text[end - 1] == "\r":
            end -= 1
        return start, end

    def line_text(self, line: int) -> str:
        """The line with index `line` (from 0), without its line end."""
        start, end = self.line_bounds(line)
        return self.text[start:end]
