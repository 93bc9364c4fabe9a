"""Weights, means and states of solvers in protobuf files."""

from __future__ import annotations

import pytest

from caffe_ls.weights.binary import read_blob, read_solver_state, read_weights
from caffe_ls.weights.model import StoredBlob, StoredLayer
from caffe_ls.wire.stored_bytes import NotReadableError, StoredBytes, held
from tests.weights.stored_files import stored, weights_file

LENET = """
name: "LeNet"
layer { name: "data" type: "Data" top: "data" }
layer {
  name: "conv1" type: "Convolution" bottom: "data" top: "conv1"
  blobs { shape { dim: 20 dim: 1 dim: 5 dim: 5 } }
  blobs { shape { dim: 20 } }
}
layer { name: "ip" type: "InnerProduct" blobs { shape { dim: 10 dim: 500 } } blobs { shape { dim: 10 } } }
"""


def test_layers_have_names_types_and_shapes() -> None:
    weights = read_weights(held(weights_file(LENET)))
    assert weights.net_name == "LeNet"
    assert weights.layers == (
        StoredLayer("data", "Data", ()),
        StoredLayer(
            "conv1", "Convolution", (StoredBlob((20, 1, 5, 5), numbers=500), StoredBlob((20,), numbers=20))
        ),
        StoredLayer("ip", "InnerProduct", (StoredBlob((10, 500), numbers=5000), StoredBlob((10,), numbers=10))),
    )  # fmt: skip
    assert list(weights.trained) == ["conv1", "ip"]


def test_v1_layers_are_read_as_caffe_upgrades_them() -> None:
    text = """
      layers { name: "fc8" type: 14 blobs_lr: 1 blobs_lr: 2
        blobs { num: 1 channels: 1 height: 1000 width: 4096 } blobs { num: 1 channels: 1 height: 1 width: 1000 } }
    """
    (layer,) = read_weights(held(weights_file(text))).layers
    assert (layer.name, layer.type) == ("fc8", "InnerProduct")
    assert layer.blobs[0] == StoredBlob((1, 1, 1000, 4096), is_legacy=True, numbers=4_096_000)


def test_v0_layers_are_read_out_of_their_connections() -> None:
    text = """
      layers { layer { name: "conv1" type: "conv" blobs { num: 96 channels: 3 height: 11 width: 11 } }
               bottom: "data" top: "conv1" }
    """
    (layer,) = read_weights(held(weights_file(text))).layers
    assert (layer.name, layer.type) == ("conv1", "Convolution")
    assert [blob.shape for blob in layer.blobs] == [(96, 3, 11, 11)]


def test_old_layers_win_over_new_ones_in_one_file() -> None:
    text = 'layer { name: "new" type: "ReLU" } layers { name: "old" type: 18 }'
    assert [layer.name for layer in read_weights(held(weights_file(text))).layers] == ["old"]


def test_numbers_that_are_not_packed_are_counted() -> None:
    data = stored("UnpackedBlobProto", "num: 1 channels: 1 height: 300 width: 1000", fill=False)
    data += stored("UnpackedBlobProto", " ".join(["data: 0.5"] * 300_000), fill=False)
    assert read_blob(held(data)) == StoredBlob((1, 1, 300, 1000), is_legacy=True, numbers=300_000)


def test_doubles_count_and_forms_of_forks_do_not() -> None:
    doubles = stored("BlobProto", "shape { dim: 2 } double_data: 1 double_data: 2")
    assert read_blob(held(doubles)) == StoredBlob((2,), numbers=2)
    raw = stored("BlobProto", r'shape { dim: 2 } raw_data: "\000\001\002\003"')
    assert read_blob(held(raw)) == StoredBlob((2,), numbers=None)
    assert not read_blob(held(raw)).lacks_numbers


def test_a_blob_with_too_few_numbers_is_told() -> None:
    assert read_blob(held(stored("BlobProto", "shape { dim: 3 } data: 1 data: 2"))).lacks_numbers
    assert not read_blob(held(stored("BlobProto", "shape { dim: 3 }"))).lacks_numbers


def test_a_blob_without_shape_is_a_single_number() -> None:
    assert read_blob(held(stored("BlobProto", "data: 1"))) == StoredBlob((), numbers=1)


