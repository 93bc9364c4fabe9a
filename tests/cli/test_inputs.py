"""Which files are read, and what is said of those that cannot be."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.cli.running import check_json, run

_NET = 'name: "n"\nlayer { name: "a" type: "Input" top: "a" }\n'


def _write(folder: Path, *paths: str, text: str = _NET) -> None:
    for path in paths:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)


def _paths(*arguments: str, cwd: Path) -> list[str]:
    return [file["path"] for file in check_json(*arguments, cwd=cwd).report["files"]]


def test_folders_are_searched_for_what_is_caffes_by_content(tmp_path: Path) -> None:
    _write(
        tmp_path,
        "b.prototxt",
        "a/n.pbtxt",
        "a/n.pt",
        "a/n.txt",
        "a/n.cfg",
        ".git/n.prototxt",
        "a/.x/n.prototxt",
        ".n.prototxt",
    )
    _write(tmp_path, "synset.txt", text="n01440764 tench, Tinca tinca\n")
    _write(tmp_path, "labelmap.prototxt", text='item { name: "x" label: 0 }\n')
    _write(tmp_path, "README.txt", text="Read me\nnet: work\n")
    found = _paths(".", cwd=tmp_path)
    assert [path for path in found if path != "./README.txt"] == [
        "./b.prototxt",
        "./a/n.pbtxt",
        "./a/n.pt",
        "./a/n.txt",
    ]


def test_a_file_that_is_named_is_judged_whatever_its_name(tmp_path: Path) -> None:
    _write(tmp_path, "n.cfg", ".n.prototxt", ".git/n.prototxt")
    given = ["n.cfg", ".n.prototxt", ".git/n.prototxt"]
    report = check_json(*given, cwd=tmp_path).report
    assert [(file["path"], file["kind"]) for file in report["files"]] == [(path, "net") for path in given]


def test_a_file_is_reported_once(tmp_path: Path) -> None:
    _write(tmp_path, "n.prototxt")
    assert _paths("n.prototxt", "n.prototxt", cwd=tmp_path) == ["n.prototxt"]


def test_a_folder_without_files_is_said(tmp_path: Path) -> None:
    answer = check_json(".", cwd=tmp_path)
    assert (answer.status, answer.report["files"]) == (0, [])
    assert answer.told == "caffe-ls: no file of Caffe's found in .\n"


def test_missing_files_are_said_and_the_others_are_checked(tmp_path: Path) -> None:
    _write(tmp_path, "n.prototxt")
    answer = check_json("missing.prototxt", "n.prototxt", cwd=tmp_path)
    assert answer.status == 2
    assert [file["path"] for file in answer.report["files"]] == ["n.prototxt"]
    assert answer.told == "caffe-ls: missing.prototxt: no such file or directory\n"


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_files_that_may_not_be_read_are_said(tmp_path: Path) -> None:
    _write(tmp_path, "n.prototxt", "secret/n.prototxt")
    (tmp_path / "n.prototxt").chmod(0)
    (tmp_path / "secret").chmod(0)
    answer = check_json(".", cwd=tmp_path)
    (tmp_path / "secret").chmod(0o700)
    assert answer.status == 2
    assert answer.told == "caffe-ls: ./secret: permission denied\ncaffe-ls: ./n.prototxt: permission denied\n"


def test_standard_input_is_judged_as_the_file_that_its_path_names(tmp_path: Path) -> None:
    _write(tmp_path, "solver.prototxt", text="")
    report = check_json("-", "--stdin-path", "solver.prototxt", stdin=b"", cwd=tmp_path).report
    assert [(file["path"], file["kind"]) for file in report["files"]] == [("solver.prototxt", "solver")]


def test_the_kind_can_be_given(tmp_path: Path) -> None:
    _write(tmp_path, "x.txt", text='name: "x"\n')
    for kind in ("net", "solver", "log"):
        assert check_json("--kind", kind, "x.txt", cwd=tmp_path).report["files"][0]["kind"] == kind


def test_logs_are_recognised_and_their_findings_stand_on_their_lines(tmp_path: Path) -> None:
    log = "I0612 09:41:07.218344  4127 solver.cpp:45] Initializing solver from parameters: \r\nbase_lr: 0.01\r\n"
    log += "I0612 09:41:08.000000  4127 sgd_solver.cpp:1] Iteration 0, lr = -nan\r\n"
    _write(tmp_path, "train.txt", text=log)
    (file,) = run("check", "--format", "json", ".", cwd=tmp_path).report["files"]
    assert (file["kind"], file["dialect"]) == ("log", "bvlc")
    found = {(finding["rule"], finding["line"], finding["end_column"]) for finding in file["findings"]}
    assert ("rate-is-no-number", 3, 69) in found
    ignored = run("check", "--format", "json", "--ignore", "log", ".", cwd=tmp_path).report["files"]
    assert [one["findings"] for one in ignored] == [[]]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_pipes_and_links_in_circles_do_not_hold_up_a_search(tmp_path: Path) -> None:
    _write(tmp_path, "n.prototxt")
    os.mkfifo(tmp_path / "pipe.prototxt")
    (tmp_path / "circle.prototxt").symlink_to(tmp_path / "circle.prototxt")
    (tmp_path / "folder").symlink_to(tmp_path)
    assert _paths(".", cwd=tmp_path) == ["./n.prototxt"]


def test_paths_that_are_no_utf8_come_through(tmp_path: Path) -> None:
    path = os.fsdecode(b"n\xff.prototxt")
    try:
        _write(tmp_path, path)
    except OSError:
        pytest.skip("this file system takes UTF-8 only")
    assert run("check", "--fail-on", "error", path, cwd=tmp_path).status == 0
    assert _paths(path, cwd=tmp_path) == [path]
