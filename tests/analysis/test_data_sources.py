"""What data layers read is looked up where it is, and gives nets their real shapes."""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path

import pytest

from caffe_ls.analysis.data_sources import mean_files, source_files
from caffe_ls.analysis.documents import PrototxtDocument
from caffe_ls.analysis.nets import judged_nets, net_text
from caffe_ls.analysis.workspace import open_document
from caffe_ls.net.model import AnyShape
from caffe_ls.settings import Settings
from tests.analysis.disk import Disk
from tests.data_files.images import jpeg, png
from tests.weights.stored_files import stored

DATUM = r'channels: 3 height: 256 width: 320 label: 7 data: "..."'
LAYER = 'layer {{ name: "data" type: "{kind}" top: "data" top: "label" include {{ phase: TRAIN }} {fields} }}'


def _document(kind: str, fields: str, files: Mapping[str, bytes], settings: Settings | None = None) -> PrototxtDocument:
    disk = Disk({})
    disk.files.update(files)
    text = LAYER.format(kind=kind, fields=fields)
    return open_document("/desk/net.prototxt", text, settings or Settings(), disk.access, lambda path, data: None)


def _shapes(document: PrototxtDocument) -> list[AnyShape]:
    (net,) = judged_nets(document)
    return list(net.layers[0].top_shapes)


def _problem(document: PrototxtDocument) -> str:
    assert document.context.files is not None
    (found,) = source_files(net_text(document), document.context.files)
    return found.problem or found.unread


def _lmdb(folder: Path, *records: bytes) -> dict[str, bytes]:
    lmdb = pytest.importorskip("lmdb")
    with lmdb.open(str(folder), map_size=1 << 24) as environment, environment.begin(write=True) as transaction:
        for index, record in enumerate(records):
            transaction.put(b"%08d" % index, record)
    return {"/desk/train/data.mdb": (folder / "data.mdb").read_bytes()}


DATA = 'data_param { source: "train" batch_size: 4 backend: LMDB }'


def test_the_first_record_of_an_lmdb_gives_the_shape(tmp_path: Path) -> None:
    document = _document("Data", DATA, _lmdb(tmp_path, stored("Datum", DATUM)))
    assert _shapes(document) == [(4, 3, 256, 320), (4,)]
    assert judged_nets(document)[0].assumes == ()


def test_a_crop_is_taken_out_of_it(tmp_path: Path) -> None:
    document = _document(
        "Data", f"transform_param {{ crop_size: 227 }} {DATA}", _lmdb(tmp_path, stored("Datum", DATUM))
    )
    assert _shapes(document)[0] == (4, 3, 227, 227)


def test_the_data_goes_before_settings(tmp_path: Path) -> None:
    settings = Settings(data_shape="1x28x28")
    assert _shapes(_document("Data", DATA, _lmdb(tmp_path, stored("Datum", DATUM)), settings))[0] == (4, 3, 256, 320)
    assert _shapes(_document("Data", DATA, {}, settings))[0] == (4, 1, 28, 28)


@pytest.mark.parametrize(
    ("image", "transform", "shape"),
    [
        (jpeg(640, 480), "", (4, 3, 480, 640)),
        (png(64, 48, colour=0), "", (4, 1, 48, 64)),
        (png(64, 48, colour=0), "transform_param { force_color: true }", (4, 3, 48, 64)),
        (jpeg(640, 480), "transform_param { force_gray: true }", (4, 1, 480, 640)),
        (jpeg(640, 480, orientation=6), "transform_param { force_color: true }", (4, 3, None, None)),
    ],
)
def test_an_encoded_record_is_as_large_as_its_image(
    tmp_path: Path, image: bytes, transform: str, shape: AnyShape
) -> None:
    data = "".join(f"\\x{byte:02x}" for byte in image)
    record = stored("Datum", f'encoded: true data: "{data}"')
    assert _shapes(_document("Data", f"{transform} {DATA}", _lmdb(tmp_path, record)))[0] == shape


def test_records_are_counted(tmp_path: Path) -> None:
    document = _document("Data", DATA, _lmdb(tmp_path, *[stored("Datum", DATUM)] * 5))
    assert document.context.files is not None
    assert [found.records for found in source_files(net_text(document), document.context.files)] == [5]


def test_what_lies_above_and_has_but_its_name_in_common_is_an_assumption() -> None:
    files = {"/list.txt": b"a.jpg 3\n", "/a.jpg": jpeg(640, 480)}
    document = _document("ImageData", 'image_data_param { source: "list.txt" batch_size: 2 }', files)
    assert _shapes(document)[0] == (2, 3, 480, 640)
    assert judged_nets(document)[0].assumes == ("that `/list.txt` is read",)


def test_without_data_the_mean_file_tells_its_size() -> None:
    mean = stored("BlobProto", "num: 1 channels: 3 height: 8 width: 9")
    fields = f'transform_param {{ mean_file: "mean.binaryproto" }} {DATA}'
    assert _shapes(_document("Data", fields, {"/desk/mean.binaryproto": mean}))[0] == (4, 3, 8, 9)


