"""Bytes that are stored somewhere and read a piece at a time."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import TYPE_CHECKING, BinaryIO, cast

from caffe_ls.immutable import dataclass

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer


class NotReadableError(ValueError):
    """The file is not what it is taken for, or ends too early; the message says it in a user's words."""


class MissingLibraryError(NotReadableError):
    """The file may be what it should be: reading it needs a library that is not installed."""


@dataclass(frozen=True, slots=True, eq=False)
class StoredBytes:
    """A file's size, and a function that reads `length` bytes from an offset (fewer at the file's end)."""

    size: int
    read_at: Callable[[int, int], bytes]

    def read(self, offset: int, length: int) -> bytes:
        """Exactly these bytes."""
        if offset >= 0 and offset + length <= self.size:
            found = self.read_at(offset, length)
            if len(found) == length:
                return found
        raise NotReadableError(f"it ends at byte {self.size:,}, in the middle of what it should hold")

    def as_file(self) -> BinaryIO:
        """The bytes as Python's kind of file, for libraries that want one."""
        return cast(BinaryIO, io.BufferedReader(_File(self)))


def held(data: bytes) -> StoredBytes:
    """Bytes that are in memory already."""
    return StoredBytes(len(data), lambda offset, length: data[offset : offset + length])


class _File(io.RawIOBase):
    def __init__(self, stored: StoredBytes) -> None:
        self._stored = stored
        self._position = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = (0, self._position, self._stored.size)[whence]
        self._position = max(0, start + offset)
        return self._position

    def readinto(self, buffer: WriteableBuffer) -> int:
        view = memoryview(buffer).cast("B")
        length = max(0, min(len(view), self._stored.size - self._position))
        found = self._stored.read_at(self._position, length) if length else b""
        view[: len(found)] = found
        self._position += len(found)
        return len(found)
