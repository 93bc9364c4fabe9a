"""Caffe's HDF5 files of numbers: `.caffemodel.h5` and `.solverstate.h5`. h5py, which reads them, need not be there."""

from __future__ import annotations

from typing import Any

from caffe_ls.weights.model import SolverState, StoredBlob, StoredLayer, Weights
from caffe_ls.wire.hdf5_file import opened
from caffe_ls.wire.stored_bytes import StoredBytes


def read_weights(stored: StoredBytes) -> Weights:
    """The layers of a `.caffemodel.h5`: `data/LAYER/0`, `data/LAYER/1`, ... (net.cpp, CopyTrainedLayersFromHDF5)."""
    with opened(stored, "weights") as file:
        data = file["data"]
        return Weights("HDF5", "", tuple(StoredLayer(str(name), "", _blobs(data[name])) for name in data))


def read_solver_state(stored: StoredBytes) -> SolverState:
    """A `.solverstate.h5` (sgd_solver.cpp, SnapshotSolverStateToHDF5)."""
    with opened(stored, "a solver's state") as file:
        learned_net = file["learned_net"][()] if "learned_net" in file else b""
        return SolverState(
            "HDF5",
            int(file["iter"][0]),
            learned_net.decode("utf-8", "replace").rstrip("\0"),
            int(file["current_step"][0]),
            _blobs(file["history"]),
        )


def _blobs(layer: Any) -> tuple[StoredBlob, ...]:
    """The datasets `0`, `1`, ... of a group; Caffe looks for them by these names."""
    blobs: list[StoredBlob] = []
    while (name := str(len(blobs))) in layer:
        blobs.append(StoredBlob(tuple(int(dim) for dim in layer[name].shape)))
    return tuple(blobs)