def test_a_list_s_first_image_gives_the_shape() -> None:
    files = {"/desk/list.txt": b"cats/a.jpg 3\n", "/desk/images/cats/a.jpg": jpeg(640, 480)}
    source = 'image_data_param { source: "list.txt" batch_size: 2 root_folder: "images/" %s }'
    assert _shapes(_document("ImageData", source % "", files))[0] == (2, 3, 480, 640)
    assert _shapes(_document("ImageData", source % "is_color: false", files))[0] == (2, 1, 480, 640)
    assert _shapes(_document("ImageData", source % "new_height: 5 new_width: 6", files))[0] == (2, 3, 5, 6)
    shuffled = _document("ImageData", source % "shuffle: true", files)
    assert judged_nets(shuffled)[0].assumes == ("images that are all as large as the first",)


def test_datasets_of_the_first_hdf5_file_give_the_shapes_of_their_tops() -> None:
    h5py = pytest.importorskip("h5py")
    file = io.BytesIO()
    with h5py.File(file, "w") as h5:
        h5.create_dataset("data", shape=(500, 7), dtype="f4")
        h5.create_dataset("label", shape=(500, 2, 2), dtype="f4")
    files = {"/desk/files.txt": b"data/a.h5\n", "/desk/data/a.h5": file.getvalue()}
    document = _document("HDF5Data", 'hdf5_data_param { source: "files.txt" batch_size: 10 }', files)
    assert _shapes(document) == [(10, 7), (10, 2, 2)]
    document = _document(
        "HDF5Data", 'hdf5_data_param { source: "files.txt" batch_size: 10 }', files, Settings(data_shape="3x8x8")
    )
    assert _shapes(document)[0] == (10, 7)


def test_a_window_file_tells_the_channels() -> None:
    files = {"/desk/windows.txt": b"# 0\na.jpg\n1\n500\n353\n0\n"}
    fields = 'transform_param { crop_size: 100 } window_data_param { source: "windows.txt" batch_size: 8 }'
    assert _shapes(_document("WindowData", fields, files))[0] == (8, 1, 100, 100)


@pytest.mark.parametrize(
    ("kind", "fields", "files", "words"),
    [
        ("Data", DATA, {"/desk/train/CURRENT": b"", "/desk/train/MANIFEST-000004": b""}, "a LevelDB, not an LMDB"),
        ("Data", 'data_param { source: "train" }', {"/desk/train/data.mdb": b""}, "an LMDB, not a LevelDB"),
        ("Data", DATA, {"/desk/train": b"x"}, "it is a file"),
        ("Data", DATA, {"/desk/train/images.txt": b""}, "holds no database"),
        ("Data", DATA, {"/desk/train/data.mdb": b"x" * 9_000}, "no LMDB"),
        ("ImageData", 'image_data_param { source: "l" }', {"/desk/l": b""}, "empty"),
        ("HDF5Data", 'hdf5_data_param { source: "l" }', {"/desk/l": b""}, "the list is empty"),
        ("ImageData", 'image_data_param { source: "l" }', {"/desk/l": b"a.jpg 1\n"}, "first image is not there"),
        ("ImageData", 'image_data_param { source: "l" }', {"/desk/l/a.jpg": b"1"}, "it is a folder"),
        ("HDF5Data", 'hdf5_data_param { source: "l" }', {"/desk/l": b"\x89HDF\r\n\x1a\n"}, "reads a list"),
        ("WindowData", 'window_data_param { source: "l" }', {"/desk/l": b"hello"}, "does not begin"),
    ],
)
def test_what_cannot_be_used_is_told(kind: str, fields: str, files: dict[str, bytes], words: str) -> None:
    assert words in _problem(_document(kind, fields, files))


def test_a_mean_file_that_is_none_is_told() -> None:
    fields = f'transform_param {{ mean_file: "mean.npy" }} {DATA}'
    document = _document("Data", fields, {"/desk/mean.npy": b"\x93NUMPY\x01\x00v\x00{'descr'"})
    assert document.context.files is not None
    (found,) = mean_files(net_text(document), document.context.files)
    assert "NumPy" in found.problem


def test_a_file_is_looked_at_once_while_the_net_is_edited() -> None:
    disk = Disk({})
    disk.files["/desk/windows.txt"] = b"# 0\na.jpg\n1\n500\n353\n0\n"
    text = LAYER.format(kind="WindowData", fields='window_data_param { source: "windows.txt" }')
    access = disk.access
    for name in ("one", "two"):
        document = open_document(
            "/desk/net.prototxt", f'name: "{name}" {text}', Settings(), access, lambda path, data: None
        )
        judged_nets(document)
        if name == "one":
            disk.read_paths.clear()
    assert not [path for path in disk.read_paths if "windows" in path]
