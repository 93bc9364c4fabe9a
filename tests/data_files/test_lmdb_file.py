"""The first record of an LMDB that the library itself wrote."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from caffe_ls.data_files.lmdb_file import first_record
from caffe_ls.wire.stored_bytes import NotReadableError, StoredBytes, held

lmdb = pytest.importorskip("lmdb")


def _written(folder: Path, records: int, size: int) -> bytes:
    with lmdb.open(str(folder), map_size=1 << 28) as environment, environment.begin(write=True) as transaction:
        for index in reversed(range(records)):
            transaction.put(b"%08d" % index, (b"%08d" % index) * (size // 8))
    return (folder / "data.mdb").read_bytes()


@pytest.mark.parametrize(("records", "size"), [(1, 80), (3, 50_000), (5_000, 160), (20_000, 8)])
def test_the_record_of_the_smallest_key_is_read(tmp_path: Path, records: int, size: int) -> None:
    found = first_record(held(_written(tmp_path, records, size)))
    assert found.records == records
    assert found.value is not None
    assert found.value.read(0, found.value.size) == b"00000000" * (size // 8)


def test_the_newer_of_the_two_roots_holds(tmp_path: Path) -> None:
    for key in (b"b", b"a", b"c"):
        with lmdb.open(str(tmp_path)) as environment, environment.begin(write=True) as transaction:
            transaction.put(key, key * 10)
    found = first_record(held((tmp_path / "data.mdb").read_bytes()))
    assert found.records == 3
    assert found.value is not None
    assert found.value.read(0, 10) == b"a" * 10


def test_an_empty_database_has_no_record(tmp_path: Path) -> None:
    lmdb.open(str(tmp_path)).close()
    assert first_record(held((tmp_path / "data.mdb").read_bytes())) == (None, 0)


def test_a_large_database_is_not_read_whole(tmp_path: Path) -> None:
    data = _written(tmp_path, 200, 50_000)
    read = 0

    def read_at(offset: int, length: int) -> bytes:
        nonlocal read
        read += length
        return data[offset : offset + length]

    first_record(StoredBytes(len(data), read_at))
    assert read < 1_000


def test_a_file_that_was_cut_off_is_refused(tmp_path: Path) -> None:
    data = _written(tmp_path, 3, 50_000)
    for cut in (0, 100, 4_096, 5_000, 8_192, 9_000):
        with pytest.raises(NotReadableError):
            first_record(held(data[:cut]))


def test_another_file_is_refused() -> None:
    with pytest.raises(NotReadableError, match="no LMDB"):
        first_record(held(b"SQLite format 3\0" * 300))


def test_a_tree_that_leads_in_circles_ends(tmp_path: Path) -> None:
    data = bytearray(_written(tmp_path, 5_000, 160))
    for page in range(2, len(data) // 4096):
        (flags,) = struct.unpack_from("<H", data, page * 4096 + 10)
        if flags & 1:
            (node,) = struct.unpack_from("<H", data, page * 4096 + 16)
            struct.pack_into("<HHH", data, page * 4096 + node, page & 0xFFFF, page >> 16, 0)
    with pytest.raises(NotReadableError, match="damaged"):
        first_record(held(bytes(data)))
