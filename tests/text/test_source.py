"""Offsets, lines and columns; bytes that are no UTF-8."""

from __future__ import annotations

import pytest

from caffe_ls.text.edit import Edit, apply_edits
from caffe_ls.text.source import LineColumn, Source, decode, encode
from caffe_ls.text.span import Span


def test_lines_end_where_the_protocol_says_and_nowhere_else() -> None:
    source = Source("a\r\nb\rc\nd\u2028e\x0cf\x85g")
    assert source.line_starts == [0, 3, 5, 7]
    assert [source.line_text(line) for line in range(4)] == ["a", "b", "c", "d\u2028e\x0cf\x85g"]


@pytest.mark.parametrize(
    ("offset", "expected"),
    [(0, (1, 1)), (2, (1, 3)), (3, (2, 1)), (6, (2, 4)), (99, (2, 4)), (-5, (1, 1))],
)
def test_a_column_counts_code_points(offset: int, expected: tuple[int, int]) -> None:
    assert Source("ab\n\U0001f600\u0301é").line_column(offset) == LineColumn(*expected)


def test_a_text_that_ends_in_a_line_end_has_an_empty_last_line() -> None:
    source = Source("a\n")
    assert source.line_column(2) == LineColumn(2, 1)
    assert source.line_text(1) == ""


@pytest.mark.parametrize("data", [b"", b"caf\xc3\xa9", b"caf\xe9 \xff\x00", bytes(range(256))])
def test_every_byte_survives_decoding(data: bytes) -> None:
    assert encode(decode(data)) == data


def test_surrogates_of_another_origin_do_not_stop_writing() -> None:
    assert encode("a\ud800b") == b"a?b"


def test_edits_refer_to_the_text_before_any_of_them() -> None:
    assert apply_edits("abcdef", [Edit(Span(4, 5), "E"), Edit(Span(0, 1), "AA"), Edit(Span(2, 2), "-")]) == "AAb-cdEf"


def test_of_two_edits_of_one_place_the_first_wins() -> None:
    assert apply_edits("abc", [Edit(Span(0, 2), "x"), Edit(Span(1, 3), "y")]) == "xc"
