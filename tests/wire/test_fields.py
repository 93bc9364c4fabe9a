"""Protobuf's wire format, walked by its lengths."""

from __future__ import annotations

import random

import pytest

from caffe_ls.wire.fields import WireField, WireReader
from caffe_ls.wire.stored_bytes import NotReadableError, StoredBytes, held


def _fields(data: bytes) -> list[WireField]:
    return list(WireReader(held(data)).message())


def test_every_kind_of_field_is_told_with_its_place() -> None:
    data = b"\x08\x96\x01" + b"\x12\x03abc" + b"\x1d\x00\x00\x80\x3f" + b"\x21" + b"\0" * 8
    assert [(field.number, field.value, field.start, field.end) for field in _fields(data)] == [
        (1, 150, 1, 3),
        (2, 0, 5, 8),
        (3, 0, 9, 13),
        (4, 0, 14, 22),
    ]


def test_negative_numbers_are_ten_bytes_long() -> None:
    (field,) = _fields(b"\x08" + b"\xff" * 9 + b"\x01")
    assert field.signed == -1


def test_fields_of_fixed_width_in_a_row_are_one() -> None:
    runs = _fields(b"\x2d\0\0\0\0" * 100_000 + b"\x35\0\0\0\0" + b"\x2d\0\0\0\0" * 3)
    assert [(field.number, field.repeats) for field in runs] == [(5, 100_000), (6, 1), (5, 3)]


def test_a_run_is_not_broken_by_values_that_look_like_its_key() -> None:
    assert [field.repeats for field in _fields(b"\x2d\x2d\x2d\x2d\x2d" * 1000)] == [1000]


def test_strings_end_at_their_limit() -> None:
    reader = WireReader(held(b"\x0a\x80\x80\x08" + b"a" * (1 << 17)))
    (field,) = reader.message()
    assert len(reader.text(field)) == 1 << 16


def test_a_file_that_shrinks_while_it_is_read_ends_in_words() -> None:
    with pytest.raises(NotReadableError, match="in the middle"):
        list(WireReader(StoredBytes(100, lambda offset, length: b"")).message())


def test_any_bytes_end_in_fields_or_in_words() -> None:
    chance = random.Random(7)
    for _ in range(3_000):
        data = bytes(chance.choices((0, 1, 8, 10, 13, 18, 34, 127, 128, 255), k=chance.randrange(40)))
        try:
            ends = [field.end for field in _fields(data)]
        except NotReadableError:
            continue
        assert not data or ends[-1] == len(data)
