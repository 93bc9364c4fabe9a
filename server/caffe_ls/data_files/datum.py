"""A record of a database: Caffe's Datum, or SSD's AnnotatedDatum, without its pixels."""

from __future__ import annotations

from typing import NamedTuple

from caffe_ls.data_files.image_header import ImageSize, image_size
from caffe_ls.wire.fields import BYTES, VARINT, WireField, WireReader
from caffe_ls.wire.stored_bytes import NotReadableError, StoredBytes

# Field numbers of caffe.proto.
_CHANNELS, _HEIGHT, _WIDTH, _DATA, _LABEL, _FLOAT_DATA, _ENCODED = 1, 2, 3, 4, 5, 6, 7
_ANNOTATED_DATUM = 1


class Datum(NamedTuple):
    """What a record says of itself. `image` is the size in the header of an encoded one, None where it is not known.

    `numbers` is how many bytes or floats a record has that is not encoded.
    """

    channels: int
    height: int
    width: int
    label: int
    encoded: bool
    image: ImageSize | None
    numbers: int


def read_datum(stored: StoredBytes, annotated: bool = False) -> Datum:
    """A record; of an annotated one the datum in it."""
    reader = WireReader(stored)
    fields = reader.message()
    if annotated:
        inner = next((field for field in fields if field.number == _ANNOTATED_DATUM), None)
        if inner is None:
            raise NotReadableError("its first record holds no datum")
        fields = reader.inside(inner)
    numbers: dict[int, int] = {}
    data: WireField | None = None
    floats = 0
    for field in fields:
        if field.kind == VARINT:
            numbers[field.number] = field.signed
        elif field.number == _DATA and field.kind == BYTES:
            data = field
        elif field.number == _FLOAT_DATA:
            floats += (field.end - field.start) // 4 if field.kind == BYTES else field.repeats
        elif field.number in (_CHANNELS, _HEIGHT, _WIDTH, _LABEL, _ENCODED):
            raise NotReadableError("its first record is no Datum of Caffe's")
    encoded = bool(numbers.get(_ENCODED))
    length = 0 if data is None else data.end - data.start
    image = _image(stored, data) if encoded and data is not None else None
    channels, height, width, label = (numbers.get(number, 0) for number in (_CHANNELS, _HEIGHT, _WIDTH, _LABEL))
    return Datum(channels, height, width, label, encoded, image, length or floats)


def _image(stored: StoredBytes, data: WireField) -> ImageSize | None:
    start = data.start
    inner = StoredBytes(data.end - start, lambda offset, length: stored.read_at(start + offset, length))
    try:
        return image_size(inner)
    except NotReadableError:
        return None
