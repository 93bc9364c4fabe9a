"""Solvers find their nets, nets their solvers, and both the caffe.proto above them."""

from __future__ import annotations

import pytest

from caffe_ls.analysis import workspace
from caffe_ls.analysis.disk import find_named_file
from caffe_ls.analysis.documents import PrototxtDocument
from caffe_ls.analysis.workspace import (
    nearest_proto,
    nets_of_solver,
    open_document,
    solvers_of_net,
)
from caffe_ls.schema import catalog
from caffe_ls.schema.model import Schema
from caffe_ls.settings import Settings
from caffe_ls.syntax.parser import parse
from tests.analysis.disk import Disk

_NET = 'layer { name: "a" type: "ReLU" }\n'
_SSD_NET = 'layer { name: "p" type: "Permute" permute_param { order: 0 } }\n'
_SOLVER = 'net: "net.prototxt"\nbase_lr: 0.1\n'


def _open(disk: Disk, path: str, settings: Settings | None = None, start: str = "") -> PrototxtDocument:
    return open_document(
        path, disk.files[path].decode(), settings or Settings(), disk.access, _no_schema, start_directory=start
    )


def _no_schema(path: str, data: bytes) -> Schema | None:
    return None


@pytest.mark.parametrize(
    ("written", "start", "there", "found"),
    [
        ("models/net.prototxt", "/start", "/start/models/net.prototxt", "from the start directory"),
        ("/abs/net.prototxt", "/start", "/abs/net.prototxt", "from the start directory"),
        ("net.prototxt", "/start", "/project/models/x/net.prototxt", "beside the file"),
        ("../y/net.prototxt", "/start", "/project/models/y/net.prototxt", "beside the file"),
        ("models/x/net.prototxt", "", "/project/models/x/net.prototxt", "from a folder above the file"),
        ("examples/old/net.prototxt", "", "/project/models/x/net.prototxt", "by its name alone"),
        ("/home/someone/caffe/net.prototxt", "", "/project/models/x/net.prototxt", "beside the file"),
    ],
)
def test_a_named_file_is_found_as_caffe_would_or_as_users_keep_it(
    written: str, start: str, there: str, found: str
) -> None:
    disk = Disk({there: _NET})
    assert find_named_file(written, "/project/models/x/solver.prototxt", disk.read, start) == (there, found)


def test_caffes_own_way_comes_first() -> None:
    disk = Disk({"/start/net.prototxt": "", "/project/net.prototxt": "", "/net.prototxt": ""})
    assert find_named_file("net.prototxt", "/project/solver.prototxt", disk.read, "/start")[0] == "/start/net.prototxt"
    assert find_named_file("net.prototxt", "/project/solver.prototxt", disk.read)[0] == "/project/net.prototxt"


def test_what_is_not_there_is_not_found() -> None:
    disk = Disk({"/net.prototxt": "", "/project/n": ""})
    for written in ("other.prototxt", "", "a\0b", ".", "x/../../../.."):
        assert find_named_file(written, "/project/a/solver.prototxt", disk.read, "/start") == (None, None)
    assert find_named_file("net.prototxt", "/project/a/s.prototxt", disk.read, top="/project") == (None, None)


def test_all_nets_of_a_solver_are_linked_with_their_place() -> None:
    text = '# solver\ntrain_net: "a.prototxt"\ntest_net: ["b.prototxt", "gone" ".prototxt"]\nnet: 3\n'
    disk = Disk({"/w/a.prototxt": "", "/w/b.prototxt": ""})
    links = nets_of_solver("/w/solver.prototxt", parse(text), disk.read)
    assert [(link.field, link.written, text[slice(*link.span)], link.path) for link in links] == [
        ("train_net", "a.prototxt", '"a.prototxt"', "/w/a.prototxt"),
        ("test_net", "b.prototxt", '"b.prototxt"', "/w/b.prototxt"),
        ("test_net", "gone.prototxt", '"gone" ".prototxt"', None),
    ]


def test_the_solvers_of_a_net_are_those_in_its_folder_that_name_it() -> None:
    disk = Disk({
        "/w/x/net.prototxt": _NET,
        "/w/x/solver.prototxt": _SOLVER,
        "/w/x/quick.prototxt": 'net: "x/net.prototxt"\nbase_lr: 1\n',
        "/w/x/other_solver.prototxt": 'net: "other_net.prototxt"\n',
        "/w/x/notes.txt": "net: net.prototxt\n",
        "/w/solver.prototxt": 'net: "x/net.prototxt"\n',
    })  # fmt: skip
    assert solvers_of_net("/w/x/net.prototxt", disk.access) == ("/w/x/quick.prototxt", "/w/x/solver.prototxt")


