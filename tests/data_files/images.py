"""Headers of images for tests."""

from __future__ import annotations

import struct
import zlib


def png(width: int, height: int, colour: int = 2) -> bytes:
    """A PNG of zeros; `colour` 0 is grey, 2 colours, 6 colours with transparency."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    row = b"\0" * (1 + width * {0: 1, 2: 3, 6: 4}[colour])
    header = struct.pack(">IIBBBBB", width, height, 8, colour, 0, 0, 0)
    body = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(row * height)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


def jpeg(width: int, height: int, channels: int = 3, orientation: int = 1, progressive: bool = False) -> bytes:
    """A JPEG's segments up to its frame; nothing that shows."""

    def segment(marker: int, data: bytes) -> bytes:
        return b"\xff" + bytes((marker,)) + struct.pack(">H", len(data) + 2) + data

    exif = b"Exif\0\0II*\0" + struct.pack("<IHHHIHxxI", 8, 1, 0x0112, 3, 1, orientation, 0)
    frame = struct.pack(">BHHB", 8, height, width, channels) + b"\x01\x11\x00" * channels
    tables = segment(0xDB, bytes(65)) + b"\xff" + segment(0xC4, bytes(20))
    return b"\xff\xd8" + segment(0xE1, exif) + tables + segment(0xC2 if progressive else 0xC0, frame) + b"\xff\xd9"
