"""Records of databases."""

from __future__ import annotations

import pytest

from caffe_ls.data_files.datum import Datum, read_datum
from caffe_ls.data_files.image_header import ImageSize
from caffe_ls.wire.stored_bytes import NotReadableError, held
from tests.data_files.images import jpeg
from tests.weights.stored_files import stored


def _escaped(data: bytes) -> str:
    return "".join(f"\\x{byte:02x}" for byte in data)


def test_a_record_says_its_shape_and_label() -> None:
    data = stored("Datum", rf'channels: 1 height: 2 width: 3 label: 7 data: "{_escaped(bytes(6))}"')
    assert read_datum(held(data)) == Datum(1, 2, 3, 7, False, None, 6)


def test_floats_are_counted() -> None:
    data = stored("Datum", "channels: 1 height: 1 width: 3 float_data: 1 float_data: 2 float_data: 3 label: -1")
    assert read_datum(held(data)) == Datum(1, 1, 3, -1, False, None, 3)


def test_an_encoded_record_has_its_image_s_size() -> None:
    data = stored("Datum", f'encoded: true label: 5 data: "{_escaped(jpeg(640, 480))}"')
    assert read_datum(held(data)).image == ImageSize(3, 480, 640)


def test_an_encoded_record_of_an_unknown_format_has_none() -> None:
    assert read_datum(held(stored("Datum", 'encoded: true data: "RIFF....WEBP"'))).image is None


def test_an_annotated_record_holds_a_datum() -> None:
    data = stored("AnnotatedDatum", "datum { channels: 3 height: 4 width: 5 } type: 0")
    assert read_datum(held(data), annotated=True)[:3] == (3, 4, 5)


@pytest.mark.parametrize("data", [b"", b"\x10\x01"])
def test_an_annotated_record_without_a_datum_is_refused(data: bytes) -> None:
    with pytest.raises(NotReadableError, match="no datum"):
        read_datum(held(data), annotated=True)


def test_another_message_is_refused() -> None:
    with pytest.raises(NotReadableError, match="no Datum"):
        read_datum(held(b"\x0a\x02hi"))
