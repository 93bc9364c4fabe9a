"""Protobuf's wire format, walked by its lengths: what nobody asks for is stepped over without being read.

protobuf itself parses a message as a whole, or not at all: of weights that would be every number of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from caffe_ls.wire.stored_bytes import NotReadableError, StoredBytes

VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5

_WINDOW = 4096
_RUN_BLOCK = 1 << 18
_SHORTEST_RUN_BLOCK = 64
_LONGEST_VARINT = 10
_LONGEST_TEXT = 1 << 16

# More than this no file of Caffe's has: its numbers are packed, or stand in runs. It bounds the time for any file.
_MOST_FIELDS = 2_000_000


class WireField(NamedTuple):
    """A field of a message. `value` is a varint's value; `start` and `end` are where its bytes are.

    `repeats` counts fields of the same number and a fixed width that stand in a row, as repeated ones do where they are
    not packed; they are given as one.
    """

    number: int
    kind: int
    value: int
    start: int
    end: int
    repeats: int = 1

    @property
    def signed(self) -> int:
        """A varint's value as int32 and int64 mean it."""
        return self.value - (1 << 64) if self.value >= 1 << 63 else self.value


class WireReader:
    """Reads messages of one file."""

    def __init__(self, stored: StoredBytes) -> None:
        self._stored = stored
        self._window = b""
        self._window_start = 0
        self._fields = 0

    def message(self) -> Iterator[WireField]:
        """The fields of the message that the whole file is."""
        return self.fields(0, self._stored.size)

    def inside(self, field: WireField) -> Iterator[WireField]:
        """The fields of a message in a message."""
        if field.kind != BYTES:
            raise _malformed(field.start)
        return self.fields(field.start, field.end)

    def fields(self, start: int, end: int) -> Iterator[WireField]:
        """The fields of the message at these bytes."""
        offset = start
        while offset < end:
            self._fields += 1
            if self._fields > _MOST_FIELDS:
                raise NotReadableError("it has too many fields for a file of Caffe's")
            field = self._field(offset, end)
            yield field
            offset = field.end

    def text(self, field: WireField) -> str:
        """A string field's value."""
        return self.bytes_of(field, _LONGEST_TEXT).decode("utf-8", "replace")

    def bytes_of(self, field: WireField, most: int) -> bytes:
        """A field's bytes, the first `most` of them."""
        return self._stored.read(field.start, min(field.end - field.start, most))

    def packed_varints(self, field: WireField, most: int) -> list[int]:
        """The values of a packed field of integers; as the wire has them, so int64's as unsigned."""
        values: list[int] = []
        offset = field.start
        while offset < field.end and len(values) < most:
            value, offset = self._varint(offset, field.end)
            values.append(value)
        return values

    def _field(self, offset: int, end: int) -> WireField:
        key, start = self._varint(offset, end)
        number, kind = key >> 3, key & 7
        if not 0 < number < 1 << 29:
            raise _malformed(offset)
        if kind == VARINT:
            value, after = self._varint(start, end)
            return WireField(number, kind, value, start, after)
        if kind == BYTES:
            length, start = self._varint(start, end)
            return self._ended(WireField(number, kind, 0, start, start + length), end)
        if kind in (FIXED32, FIXED64):
            width = 4 if kind == FIXED32 else 8
            field = self._ended(WireField(number, kind, 0, start, start + width), end)
            return self._with_repeats(field, offset, start - offset + width, end)
        raise _malformed(offset)

    def _ended(self, field: WireField, end: int) -> WireField:
        if field.end <= end:
            return field
        if end == self._stored.size:
            raise NotReadableError(f"it ends at byte {end:,}, in the middle of what goes on to byte {field.end:,}")
        raise _malformed(field.start)

    def _with_repeats(self, field: WireField, offset: int, step: int, end: int) -> WireField:
        """The field with those of the same key behind it: compared a block at a time, without looking at values."""
        key = self._stored.read(offset, field.start - offset)
        repeats = 1
        # One such field alone is common, so the first look is a short one.
        longest = _SHORTEST_RUN_BLOCK
        while True:
            start = offset + repeats * step
            most = min(end - start, longest) // step
            longest = min(longest * 4, _RUN_BLOCK)
            if most <= 0:
                break
            block = self._stored.read(start, most * step)
            same = min(_leading(block[index::step], byte) for index, byte in enumerate(key))
            repeats += same
            if same < most:
                break
        return field._replace(end=offset + repeats * step, repeats=repeats)

    def _varint(self, offset: int, end: int) -> tuple[int, int]:
        value = shift = 0
        for position in range(offset, min(offset + _LONGEST_VARINT, end)):
            index = position - self._window_start
            if not 0 <= index < len(self._window):
                length = min(_WINDOW, self._stored.size - position)
                self._window_start, self._window = position, self._stored.read(position, length)
                index = 0
            byte = self._window[index]
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                return value & (1 << 64) - 1, position + 1
            shift += 7
        if offset + _LONGEST_VARINT > end == self._stored.size:
            raise NotReadableError(f"it ends at byte {end:,}, in the middle of a field")
        raise _malformed(offset)


def _leading(data: bytes, byte: int) -> int:
    """How many bytes at the beginning are `byte`."""
    return len(data) - len(data.lstrip(bytes((byte,))))


def _malformed(offset: int) -> NotReadableError:
    return NotReadableError(f"it is no protobuf message: what stands at byte {offset:,} is no field")
