"""Trained weights held against nets: what differs between Caffe's two formats, and several files."""

from __future__ import annotations

import io
from collections.abc import Mapping

import pytest

from caffe_ls.analysis.documents import PrototxtDocument
from caffe_ls.analysis.nets import judged_nets
from caffe_ls.analysis.trained_weights import Copy, copied, weights_files
from caffe_ls.analysis.workspace import open_document
from caffe_ls.settings import Settings
from tests.analysis.disk import Disk
from tests.weights.stored_files import weights_file

PARAM = "inner_product_param { num_output: 3 bias_term: false }"
NET = f"""
layer {{ name: "data" type: "Input" top: "data" input_param {{ shape {{ dim: 1 dim: 7 }} }} }}
layer {{ name: "a" type: "InnerProduct" bottom: "data" top: "a" param {{ name: "w" }} {PARAM} }}
layer {{ name: "b" type: "InnerProduct" bottom: "data" top: "b" param {{ name: "w" }} {PARAM} }}
"""


def _copy(net: str, weights: str, files: Mapping[str, bytes]) -> tuple[PrototxtDocument, Copy]:
    disk = Disk({})
    disk.files.update(files)
    document = open_document("/desk/net.prototxt", net, Settings(weights=weights), disk.access, lambda path, data: None)
    return document, copied(document, judged_nets(document)[0])


def _hdf5(*layers: tuple[str, tuple[tuple[int, ...], ...]]) -> bytes:
    h5py = pytest.importorskip("h5py")
    file = io.BytesIO()
    with h5py.File(file, "w") as h5:
        for name, shapes in layers:
            group = h5.create_group(f"data/{name}")
            for index, shape in enumerate(shapes):
                group.create_dataset(str(index), shape=shape, dtype="f4")
    return file.getvalue()


def test_an_hdf5_file_need_not_hold_parameters_that_are_another_layer_s() -> None:
    _, copy = _copy(NET, "/w.h5", {"/w.h5": _hdf5(("a", ((3, 7),)), ("b", ()))})
    assert copy.mismatches == ()


def test_a_protobuf_file_must_hold_them() -> None:
    stored = 'layer { name: "a" blobs { shape { dim: 3 dim: 7 } } } layer { name: "b" }'
    _, copy = _copy(NET, "/w", {"/w": weights_file(stored)})
    assert [mismatch.message for mismatch in copy.mismatches] == [
        "`b` has 1 parameter blob here, 0 parameter blobs in `w`"
    ]


def test_an_hdf5_file_may_not_hold_more() -> None:
    _, copy = _copy(NET, "/w.h5", {"/w.h5": _hdf5(("a", ((3, 7), (3,))))})
    assert len(copy.mismatches) == 1


def test_several_files_are_loaded_one_after_the_other() -> None:
    net = NET.replace('param { name: "w" }', "")
    one = weights_file(
        'layer { name: "a" blobs { shape { dim: 3 dim: 7 } } } layer { name: "c" blobs { shape { dim: 1 } } }'
    )
    two = weights_file('layer { name: "b" blobs { shape { dim: 3 dim: 7 } } }')
    document, copy = _copy(net, "/one,/two", {"/one": one, "/two": two})
    assert [file.name for file in weights_files(document)] == ["`one`", "`two`"]
    assert (copy.loaded, copy.unloaded, copy.mismatches) == ((1, 2), (), ())
    assert [layer.name for layer in copy.left_over] == ["c"]


def test_without_weights_nothing_is_copied() -> None:
    document, copy = _copy("layer { }", "", {})
    assert weights_files(document) == ()
    assert copy == Copy((), (), (), ())
