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


# Fixes of nets, and of files that belong together.

_SEVERAL_FAULTS = """\
name: "several"
layer {
  name: "data" type: "DummyData" top: "data" top: "label"
  dummy_data_param { shape { dim: 8 dim: 3 dim: 16 dim: 16 } shape { dim: 8 } }
}
layer {
  name: "conv1" type: "Convolution" bottom: "dat" top: "conv1"
  convolution_param { num_output: 4 kernel_size: 3 }
}
layer { name: "bn1" type: "BatchNorm" bottom: "conv1" top: "conv1" }
layer { name: "relu1" type: "Relu" bottom: "conv1" top: "conv1" }
layer { name: "ip" type: "InnerProduct" bottom: "conv1" top: "ip" inner_product_param { num_output: 10 } }
layer { name: "loss" type: "SoftmaxWithLoss" bottom: "ipp" bottom: "label" top: "loss" }
"""
_RECURRENT = """\
layer {
  name: "d" type: "Input" top: "x" top: "cont"
  input_param { shape { dim: 20 dim: 4 dim: 8 } shape { dim: 20 dim: 4 } }
}
layer {
  name: "lstm" type: "LSTM" bottom: "x" bottom: "cont" top: "h"
  recurrent_param { num_output: 16 weight_filler { type: "xavier" } }
}
"""
_SOLVER = 'net: "net.prototxt"\nbase_lr: 0.1\nlr_policy: "fixed"\nmax_iter: 10\nsnapshot_prefix: "x"\n'


def test_faults_that_show_only_once_others_are_mended_are_mended_too(net: Path) -> None:
    net.write_text(_SEVERAL_FAULTS)
    found = check_json(net).rules
    # The filler of conv1 and what stands around its BatchNorm are judged where the net is connected.
    assert not {"bias-before-batch-norm", "layer-without-weights"} & set(found)
    answer = run("check", "--fix", "--unsafe", net)
    assert (answer.status, answer.out) == (0, b"1 file checked: nothing found\n")
    mended = net.read_text()
    for expected in ('bottom: "data"', '"ReLU"', 'type: "Scale"', 'bottom: "ip" ', "bias_term: false", "weight_filler"):
        assert expected in mended


def test_safe_fixes_alone_leave_the_unsafe_ones(net: Path) -> None:
    net.write_text(_SEVERAL_FAULTS)
    run("check", "--fix", net)
    mended = net.read_text()
    assert '"ReLU"' in mended
    assert "Scale" not in mended


def test_a_fix_in_another_file_is_left_to_the_user_and_said(tmp_path: Path) -> None:
    (tmp_path / "net.prototxt").write_text(_RECURRENT)
    (tmp_path / "solver.prototxt").write_text(_SOLVER)
    for how in ("--fix", "--diff"):
        answer = run("check", how, "--unsafe", "net.prototxt", cwd=tmp_path)
        assert answer.told == "caffe-ls: left 1 finding to you, since a fix there changes other files or settings\n"
    assert (tmp_path / "net.prototxt").read_text() == _RECURRENT
    assert (tmp_path / "solver.prototxt").read_text() == _SOLVER
    assert run("check", "net.prototxt", cwd=tmp_path).told == ""


@pytest.mark.parametrize("files", [["net.prototxt", "solver.prototxt"], ["solver.prototxt", "net.prototxt"]])
def test_a_file_is_judged_beside_what_the_others_became(tmp_path: Path, files: list[str]) -> None:
    (tmp_path / "net.prototxt").write_text(_RECURRENT)
    (tmp_path / "solver.prototxt").write_text(_SOLVER)
    diff = run("check", "--diff", "--unsafe", *files, cwd=tmp_path)
    assert b"+clip_gradients: 10" in diff.out
    assert "left" not in diff.told
    assert (tmp_path / "solver.prototxt").read_text() == _SOLVER
    answer = run("check", "--fix", "--unsafe", *files, cwd=tmp_path)
    assert answer.out == b"2 files checked: nothing found\n"
    assert "clip_gradients: 10" in (tmp_path / "solver.prototxt").read_text()


def test_standard_input_beside_a_file_is_read_once(tmp_path: Path) -> None:
    (tmp_path / "solver.prototxt").write_text(_SOLVER)
    answer = run(
        "check", "--fix", "--unsafe", "-", "solver.prototxt", "--stdin-path", "net.prototxt",
        stdin=_RECURRENT.encode(), cwd=tmp_path,
    )  # fmt: skip
    assert answer.out.decode() == _RECURRENT


@pytest.mark.parametrize(
    "net_text",
    [
        'layers {{ name: "conv1" type: CONVOLUTION bottom: "data" top: "conv1" blobs_lr: 1 blobs_lr: 2 blobs_lr: 2\n'
        "  convolution_param {{ num_output: 4 kernel_size: 3 }} }}\n"
        'layers {{ name: "prob" type: SOFTMAX bottom: "conv" top: "prob" }}\n',
        'layers {{ layer {{ name: "conv1" type: "conv" num_output: 4 kernelsize: 3 }} bottom: "data" top: "conv1" }}\n'
        'layers {{ layer {{ name: "prob" type: "softmax" }} bottom: "conv" top: "prob" }}\n',
    ],
    ids=["V1", "V0"],
)
def test_faults_of_old_layers_are_mended_together_with_their_form(net: Path, net_text: str) -> None:
    head = 'name: "old"\ninput: "data" input_dim: 8 input_dim: 3 input_dim: 16 input_dim: 16\n'
    net.write_text(head + net_text.format())
    assert run("check", "--fix", "--unsafe", net).out == b"1 file checked: nothing found\n"
    mended = net.read_text()
    assert "layers" not in mended
    assert 'type: "Softmax" bottom: "conv1"' in mended
    assert mended.count("param { lr_mult") in (0, 2)
