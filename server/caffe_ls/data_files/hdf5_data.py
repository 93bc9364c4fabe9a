"""The shapes of an HDF5 file's datasets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from caffe_ls.wire.hdf5_file import opened
from caffe_ls.wire.stored_bytes import StoredBytes


def dataset_shapes(stored: StoredBytes, names: Sequence[str]) -> Mapping[str, tuple[int, ...]]:
    """The shape of each of these datasets that the file has (hdf5_data_layer.cpp reads one per top, of its name)."""
    with opened(stored, "data") as file:
        found = {name: file.get(name) for name in names if name}
        return {
            name: tuple(int(dim) for dim in dataset.shape)
            for name, dataset in found.items()
            if hasattr(dataset, "shape")
        }
