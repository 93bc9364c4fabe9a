"""Stored bytes, a piece at a time."""

from __future__ import annotations

import io

import pytest

from caffe_ls.wire.stored_bytes import NotReadableError, held


def test_bytes_beyond_the_end_are_refused() -> None:
    stored = held(b"hello")
    assert stored.read(1, 3) == b"ell"
    for offset, length in ((3, 3), (-1, 2), (9, 1)):
        with pytest.raises(NotReadableError):
            stored.read(offset, length)


def test_as_a_file_they_are_read_and_sought_like_any_file() -> None:
    file = held(b"0123456789").as_file()
    assert file.read(3) == b"012"
    assert file.seek(-2, io.SEEK_END) == 8
    assert file.read() == b"89"
    assert file.seek(5) == 5
    assert (file.read(1), file.tell()) == (b"5", 6)
    file.seek(100)
    assert file.read() == b""
