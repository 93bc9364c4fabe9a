"""The first record of a LevelDB's table."""

from __future__ import annotations

import struct

import pytest

from caffe_ls.data_files.leveldb_file import decompressed, first_value, is_leveldb
from caffe_ls.wire.stored_bytes import NotReadableError, held


def _varint(number: int) -> bytes:
    out = b""
    while number > 127:
        out += bytes((number & 127 | 128,))
        number >>= 7
    return out + bytes((number,))


def _block(*entries: tuple[bytes, bytes]) -> bytes:
    body = b"".join(b"\0" + _varint(len(key)) + _varint(len(value)) + key + value for key, value in entries)
    return body + struct.pack("<II", 0, 1)


def _table(record: bytes, compression: int = 0, kind: int = 1) -> bytes:
    key = b"00000000" + bytes((kind,)) + bytes(7)
    block = _block((key, record))
    if compression:
        block = _varint(len(block)) + b"".join(
            bytes((60 << 2,)) + bytes((len(part) - 1,)) + part
            for part in (block[start : start + 200] for start in range(0, len(block), 200))
        )
    data = block + bytes((compression,)) + bytes(4)
    index = _block((key, _varint(0) + _varint(len(block))))
    footer = _varint(0) + _varint(0) + _varint(len(data)) + _varint(len(index))
    return data + index + bytes(5) + footer.ljust(40, b"\0") + struct.pack("<Q", 0xDB4775248B80FB57)


@pytest.mark.parametrize("compression", [0, 1])
def test_the_first_record_is_read(compression: int) -> None:
    record = bytes(range(256)) * 20
    value = first_value(held(_table(record, compression)))
    assert value.read(0, value.size) == record


def test_a_deleted_record_is_none() -> None:
    with pytest.raises(NotReadableError, match="deleted"):
        first_value(held(_table(b"x", kind=0)))


@pytest.mark.parametrize("data", [b"", bytes(100), _table(b"x" * 500)[:-9], _table(b"x")[20:], _table(b"x", 7)])
def test_what_is_no_table_is_refused(data: bytes) -> None:
    with pytest.raises(NotReadableError):
        first_value(held(data))


@pytest.mark.parametrize(
    ("packed", "plain"),
    [
        (b"\x03\x08abc", b"abc"),
        (b"\x09\x00a" + bytes(((4 << 2) | 1, 1)), b"a" * 9),
        (b"\x0b\x08abc" + bytes(((7 << 2) | 2, 3, 0)), b"abcabcabcab"),
        (b"\x0b\x08abc" + bytes(((7 << 2) | 3, 3, 0, 0, 0)), b"abcabcabcab"),
        (b"\x03\x08ab", None),
        (b"\xff\xff\xff\xff\x7f", None),
        (b"\x04\x01\x09", None),
    ],
)
def test_snappy_is_undone(packed: bytes, plain: bytes | None) -> None:
    if plain is None:
        with pytest.raises(NotReadableError):
            decompressed(packed)
    else:
        assert decompressed(packed) == plain


def test_a_folder_is_known_by_its_names() -> None:
    assert is_leveldb(["000005.ldb", "CURRENT", "LOCK", "MANIFEST-000004"])
    assert not is_leveldb(["data.mdb", "lock.mdb"])
