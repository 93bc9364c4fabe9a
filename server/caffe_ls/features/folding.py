"""What of a prototxt can be folded: layers, blocks and runs of comments."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple, cast

from lsprotocol import types

from caffe_ls.features.view import View
from caffe_ls.syntax.tree import Entry, Field, ListValue, Message
from caffe_ls.text.source import Source

_MOST = 20_000
_FARTHEST_INDENT = 1_000

# A comment that no field stands before, at least not in its own entry.
_COMMENT_LINE = re.compile(r"(?:\A|[\r\n])[ \t]*(#)")


class _Foldable(NamedTuple):
    """Offsets of an entry: where what can be folded begins, and the last place of it."""

    start: int
    last: int
    is_comment: bool


def folding(view: View, most: int | None = None) -> list[types.FoldingRange]:
    """The ranges, the outer before the inner ones where there may not be so many."""
    source = view.document.source
    found: dict[int, tuple[int, types.FoldingRangeKind | None]] = {}
    comments: list[int] = []
    for base, entry in view.document.file:
        for start, last, is_comment in _foldable(entry):
            first_line, last_line = source.line_of(base + start), source.line_of(base + last)
            if is_comment:
                if _stands_alone(source, first_line, base + start):
                    comments.append(first_line)
                continue
            if last_line > first_line and _stands_alone(source, last_line, base + last):
                last_line -= 1
            if last_line > first_line:
                found.setdefault(first_line, (last_line, None))
    for first_line, last_line in _runs(comments):
        found.setdefault(first_line, (last_line, types.FoldingRangeKind.Comment))
    kept = sorted(found.items(), key=lambda one: one[0] - one[1][0])[: min(most or _MOST, _MOST)]
    return [types.FoldingRange(start, end, kind=kind) for start, (end, kind) in sorted(kept, key=lambda one: one[0])]


def _runs(comments: list[int]) -> Iterator[tuple[int, int]]:
    """Lines of comments that follow each other, two at least: the first and the last of each run."""
    first = last = -2
    for line in comments:
        if line > last + 1:
            if last > first:
                yield first, last
            first = line
        last = line
    if last > first:
        yield first, last


def _stands_alone(source: Source, line: int, offset: int) -> bool:
    """Whether nothing but space is before an offset in its line. A closing bracket there stays to be seen."""
    start = source.line_starts[line]
    return offset - start <= _FARTHEST_INDENT and not source.text[start:offset].strip()


def _foldable(entry: Entry) -> tuple[_Foldable, ...]:
    known = entry.cache.get(_foldable)
    if known is None:
        known = entry.cache[_foldable] = (*_blocks(entry.field), *_comments(entry.text))
    return cast("tuple[_Foldable, ...]", known)


def _blocks(field: Field | None) -> Iterator[_Foldable]:
    waiting = [] if field is None else [field]
    while waiting:
        field = waiting.pop()
        if isinstance(field.value, (Message, ListValue)):
            yield _Foldable(field.start, field.value.end - 1, False)
        for value in field.values:
            if isinstance(value, Message):
                waiting += reversed(value.fields)


def _comments(text: str) -> Iterator[_Foldable]:
    if "#" in text:
        for line in _COMMENT_LINE.finditer(text):
            yield _Foldable(line.start(1), line.start(1), True)
