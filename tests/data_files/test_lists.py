"""Lists of files."""

from __future__ import annotations

import pytest

from caffe_ls.data_files.lists import (
    Labels,
    ListedImage,
    Windows,
    first_image,
    first_name,
    first_windows,
    labels,
)
from caffe_ls.wire.stored_bytes import NotReadableError, held


def test_the_label_stands_behind_the_last_space() -> None:
    assert first_image(held(b"cats/my cat.jpg 3\ndogs/a.jpg 1\n")) == ListedImage("cats/my cat.jpg", 3)
    assert first_image(held("猫.jpg 3\r\n".encode())) == ListedImage("猫.jpg", 3)
    assert first_image(held(b"alone.jpg")) == ListedImage("alone.jpg", 0)


def test_all_lines_give_their_number_and_the_range_of_their_labels() -> None:
    assert labels(held(b"a 3\nb -1\nc 999\nd x")) == Labels(4, -1, 999, different=4, changes=3)
    many = held(b"".join(b"images/%d.jpg %d\n" % (n, n % 10) for n in range(200_000)))
    assert labels(many) == Labels(200_000, 0, 9, different=10, changes=199_999)
    assert labels(held(b"")) == Labels(0, 0, 0, different=0, changes=0)


def test_hdf5_files_are_listed_by_name() -> None:
    assert first_name(held(b"\n  train1.h5 train2.h5\n")) == "train1.h5"
    with pytest.raises(NotReadableError):
        first_name(held(b" \n"))


def test_a_window_file_begins_with_an_image_and_its_size() -> None:
    text = b"# 0\nimages/a.jpg\n3\n500\n353\n2\n1 0.8 1 2 3 4\n"
    assert first_windows(held(text)) == Windows("images/a.jpg", 3, 500, 353)
    for other in (b"", b"a.jpg 3\n", b"# x"):
        with pytest.raises(NotReadableError):
            first_windows(held(other))
