"""A record of a LevelDB, out of one of its tables.

The library cannot open a database without writing to its folder, so the tables are read as they lie there. The format
is that of leveldb's doc/table_format.md: a footer, an index of blocks, and blocks that may be compressed with Snappy.
"""

from __future__ import annotations

import struct
from typing import NamedTuple

from caffe_ls.wire.stored_bytes import NotReadableError, StoredBytes, held

TABLE_SUFFIXES = (".ldb", ".sst")

_FOOTER = 48
_MAGIC = 0xDB4775248B80FB57
_TRAILER = 5
_PLAIN, _SNAPPY = 0, 1
_VALUE = 1
# A block holds one record at least; nobody keeps larger ones.
_LARGEST_BLOCK = 1 << 26


class _Block(NamedTuple):
    offset: int
    size: int


def is_leveldb(names: list[str]) -> bool:
    """Whether a folder with these names in it is a LevelDB."""
    return "CURRENT" in names and any(name.startswith("MANIFEST-") for name in names)


def first_value(stored: StoredBytes) -> StoredBytes:
    """The value of the first record of a table."""
    if stored.size < _FOOTER:
        raise NotReadableError("it is no table of a LevelDB: it is too short")
    footer = stored.read(stored.size - _FOOTER, _FOOTER)
    if struct.unpack("<Q", footer[-8:])[0] != _MAGIC:
        raise NotReadableError("it is no table of a LevelDB, or was cut off")
    _, position = _handle(footer, 0)
    index, _ = _handle(footer, position)
    _, where = _first_entry(_content(stored, index))
    block, _ = _handle(where, 0)
    key, value = _first_entry(_content(stored, block))
    if len(key) < 8 or key[-8] != _VALUE:
        raise NotReadableError("its first record was deleted")
    return held(value)


def _content(stored: StoredBytes, block: _Block) -> bytes:
    if block.size > _LARGEST_BLOCK:
        raise NotReadableError("it is damaged, or its records are huge")
    data = stored.read(block.offset, block.size + _TRAILER)
    kind, data = data[block.size], data[: block.size]
    if kind == _PLAIN:
        return data
    if kind == _SNAPPY:
        return decompressed(data)
    raise NotReadableError("it is compressed in an unusual way")


def _handle(data: bytes, position: int) -> tuple[_Block, int]:
    offset, position = _varint(data, position)
    size, position = _varint(data, position)
    return _Block(offset, size), position


def _first_entry(block: bytes) -> tuple[bytes, bytes]:
    shared, position = _varint(block, 0)
    key_length, position = _varint(block, position)
    value_length, position = _varint(block, position)
    end = position + key_length + value_length
    if shared or end > len(block):
        raise NotReadableError("it is a damaged table of a LevelDB")
    return block[position : position + key_length], block[position + key_length : end]


def _varint(data: bytes, position: int) -> tuple[int, int]:
    value = shift = 0
    for index in range(position, min(position + 10, len(data))):
        value |= (data[index] & 0x7F) << shift
        if data[index] < 0x80:
            return value, index + 1
        shift += 7
    raise NotReadableError("it is a damaged table of a LevelDB")


def decompressed(data: bytes) -> bytes:
    """What Snappy made these bytes of (snappy's format_description.txt)."""
    length, position = _varint(data, 0)
    if length > _LARGEST_BLOCK:
        raise NotReadableError("it is damaged, or its records are huge")
    out = bytearray()
    while position < len(data) and len(out) < length:
        tag = data[position]
        position += 1
        if tag & 3 == 0:
            size = tag >> 2
            if size >= 60:
                extra = size - 59
                size = int.from_bytes(data[position : position + extra], "little")
                position += extra
            out += data[position : position + size + 1]
            position += size + 1
            continue
        if tag & 3 == 1:
            size, extra = (tag >> 2 & 7) + 4, 1
            distance = (tag >> 5) << 8
        else:
            size, extra = (tag >> 2) + 1, 2 if tag & 3 == 2 else 4
            distance = 0
        distance |= int.from_bytes(data[position : position + extra], "little")
        position += extra
        if not 0 < distance <= len(out):
            raise NotReadableError("it is a damaged table of a LevelDB")
        # A copy may reach into what it writes itself, and then repeats.
        piece = bytes(out[len(out) - distance :][:size])
        out += (piece * (size // len(piece) + 1))[:size]
    if len(out) != length:
        raise NotReadableError("it is a damaged table of a LevelDB")
    return bytes(out)
