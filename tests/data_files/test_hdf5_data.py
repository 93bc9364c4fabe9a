"""Datasets of HDF5 files."""

from __future__ import annotations

import io

import pytest

from caffe_ls.data_files.hdf5_data import dataset_shapes
from caffe_ls.wire.stored_bytes import NotReadableError, held

h5py = pytest.importorskip("h5py")


def test_each_dataset_that_is_there_has_its_shape() -> None:
    file = io.BytesIO()
    with h5py.File(file, "w") as h5:
        h5.create_dataset("data", shape=(500, 3, 32, 32), dtype="f4")
        h5.create_dataset("label", shape=(500,), dtype="f4")
        h5.create_group("group")
    shapes = dataset_shapes(held(file.getvalue()), ["data", "label", "group", "weights", ""])
    assert shapes == {"data": (500, 3, 32, 32), "label": (500,)}


def test_another_file_is_refused() -> None:
    with pytest.raises(NotReadableError, match="damaged"):
        dataset_shapes(held(b"not HDF5"), ["data"])
