"""A log that is packed with gzip, xz or bzip2: unpacked as it is read, into a temporary file without a name."""

from __future__ import annotations

import bz2
import lzma
import tempfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from caffe_ls.analysis.log_document import GrowingLog
from caffe_ls.lsp.open_log import OpenLog
from caffe_ls.training_log.growing_text import GrowingText

_PACKED_PORTION = 1 << 14


class _Unpacker(Protocol):
    @property
    def eof(self) -> bool: ...

    @property
    def unused_data(self) -> bytes: ...

    def decompress(self, data: bytes, /) -> bytes: ...


_UNPACKERS: dict[bytes, Callable[[], _Unpacker]] = {
    b"\x1f\x8b": lambda: zlib.decompressobj(zlib.MAX_WBITS | 16),
    b"\xfd7zXZ\x00": lzma.LZMADecompressor,
    b"BZh": bz2.BZ2Decompressor,
}


def is_packed(beginning: bytes) -> bool:
    """Whether a file with this beginning is packed."""
    return any(beginning.startswith(start) for start in _UNPACKERS)


class PackedLog(OpenLog):
    """Lines are looked up in the temporary file, which goes with the log."""

    def __init__(self, uri: str, path: str) -> None:
        super().__init__(uri, path, None)
        self._packed = Path(path).open("rb")  # noqa: SIM115 - open as long as the log is
        self._size = Path(path).stat().st_size
        beginning = self._packed.read(8)
        self._packed.seek(0)
        self._new_unpacker = next(make for start, make in _UNPACKERS.items() if beginning.startswith(start))
        self._unpacker = self._new_unpacker()
        self._text = tempfile.TemporaryFile()  # noqa: SIM115
        self._at_end = False
        self.growing = GrowingLog(GrowingText(self._part))

    @property
    def size(self) -> int:
        return self._size

    @property
    def is_text(self) -> bool:
        return False

    @property
    def share(self) -> float:
        return 1.0 if self._at_end else min(1.0, self._packed.tell() / max(1, self._size))

    @property
    def is_read(self) -> bool:
        return self.cancelled or self._at_end

    def next_part(self, most: int) -> bytes:
        parts: list[bytes] = []
        while not self.is_read and sum(map(len, parts)) < most:
            parts.append(self._unpack(self._packed.read(_PACKED_PORTION)))
        data = b"".join(parts)
        self._text.seek(0, 2)
        self._text.write(data)
        return data

    def _unpack(self, packed: bytes) -> bytes:
        """What a portion unpacks to; of a cut or damaged file all that stands before the damage counts."""
        self._at_end = not packed
        unpacked = b""
        try:
            while packed:
                unpacked += self._unpacker.decompress(packed)
                if not self._unpacker.eof:
                    break
                # Another packed part may follow: such files are made by joining.
                packed, self._unpacker = self._unpacker.unused_data, self._new_unpacker()
        except (OSError, ValueError, EOFError, zlib.error, lzma.LZMAError):
            self._at_end = True
        return unpacked

    def release(self) -> None:
        for file in (self._packed, self._text):
            file.close()

    def _part(self, start: int, end: int) -> bytes:
        if self._text.closed:
            return b""
        self._text.seek(start)
        return self._text.read(max(0, end - start))
