"""Lists of files that data layers read: images with labels, HDF5 files, and windows of images."""

from __future__ import annotations

import re
from collections.abc import Iterator
from operator import ne
from typing import NamedTuple

from caffe_ls.wire.stored_bytes import NotReadableError, StoredBytes

_BLOCK = 1 << 20
_BEGINNING = 1 << 16
_LABEL = re.compile(rb"\s*([+-]?\d+)")
_WINDOW_HEAD = re.compile(rb"\s*#\s*\d+\s+(\S+)\s+(\d+)\s+(\d+)\s+(\d+)\s")


class ListedImage(NamedTuple):
    """A line of an image list: the path before the last space, the label behind it (image_data_layer.cpp)."""

    path: str
    label: int


class Labels(NamedTuple):
    """How many lines a list has, the range of their labels, how many labels there are, and how often they change.

    `changes` counts the lines whose label is another than that of the line before.
    """

    records: int
    smallest: int
    largest: int
    different: int
    changes: int


class Windows(NamedTuple):
    """The first image of a window file and its size (window_data_layer.cpp)."""

    path: str
    channels: int
    height: int
    width: int


def first_image(stored: StoredBytes) -> ListedImage:
    """The first line of an image list."""
    line = _text(_first_line(stored))
    path, space, label = line.rpartition(" ")
    return ListedImage(path if space else line, _integer(label.encode()))


def labels(stored: StoredBytes) -> Labels:
    """All lines of an image list; reads the whole of it, a piece at a time."""
    records = changes = 0
    written: set[bytes] = set()
    last: list[bytes] = []
    for lines in _lines(stored):
        records += len(lines)
        found = [line.rpartition(b" ")[2].rstrip() for line in lines]
        written.update(found)
        changes += sum(map(ne, [*last, *found], found if last else found[1:]))
        last = found[-1:]
    numbers = {_integer(label) for label in written}
    return Labels(records, min(numbers, default=0), max(numbers, default=0), len(numbers), changes)


def first_name(stored: StoredBytes) -> str:
    """The first of the names, separated by white space, in a list of HDF5 files (hdf5_data_layer.cpp)."""
    names = stored.read(0, min(stored.size, _BEGINNING)).split(None, 1)
    if not names:
        raise NotReadableError("it lists no files")
    return _text(names[0])


def first_windows(stored: StoredBytes) -> Windows:
    """The head of a window file."""
    found = _WINDOW_HEAD.match(stored.read(0, min(stored.size, _BEGINNING)))
    if found is None:
        raise NotReadableError("it does not begin as a window file does: `# 0`, a path, channels, height, width")
    return Windows(_text(found[1]), int(found[2]), int(found[3]), int(found[4]))


def _first_line(stored: StoredBytes) -> bytes:
    if not stored.size:
        raise NotReadableError("it is empty")
    return stored.read(0, min(stored.size, _BEGINNING)).split(b"\n", 1)[0]


def _lines(stored: StoredBytes) -> Iterator[list[bytes]]:
    rest = b""
    for offset in range(0, stored.size, _BLOCK):
        lines = (rest + stored.read(offset, min(_BLOCK, stored.size - offset))).split(b"\n")
        rest = lines.pop()
        yield lines
    if rest:
        yield [rest]


def _integer(text: bytes) -> int:
    """As atoi reads it: 0 for what is no number."""
    found = _LABEL.match(text)
    return int(found[1]) if found and len(found[1]) < 20 else 0


def _text(data: bytes) -> str:
    return data.rstrip(b"\r").decode("utf-8", "surrogateescape")
