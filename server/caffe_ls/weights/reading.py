"""Weights and states of solvers in either of Caffe's two formats, told apart as Caffe does: by content."""

from __future__ import annotations

from caffe_ls.weights import binary
from caffe_ls.weights.model import SolverState, Weights
from caffe_ls.wire.stored_bytes import StoredBytes

_HDF5_SIGNATURE = b"\x89HDF\r\n\x1a\n"


def read_weights(stored: StoredBytes) -> Weights:
    """The layers of a weights file; NotReadableError says in a user's words why it is none."""
    if _is_hdf5(stored):
        from caffe_ls.weights import hdf5

        return hdf5.read_weights(stored)
    return binary.read_weights(stored)


def read_solver_state(stored: StoredBytes) -> SolverState:
    """Where a run of a solver stopped."""
    if _is_hdf5(stored):
        from caffe_ls.weights import hdf5

        return hdf5.read_solver_state(stored)
    return binary.read_solver_state(stored)


def _is_hdf5(stored: StoredBytes) -> bool:
    return stored.read_at(0, len(_HDF5_SIGNATURE)) == _HDF5_SIGNATURE
