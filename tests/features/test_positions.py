"""Positions count as the client counts, and end lines where the protocol ends them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lsprotocol import types

from caffe_ls.features.client import Encoding
from caffe_ls.features.positions import offset_at, position_at, range_of, span_at
from caffe_ls.text.source import Source
from caffe_ls.text.span import Span

ENCODINGS: tuple[Encoding, ...] = ("utf-8", "utf-16", "utf-32")
PIECES = ["\n", "\r", "\r\n", "\f", "\x0b", "\x85", "\u2028", "\U0001f600", "e\u0301", "é", "layer", " ", "\ud800"]

texts = st.lists(st.sampled_from(PIECES), max_size=12).map("".join)


def units(text: str, encoding: Encoding) -> int:
    name = {"utf-8": "utf-8", "utf-16": "utf-16-le", "utf-32": "utf-32-le"}[encoding]
    return len(text.encode(name, "surrogatepass")) // {"utf-8": 1, "utf-16": 2, "utf-32": 4}[encoding]


@pytest.mark.parametrize(("encoding", "column"), [("utf-8", 11), ("utf-16", 9), ("utf-32", 8)])
def test_a_column_counts_code_units(encoding: Encoding, column: int) -> None:
    source = Source('# \U0001f600\nname "\U0001f600x')
    assert position_at(source, 12, encoding) == types.Position(1, column)
    assert offset_at(source, types.Position(1, column), encoding) == 12


@given(texts, st.integers(0, 40), st.sampled_from(ENCODINGS))
def test_an_offset_comes_back_from_its_position(text: str, offset: int, encoding: Encoding) -> None:
    source = Source(text)
    offset = min(offset, len(text))
    if text[max(0, offset - 1) : offset + 1] == "\r\n":
        return  # Between the halves of a line end there is no position.
    position = position_at(source, offset, encoding)
    before = source.text[source.line_starts[position.line] : offset]
    assert position.character == units(before, encoding)
    assert offset_at(source, position, encoding) == offset


@given(texts, st.integers(0, 10**6), st.integers(0, 10**6), st.sampled_from(ENCODINGS))
def test_any_position_is_some_offset(text: str, line: int, character: int, encoding: Encoding) -> None:
    assert 0 <= offset_at(Source(text), types.Position(line, character), encoding) <= len(text)


@given(texts, st.integers(0, 8), st.integers(0, 40), st.sampled_from(ENCODINGS))
def test_a_column_beyond_the_line_is_its_end(text: str, line: int, character: int, encoding: Encoding) -> None:
    source = Source(text)
    offset = offset_at(source, types.Position(line, character), encoding)
    assert source.line_of(offset) == min(line, len(source.line_starts) - 1)


def test_a_position_within_a_character_is_its_start() -> None:
    source = Source("a\U0001f600b")
    assert [offset_at(source, types.Position(0, column), "utf-16") for column in range(5)] == [0, 1, 1, 2, 3]
    assert [offset_at(source, types.Position(0, column), "utf-8") for column in range(7)] == [0, 1, 1, 1, 1, 2, 3]


def test_ranges_may_be_reversed() -> None:
    source = Source("one\ntwo\n")
    backwards = types.Range(types.Position(1, 2), types.Position(0, 1))
    assert span_at(source, backwards, "utf-16") == Span(1, 6)
    assert range_of(source, Span(1, 6), "utf-16") == types.Range(types.Position(0, 1), types.Position(1, 2))
