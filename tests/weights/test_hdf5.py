"""Weights and states of solvers in HDF5 files."""

from __future__ import annotations

import io

import pytest

from caffe_ls.weights.model import StoredBlob, StoredLayer
from caffe_ls.weights.reading import read_solver_state, read_weights
from caffe_ls.wire.stored_bytes import NotReadableError, held

h5py = pytest.importorskip("h5py")


def _weights() -> bytes:
    file = io.BytesIO()
    with h5py.File(file, "w") as h5:
        conv = h5.create_group("data/conv1")
        conv.create_dataset("0", shape=(20, 1, 5, 5), dtype="f4")
        conv.create_dataset("1", shape=(20,), dtype="f4")
        h5.create_group("data/relu1")
    return file.getvalue()


def test_layers_have_names_and_shapes() -> None:
    weights = read_weights(held(_weights()))
    assert weights.format == "HDF5"
    assert weights.layers == (
        StoredLayer("conv1", "", (StoredBlob((20, 1, 5, 5)), StoredBlob((20,)))),
        StoredLayer("relu1", "", ()),
    )


def test_a_solver_state_says_where_training_stopped() -> None:
    file = io.BytesIO()
    with h5py.File(file, "w") as h5:
        h5["iter"], h5["current_step"] = [5000], [1]
        h5["learned_net"] = "lenet_iter_5000.caffemodel.h5"
        h5.create_dataset("history/0", shape=(20,), dtype="f4")
    state = read_solver_state(held(file.getvalue()))
    assert (state.iteration, state.learned_net) == (5000, "lenet_iter_5000.caffemodel.h5")
    assert state.history == (StoredBlob((20,)),)


@pytest.mark.parametrize("cut", [10, 100, 700])
def test_a_file_that_was_cut_off_is_refused(cut: int) -> None:
    with pytest.raises(NotReadableError, match="damaged"):
        read_weights(held(_weights()[:cut]))


def test_an_hdf5_file_of_something_else_is_refused() -> None:
    file = io.BytesIO()
    with h5py.File(file, "w") as h5:
        h5["data"] = [1.0, 2.0]
    with pytest.raises(NotReadableError, match="does not hold weights"):
        read_weights(held(file.getvalue()))
