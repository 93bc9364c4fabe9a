"""Half-open ranges of code point offsets."""

from __future__ import annotations

from typing import NamedTuple


class Span(NamedTuple):
    """The code points from `start` up to, but not including, `end`."""

    start: int
    end: int

    def shift(self, distance: int) -> Span:
        """The same range, `distance` code points further on."""
        return Span(self.start + distance, self.end + distance)

    def touches(self, offset: int) -> bool:
        """Whether a cursor at `offset` stands in the range or at one of its ends."""
        return self.start <= offset <= self.end

    def overlaps(self, other: Span) -> bool:
        """Whether the ranges share a place; an empty range counts as the place it stands at."""
        return self.start <= other.end and other.start <= self.end
