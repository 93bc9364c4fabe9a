"""--fix, --unsafe and --diff."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.cli.running import check_json, run

_FAULTY = b'\xef\xbb\xbf# caf\xe9\r\nname: "n"\r\nlayer {\tnmae: "a" type = "Input" top: "a" }'
_MENDED = b'# caf\xe9\r\nname: "n"\r\nlayer {\tname: "a" type: "Input" top: "a" }'


@pytest.fixture
def net(tmp_path: Path) -> Path:
    path = tmp_path / "net.prototxt"
    path.write_bytes(_FAULTY)
    return path


def test_safe_fixes_are_applied_in_place_and_nothing_else_changes(net: Path) -> None:
    answer = run("check", "--fix", net)
    assert net.read_bytes() == _MENDED
    assert answer == (0, b"1 file checked: nothing found\n", b"caffe-ls: mended 3 findings in 1 file\n")


def test_unsafe_fixes_only_when_asked_for(net: Path) -> None:
    net.write_text('layer { name: "a" name: "b" type: "Input" top: "a" }\n')
    assert run("check", "--fix", net).status == 1
    assert net.read_text() == 'layer { name: "a" name: "b" type: "Input" top: "a" }\n'
    assert run("check", "--fix", "--unsafe", net).status == 0
    assert net.read_text() == 'layer { name: "a" type: "Input" top: "a" }\n'


def test_fixing_twice_changes_nothing_more(net: Path) -> None:
    run("check", "--fix", "--unsafe", net)
    once = net.read_bytes()
    assert run("check", "--fix", "--unsafe", net).told == ""
    assert net.read_bytes() == once


def test_a_file_without_fixes_is_not_written(net: Path) -> None:
    net.write_bytes(_MENDED)
    before = net.stat().st_mtime_ns
    run("check", "--fix", net)
    assert net.stat().st_mtime_ns == before


def test_standard_input_is_printed_mended_and_the_report_goes_to_standard_error(tmp_path: Path) -> None:
    (tmp_path / "net.prototxt").write_bytes(b"untouched")
    answer = run("check", "--fix", "-", "--stdin-path", "net.prototxt", stdin=_FAULTY, cwd=tmp_path)
    assert (answer.status, answer.out) == (0, _MENDED)
    assert "1 file checked: nothing found" in answer.told
    assert (tmp_path / "net.prototxt").read_bytes() == b"untouched"


def test_a_diff_is_printed_and_nothing_written(net: Path) -> None:
    answer = run("check", "--diff", net.name, cwd=net.parent)
    assert answer.status == 1
    assert answer.out.startswith(b"--- net.prototxt\n+++ net.prototxt\n@@ ")
    assert net.read_bytes() == _FAULTY
    assert answer.told == "caffe-ls: would mend 3 findings in 1 file\n"


def test_nothing_to_change_is_an_empty_diff(net: Path) -> None:
    net.write_bytes(_MENDED)
    assert run("check", "--diff", net) == (0, b"", b"")


@pytest.mark.skipif(shutil.which("patch") is None, reason="needs patch")
@pytest.mark.parametrize("end", [b"", b"\n", b"\r\n"])
def test_patch_takes_the_diff(net: Path, end: bytes) -> None:
    net.write_bytes(_FAULTY + end)
    diff = run("check", "--diff", net.name, cwd=net.parent).out
    subprocess.run(["patch", "--binary", "-p0"], input=diff, cwd=net.parent, check=True, capture_output=True)
    assert net.read_bytes() == _MENDED + end


def test_a_file_that_cannot_be_written_is_said(net: Path) -> None:
    target = net.parent / "folder"
    target.mkdir()
    answer = run("check", "--fix", "--format", "json", net, target / "missing.prototxt")
    assert answer.status == 2
    assert net.read_bytes() == _MENDED


def test_the_fixes_of_the_examples_leave_nothing_to_report(tmp_path: Path) -> None:
    examples = Path(__file__).resolve().parents[2] / "examples"
    for path in examples.glob("*.prototxt"):
        shutil.copy(path, tmp_path)
    run("check", "--fix", "--unsafe", tmp_path)
    assert check_json("--select", "format,style", tmp_path).rules == []