def test_of_a_crowded_folder_only_what_is_called_a_solver_is_opened() -> None:
    nets = {f"/w/net{number}.prototxt": _NET for number in range(500)}
    disk = Disk({**nets, "/w/solver.prototxt": 'net: "net7.prototxt"\n', "/w/quick.prototxt": 'net: "net7.prototxt"\n'})
    assert solvers_of_net("/w/net7.prototxt", disk.access) == ("/w/solver.prototxt",)
    assert len(disk.read_paths) < 10


def test_a_solver_takes_the_dialect_of_its_net() -> None:
    disk = Disk({"/w/net.prototxt": _SSD_NET, "/w/solver.prototxt": _SOLVER})
    assert _open(disk, "/w/solver.prototxt").dialect == "ssd"


def test_a_net_takes_the_dialect_of_its_solver_and_of_the_solvers_other_nets() -> None:
    disk = Disk({
        "/w/train.prototxt": _NET,
        "/w/test.prototxt": _SSD_NET,
        "/w/solver.prototxt": 'train_net: "train.prototxt"\ntest_net: "test.prototxt"\n',
        "/v/net.prototxt": _NET,
        "/v/solver.prototxt": _SOLVER + 'eval_type: "detection"\nap_version: "11point"\n',
    })  # fmt: skip
    assert _open(disk, "/w/train.prototxt").dialect == "ssd"
    assert _open(disk, "/v/net.prototxt").dialect == "ssd"


def test_files_that_name_each_other_or_themselves_come_to_an_end() -> None:
    disk = Disk({"/w/a.prototxt": 'net: "b.prototxt"\n', "/w/b.prototxt": 'net: "a.prototxt"\nnet: "b.prototxt"\n'})
    assert _open(disk, "/w/a.prototxt").kind == "solver"


def test_a_dialect_that_is_set_needs_no_other_file() -> None:
    disk = Disk({"/w/net.prototxt": _SSD_NET, "/w/solver.prototxt": _SOLVER, "/w/caffe.proto": ""})
    assert _open(disk, "/w/solver.prototxt", Settings(dialect="bvlc")).dialect == "bvlc"
    assert disk.read_paths == []


@pytest.mark.parametrize("place", ["/w/a/caffe.proto", "/w/caffe.proto", "/w/src/caffe/proto/caffe.proto"])
def test_the_nearest_caffe_proto_is_found(place: str) -> None:
    disk = Disk({place: "", "/caffe.proto": ""})
    assert nearest_proto("/w/a/b/net.prototxt", disk.access) == place
    assert nearest_proto("/w/a/b/net.prototxt", disk.access, top="/w/a/b") is None


def test_the_users_schema_goes_before_a_guess_and_is_read_once() -> None:
    disk = Disk({"/caffe.proto": "", "/w/a.prototxt": _SSD_NET, "/w/b.prototxt": _NET})
    read: list[str] = []

    def read_schema(path: str, data: bytes) -> Schema | None:
        read.append(path)
        return catalog.load("bvlc-2014-07")

    access = disk.access
    for name in ("/w/a.prototxt", "/w/b.prototxt"):
        document = open_document(name, disk.files[name].decode(), Settings(), access, read_schema)
        assert document.dialect == "bvlc-2014-07"
    assert read == ["/caffe.proto"]


def test_a_document_has_the_path_that_is_shown() -> None:
    disk = Disk({"/w/net.prototxt": _NET})
    document = open_document("/w/net.prototxt", _NET, Settings(), disk.access, _no_schema, shown_path="net.prototxt")
    assert document.path == "net.prototxt"


def test_a_folder_named_with_a_slash_at_its_end_is_not_the_net_s_own() -> None:
    disk = Disk({"/desk/net.prototxt": _NET})
    there = {"/desk": True}
    assert find_named_file("/data/lmdb/", "/desk/net.prototxt", there.get) == (None, None)
    assert find_named_file("/", "/desk/net.prototxt", there.get) == (None, None)
    assert disk.read_paths == []


def test_entries_of_many_texts_are_forgotten_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workspace, "_MOST_ENTRIES", 10)
    monkeypatch.setattr(workspace, "_entries", {})
    for number in range(100):
        workspace.parsed(f'name: "n"\nbase_lr: {number}.25\nmax_iter: {number}\n')
        assert len(workspace._entries) <= 12
