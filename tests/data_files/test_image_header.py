"""Sizes of images from their headers."""

from __future__ import annotations

import struct
from contextlib import suppress

import pytest

from caffe_ls.data_files.image_header import ImageSize, image_size
from caffe_ls.wire.stored_bytes import NotReadableError, held
from tests.data_files.images import jpeg, png

BMP = b"BM" + bytes(16) + struct.pack("<iiHH", 640, -480, 1, 24) + bytes(24)


@pytest.mark.parametrize(
    ("data", "size"),
    [
        (png(64, 48), ImageSize(3, 48, 64)),
        (png(64, 48, colour=0), ImageSize(1, 48, 64)),
        (png(64, 48, colour=6), ImageSize(4, 48, 64)),
        (jpeg(640, 480), ImageSize(3, 480, 640)),
        (jpeg(640, 480, channels=1), ImageSize(1, 480, 640)),
        (jpeg(640, 480, progressive=True), ImageSize(3, 480, 640)),
        (jpeg(640, 480, orientation=6), ImageSize(3, 480, 640, is_turned=True)),
        (jpeg(640, 480, orientation=3), ImageSize(3, 480, 640)),
        (BMP, ImageSize(3, 480, 640)),
        (b"P6\n# a comment\n640 480\n255\n...", ImageSize(3, 480, 640)),
        (b"P5 640 480 255 ...", ImageSize(1, 480, 640)),
    ],
)
def test_a_header_tells_channels_height_and_width(data: bytes, size: ImageSize) -> None:
    assert image_size(held(data)) == size


@pytest.mark.parametrize(
    "data",
    [b"", b"GIF89a", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"\xff\xd8\xff\xd9", jpeg(640, 480)[:60], png(64, 48)[:20],
     BMP[:20], jpeg(0, 480), b"\xff\xd8" + b"\xff\xe0\x00\x00" * 5_000, b"\xff\xd8" + b"\xff" * 100_000],
)  # fmt: skip
def test_what_tells_no_size_is_refused(data: bytes) -> None:
    with pytest.raises(NotReadableError):
        image_size(held(data))


def test_every_cut_of_a_header_is_survived() -> None:
    whole = jpeg(640, 480, orientation=6)
    for end in range(len(whole)):
        with suppress(NotReadableError):
            assert image_size(held(whole[:end])).height == 480
