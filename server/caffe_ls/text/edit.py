"""Edits of a text as data."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from caffe_ls.text.span import Span


class Edit(NamedTuple):
    """Replace the code points of `span` by `new_text`; an empty span inserts."""

    span: Span
    new_text: str


def apply_edits(text: str, edits: Iterable[Edit]) -> str:
    """The text after all `edits`, whose spans refer to the text before any of them.

    Edits at one place are applied in the order given. An edit that overlaps an earlier one is left out, so that two
    fixes of the same spot do not garble the text.
    """
    pieces: list[str] = []
    last = 0
    for span, new_text in sorted(edits, key=lambda edit: (edit.span.start, edit.span.end)):
        if span.start < last or span.end > len(text):
            continue
        pieces += (text[last : span.start], new_text)
        last = span.end
    pieces.append(text[last:])
    return "".join(pieces)


def smallest_edit(before: str, after: str) -> Edit:
    """The edit that makes `after` of `before`, without what both begin and end with."""
    start = _common_length(before, after)
    rest = min(len(before), len(after)) - start
    behind = _common_length(before[len(before) - rest :][::-1], after[len(after) - rest :][::-1])
    return Edit(Span(start, len(before) - behind), after[start : len(after) - behind])


def _common_length(one: str, other: str) -> int:
    """How many code points two texts begin with in common; by halves, which compares whole slices at once."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low