def test_a_solver_state_says_where_training_stopped() -> None:
    text = 'iter: 5000 learned_net: "lenet_iter_5000.caffemodel" current_step: 2 history { shape { dim: 20 } }'
    state = read_solver_state(held(stored("SolverState", text)))
    assert (state.iteration, state.learned_net, state.current_step) == (5000, "lenet_iter_5000.caffemodel", 2)
    assert state.history == (StoredBlob((20,), numbers=20),)


def test_numbers_are_stepped_over_not_read() -> None:
    data = weights_file('layer { name: "fc" type: "InnerProduct" blobs { shape { dim: 1000 dim: 1000 } } }')
    read = 0

    def read_at(offset: int, length: int) -> bytes:
        nonlocal read
        read += length
        return data[offset : offset + length]

    assert read_weights(StoredBytes(len(data), read_at)).layers[0].blobs[0].numbers == 1_000_000
    assert read < 40_000


@pytest.mark.parametrize("cut", [1, 20, 60, 500, 2000])
def test_a_file_that_was_cut_off_says_where_it_ends(cut: int) -> None:
    data = weights_file(LENET)[:-cut]
    with pytest.raises(NotReadableError, match=f"ends at byte {len(data):,}"):
        read_weights(held(data))


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n", "Git LFS"),
        (b"<!DOCTYPE html><html>404</html>", "web page"),
        (b"\n<html>", "web page"),
        (b"\x00" * 100, "no protobuf message"),
        (b"\xff" * 100, "no protobuf message"),
        (b"\x0f" * 100, "no protobuf message"),
        (b"\xa2\x06\x05hello", "no protobuf message|ends at byte"),
        (b"\x0a\x04name", "no layers"),
        (b"\xa2\x06\x03\x0a\x7fx", "no protobuf message|ends at byte"),
    ],
)  # fmt: skip
def test_what_is_no_weights_file_is_refused_in_words(data: bytes, words: str) -> None:
    with pytest.raises(NotReadableError, match=words):
        read_weights(held(data))


def test_endless_small_fields_end_in_an_error() -> None:
    with pytest.raises(NotReadableError, match="too many fields"):
        read_weights(held(b"\x18\x01" * 2_100_000))


def test_a_shape_of_many_axes_is_refused() -> None:
    with pytest.raises(NotReadableError, match="more than 32 axes"):
        read_blob(held(stored("BlobProto", "shape { " + "dim: 1 " * 100 + "}")))


def test_names_that_are_no_utf8_are_read() -> None:
    assert read_weights(held(b"\xa2\x06\x04\x0a\x02\xff\xfe")).layers[0].name == "\ufffd\ufffd"


@pytest.mark.parametrize(
    ("legacy", "shape", "fits"),
    [
        ((1, 1, 1, 10), (10,), True),
        ((1, 1, 10, 500), (10, 500), True),
        ((1, 1, 10, 500), (500, 10), False),
        ((20, 1, 5, 5), (20, 1, 5, 5), True),
        ((10, 1, 1, 1), (10,), False),
        ((1, 1, 1, 1), (), True),
        ((1, 1, 1, 10), (1, 1, 1, 1, 10), False),
        ((1, 1, 1, 10), (None,), True),
        ((1, 1, 2, 10), (None,), False),
    ],
)
def test_legacy_shapes_are_compared_from_their_end(
    legacy: tuple[int, ...], shape: tuple[int | None, ...], fits: bool
) -> None:
    assert StoredBlob(legacy, is_legacy=True).has_shape(shape) is fits


@pytest.mark.parametrize(
    ("stored_shape", "shape", "fits"),
    [((10, 500), (10, 500), True), ((10, 500), (10, None), True), ((10,), (1, 10), False), ((), (), True)],
)
def test_shapes_of_today_are_compared_as_they_are(
    stored_shape: tuple[int, ...], shape: tuple[int | None, ...], fits: bool
) -> None:
    assert StoredBlob(stored_shape).has_shape(shape) is fits


def test_a_solver_s_state_in_place_of_weights_is_told_with_its_weights() -> None:
    state = stored("SolverState", 'iter: 5000 learned_net: "a_iter_5000.caffemodel" history { shape { dim: 2 } }')
    with pytest.raises(NotReadableError, match=r"solver's state, whose weights are in `a_iter_5000.caffemodel`"):
        read_weights(held(state))
