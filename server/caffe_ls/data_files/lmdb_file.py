"""The first record of an LMDB, read page by page.

The library maps the file into memory and writes a lock beside it: a file that is still being copied would end the
process, and a server would have written to a user's folder. Of the format little is needed: two pages that say where
the tree begins, and the way down its left side. It is that of LMDB 0.9 on 64-bit machines, little-endian (mdb.c).
"""

from __future__ import annotations

import struct
from typing import NamedTuple

from caffe_ls.wire.stored_bytes import NotReadableError, StoredBytes

_MAGIC = 0xBEEFC0DE
_VERSION = 1
_PAGE_HEADER = 16
_META = struct.Struct("<II16x")
_DATABASE = struct.Struct("<IHHQQQQQ")
_META_END = struct.Struct("<QQ")
_BRANCH, _LEAF, _OVERFLOW = 1, 2, 4
_BIG_DATA = 1
_NO_PAGE = (1 << 64) - 1
_DEEPEST = 32


class FirstRecord(NamedTuple):
    """The value of the smallest key, and how many records there are; None in an empty database."""

    value: StoredBytes | None
    records: int


class _Root(NamedTuple):
    transaction: int
    page: int
    records: int


def first_record(stored: StoredBytes) -> FirstRecord:
    """Read a `data.mdb`."""
    page_size = _page_size(stored)
    root = max(_root(stored, 0), _root(stored, page_size))
    if root.page == _NO_PAGE or not root.records:
        return FirstRecord(None, 0)
    page = root.page
    for _ in range(_DEEPEST):
        flags, node = _first_node(stored, page * page_size, page_size)
        low, high, node_flags, key_length = struct.unpack("<HHHH", stored.read(node, 8))
        if flags & _BRANCH:
            page = low | high << 16 | node_flags << 32
        elif flags & _LEAF:
            start = node + 8 + key_length
            if node_flags & _BIG_DATA:
                (overflow,) = struct.unpack("<Q", stored.read(start, 8))
                start = overflow * page_size + _PAGE_HEADER
            return FirstRecord(_part(stored, start, low | high << 16), root.records)
        else:
            break
    raise NotReadableError("it is an LMDB whose tree is damaged")


def _page_size(stored: StoredBytes) -> int:
    if stored.size < _PAGE_HEADER + _META.size:
        raise NotReadableError("it is no LMDB: it is too short")
    magic, version = _META.unpack(stored.read(_PAGE_HEADER, _META.size))
    if magic != _MAGIC or version != _VERSION:
        raise NotReadableError("it is no LMDB of the usual form")
    size, *_ = _DATABASE.unpack(stored.read(_PAGE_HEADER + _META.size, _DATABASE.size))
    if not 256 <= size <= 65_536 or size & (size - 1):
        raise NotReadableError("it is an LMDB of another kind of machine, or damaged")
    return int(size)


def _root(stored: StoredBytes, page: int) -> _Root:
    """What one of the two meta pages says; they are written in turns, and the newer one holds."""
    start = page + _PAGE_HEADER + _META.size + _DATABASE.size
    *_, records, root = _DATABASE.unpack(stored.read(start, _DATABASE.size))
    _, transaction = _META_END.unpack(stored.read(start + _DATABASE.size, _META_END.size))
    return _Root(transaction, root, records)


def _first_node(stored: StoredBytes, start: int, page_size: int) -> tuple[int, int]:
    """A page's flags, and where its first node begins."""
    flags, lower, _ = struct.unpack("<10xHHH", stored.read(start, _PAGE_HEADER))
    if flags & _OVERFLOW or lower < _PAGE_HEADER + 2:
        raise NotReadableError("it is an LMDB whose tree is damaged")
    (node,) = struct.unpack("<H", stored.read(start + _PAGE_HEADER, 2))
    if node + 8 > page_size:
        raise NotReadableError("it is an LMDB whose tree is damaged")
    return flags, start + node


def _part(stored: StoredBytes, start: int, length: int) -> StoredBytes:
    if start + length > stored.size:
        raise NotReadableError(f"it ends at byte {stored.size:,}, in the middle of its first record")
    return StoredBytes(length, lambda offset, most: stored.read_at(start + offset, most))
