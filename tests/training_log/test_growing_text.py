"""The text of a log that grows: its lines as an editor shows them, and as the reader numbers them."""

from __future__ import annotations

import random

import pytest

from caffe_ls.text.source import Source, decode
from caffe_ls.training_log.growing_text import GrowingText

TEXTS = [b"", b"a", b"a\n", b"a\r\nb\r\n", b"a\rb\rc\nd", b"\r", b"\r\n", b"\r\r\n\n", b"one\ntwo\r\n\rthree\r"]


def grown(data: bytes, portions: random.Random | None = None, most_kept: int = 1_000) -> GrowingText:
    text, at = GrowingText(most_kept=most_kept), 0
    while at < len(data):
        size = len(data) if portions is None else portions.randint(1, 3)
        text.append(data[at : at + size])
        at += size
    return text


@pytest.mark.parametrize("data", TEXTS)
def test_lines_are_those_of_an_editor(data: bytes) -> None:
    text, source = grown(data), Source(decode(data))
    # A \r at the very end may be the first half of a line end; until the rest comes, no line begins after it.
    lines = len(source.line_starts) - (1 if data.endswith(b"\r") else 0)
    assert text.line_count == lines
    assert [text.line(row) for row in range(lines)] == [source.line_text(row).encode() for row in range(lines)]


@pytest.mark.parametrize("data", TEXTS)
def test_the_portions_in_which_it_came_make_no_difference(data: bytes) -> None:
    whole = grown(data)
    for seed in range(20):
        parts = grown(data, random.Random(seed))
        assert [parts.line_bounds(row) for row in range(parts.line_count)] == [
            whole.line_bounds(row) for row in range(whole.line_count)
        ]
        assert [parts.number_at(at) for at in range(len(data) + 1)] == [
            whole.number_at(at) for at in range(len(data) + 1)
        ]


@pytest.mark.parametrize("most_kept", [1, 2, 3, 7])
def test_lines_of_which_only_some_are_kept_are_found_in_the_text(most_kept: int) -> None:
    data = b"".join(TEXTS) + b"".join(b"line %d\r\n" % at if at % 3 else b"%d\rx\n" % at for at in range(100)) + b"end"
    for seed in range(5):
        whole, some = grown(data), grown(data, random.Random(seed), most_kept)
        assert some.line_count == whole.line_count
        for row in range(whole.line_count):
            assert some.line_bounds(row) == whole.line_bounds(row)
        for at in range(len(data) + 1):
            assert (some.line_at(at), some.number_at(at)) == (whole.line_at(at), whole.number_at(at))
        for number in range(1, 60):
            assert (some.start_of(number), some.index_of(number)) == (whole.start_of(number), whole.index_of(number))


def test_numbers_count_line_feeds_alone() -> None:
    text = grown(b"10%\r20%\rdone\nnext\n")
    assert [text.number_at(at) for at in (0, 4, 8, 13)] == [1, 1, 1, 2]
    assert (text.start_of(2), text.index_of(2)) == (13, 3)


def test_places_outside_count_as_the_nearest() -> None:
    text = grown(b"a\nb")
    assert (text.line_at(-5), text.line_at(99), text.line_bounds(7), text.start_of(0)) == (0, 1, (2, 3), 0)


def test_a_text_that_stays_where_it_is_is_read_when_asked_for() -> None:
    data, asked = b"first\nsecond\n", []

    def read(start: int, end: int) -> bytes:
        asked.append((start, end))
        return data[start:end]

    text = GrowingText(read)
    text.append(data)
    assert asked == []
    assert text.line(1) == b"second"
    assert all(end - start < len(data) for start, end in asked)
