"""The size of an image, from its header: JPEG, PNG, BMP and netpbm, which is what OpenCV is mostly given."""

from __future__ import annotations

import re
import struct
from typing import NamedTuple

from caffe_ls.wire.stored_bytes import NotReadableError, StoredBytes

_PNG = b"\x89PNG\r\n\x1a\n"
_PNG_CHANNELS = {0: 1, 2: 3, 3: 3, 4: 2, 6: 4}
_JPEG = b"\xff\xd8\xff"
_NETPBM = re.compile(rb"P([1-6])(?:\s|#[^\n]*\n)+(\d{1,9})(?:\s|#[^\n]*\n)+(\d{1,9})\s")
_NETPBM_CHANNELS = {1: 1, 2: 1, 3: 3, 4: 1, 5: 1, 6: 3}

# Segments of a JPEG before the one with its size; photographs have a few dozen.
_MOST_SEGMENTS = 1_000
_START_OF_FRAME = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_WITHOUT_LENGTH = frozenset((0x01, *range(0xD0, 0xD9)))
_ORIENTATION_TAG = 0x0112


class ImageSize(NamedTuple):
    """An image's size as stored, and how many channels are stored.

    `is_turned`: its camera was held upright, and OpenCV 3 and newer swap height and width where they read colours.
    """

    channels: int
    height: int
    width: int
    is_turned: bool = False


def image_size(stored: StoredBytes) -> ImageSize:
    """The size of an image; NotReadableError where the format is none of these or the header is broken."""
    beginning = stored.read(0, min(stored.size, 512))
    try:
        if beginning.startswith(_PNG):
            width, height, _, colour = struct.unpack_from(">IIBB", beginning, 16)
            found = ImageSize(_PNG_CHANNELS.get(colour, 3), height, width)
        elif beginning.startswith(_JPEG):
            found = _jpeg(stored)
        elif beginning.startswith(b"BM"):
            width, height, _, bits = struct.unpack_from("<iiHH", beginning, 18)
            found = ImageSize(4 if bits == 32 else 3, abs(height), width)
        elif netpbm := _NETPBM.match(beginning):
            found = ImageSize(_NETPBM_CHANNELS[int(netpbm[1])], int(netpbm[3]), int(netpbm[2]))
        else:
            raise NotReadableError("its format is not JPEG, PNG, BMP or netpbm")
    except struct.error:
        raise NotReadableError("its header ends too early") from None
    if min(found[:3]) <= 0:
        raise NotReadableError("its header gives it no size")
    return found


def _jpeg(stored: StoredBytes) -> ImageSize:
    offset = 2
    turned = False
    for _ in range(_MOST_SEGMENTS):
        prefix, marker = stored.read(offset, 2)
        if prefix != 0xFF:
            break
        if marker == 0xFF:  # a fill byte
            offset += 1
            continue
        offset += 2
        if marker in _WITHOUT_LENGTH:
            continue
        (length,) = struct.unpack(">H", stored.read(offset, 2))
        if marker in _START_OF_FRAME:
            _, height, width, channels = struct.unpack(">BHHB", stored.read(offset + 2, 6))
            return ImageSize(channels, height, width, turned)
        if marker == 0xE1:
            turned = turned or _is_turned(stored.read(offset + 2, max(0, length - 2)))
        offset += max(2, length)
    raise NotReadableError("it is a JPEG without a size")


def _is_turned(segment: bytes) -> bool:
    """Whether an EXIF segment gives an orientation that swaps height and width."""
    if not segment.startswith(b"Exif\0\0"):
        return False
    tiff = segment[6:]
    order = {b"II": "<", b"MM": ">"}.get(tiff[:2])
    if order is None:
        return False
    try:
        (directory,) = struct.unpack_from(order + "I", tiff, 4)
        (entries,) = struct.unpack_from(order + "H", tiff, directory)
        for index in range(entries):
            tag, _, _, value = struct.unpack_from(order + "HHIH", tiff, directory + 2 + 12 * index)
            if tag == _ORIENTATION_TAG:
                return bool(value >= 5)
    except struct.error:
        pass
    return False
