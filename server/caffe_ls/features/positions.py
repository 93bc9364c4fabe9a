"""Offsets into the protocol's positions and back: the only module that makes them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from caffe_ls.features.client import Encoding
from caffe_ls.text.source import Source
from caffe_ls.text.span import Span

if TYPE_CHECKING:
    from lsprotocol import types


def column_of(text: str, line_start: int, offset: int, encoding: Encoding) -> int:
    """How many code units of `encoding` stand between the start of a line and `offset`."""
    if encoding == "utf-32" or text.isascii():
        return offset - line_start
    return _units(text[line_start:offset], encoding)


def offset_in_line(line: str, column: int, encoding: Encoding) -> int:
    """How many code points of `line` stand before `column`; beyond the line its end, within a character its start."""
    if encoding == "utf-32" or line.isascii():
        return min(max(0, column), len(line))
    if encoding == "utf-8":
        data = line.encode("utf-8", "surrogatepass")
        column = min(max(0, column), len(data))
        while column and column < len(data) and data[column] & 0xC0 == 0x80:
            column -= 1
        return len(data[:column].decode("utf-8", "surrogatepass"))
    units = 0
    for index, character in enumerate(line):
        units += 2 if character > "\uffff" else 1
        if units > column:
            return index
    return len(line)


def offset_at(source: Source, position: types.Position, encoding: Encoding) -> int:
    """The offset of a position; one outside the text counts as the nearest place in it."""
    if position.line >= len(source.line_starts):
        return len(source.text)
    start, end = source.line_bounds(position.line)
    return start + offset_in_line(source.text[start:end], position.character, encoding)


def line_and_column(source: Source, offset: int, encoding: Encoding) -> tuple[int, int]:
    """The two numbers of an offset's position; one outside the text counts as its nearest end."""
    offset = min(max(0, offset), len(source.text))
    line = source.line_of(offset)
    return line, column_of(source.text, source.line_starts[line], offset, encoding)


def position_at(source: Source, offset: int, encoding: Encoding) -> types.Position:
    """The position of an offset."""
    from lsprotocol import types

    return types.Position(*line_and_column(source, offset, encoding))


def span_at(source: Source, place: types.Range, encoding: Encoding) -> Span:
    """The span of a range; a reversed one is turned round."""
    start = offset_at(source, place.start, encoding)
    end = offset_at(source, place.end, encoding)
    return Span(min(start, end), max(start, end))


def range_of(source: Source, span: Span, encoding: Encoding) -> types.Range:
    """The range of a span."""
    from lsprotocol import types

    return types.Range(position_at(source, span.start, encoding), position_at(source, span.end, encoding))


def _units(text: str, encoding: Encoding) -> int:
    if encoding == "utf-8":
        return len(text.encode("utf-8", "surrogatepass"))
    return len(text) + sum(character > "\uffff" for character in text)
