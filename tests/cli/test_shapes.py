"""`caffe-ls shapes`: one net, in every phase asked, for people and for programs."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest

from caffe_ls.cli.main import main

_NET = """\
name: "tiny"
layer { name: "data" type: "Data" top: "data" top: "label" include { phase: TRAIN }
        data_param { source: "db" batch_size: 8 } }
layer { name: "data" type: "Input" top: "data" include { phase: TEST }
        input_param { shape { dim: 1 dim: 3 dim: 4 dim: 4 } } }
layer { name: "fc" type: "InnerProduct" bottom: "data" top: "fc" inner_product_param { num_output: 2 } }
layer { name: "loss" type: "SoftmaxWithLoss" bottom: "fc" bottom: "label" include { phase: TRAIN } }
layer { name: "prob" type: "Softmax" bottom: "fc" top: "prob" include { phase: TEST } }
"""


@pytest.fixture
def net(tmp_path: Path) -> str:
    path = tmp_path / "net.prototxt"
    path.write_text(_NET, "utf-8")
    return str(path)


def _json(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[dict[str, Any]]:
    assert main(["shapes", "--format", "json", *arguments]) == 0
    answer: list[dict[str, Any]] = json.loads(capsys.readouterr().out)
    return answer


def test_json_has_a_net_for_each_phase(net: str, capsys: pytest.CaptureFixture[str]) -> None:
    train, test = _json(capsys, net, "--data-shape", "3x4x4", "--batch", "2")
    assert (train["phase"], test["phase"]) == ("TRAIN", "TEST")
    assert train["layers"][1] == {
        "name": "fc",
        "type": "InnerProduct",
        "bottoms": ["data"],
        "tops": ["fc"],
        "top_shapes": [[2, 2]],
        "param_shapes": [[2, 48], [2]],
        "macs": 192,
        "needs_backward": True,
        "loss_weights": [0.0],
    }
    assert train["layers"][2]["tops"] == ["(automatic)"]
    assert train["blobs"] == {"data": [2, 3, 4, 4], "label": [2], "fc": [2, 2], "(automatic)": []}
    assert (train["params"], train["data_memory_bytes"]) == (98, 4 * (96 + 2 + 4 + 1))
    assert test["blobs"] == {"data": [1, 3, 4, 4], "fc": [1, 2], "prob": [1, 2]}


def test_what_is_unknown_is_null(net: str, capsys: pytest.CaptureFixture[str]) -> None:
    (train,) = _json(capsys, net, "--phase", "TRAIN")
    assert train["blobs"]["data"] == [8, None, None, None]
    assert train["layers"][1]["param_shapes"] == [[2, None], [2]]
    assert (train["params"], train["data_memory_bytes"]) == (None, None)


def test_csv_has_a_row_for_each_layer(net: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["shapes", "--format", "csv", "--phase", "TEST", net]) == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert [(row["phase"], row["name"], row["top_shapes"]) for row in rows] == [
        ("TEST", "data", "1x3x4x4"),
        ("TEST", "fc", "1x2"),
        ("TEST", "prob", "1x2"),
    ]


def test_the_table_shows_shapes_and_sums(net: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["shapes", net, "--phase", "TEST"]) == 0
    out = capsys.readouterr().out
    assert "1 x 3 x 4 x 4" in out
    assert "parameters 98" in out


def test_where_caffe_would_stop_is_told_once_and_is_an_error_status(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "net.prototxt"
    path.write_text(_NET.replace('bottom: "data"', 'bottom: "dta"'), "utf-8")
    assert main(["shapes", "--format", "json", str(path)]) == 1
    told = capsys.readouterr().err.splitlines()
    assert len(told) == 1
    assert f"{path}:6:49: no layer above makes the blob `dta`" in told[0]


@pytest.mark.parametrize("text", ['base_lr: 0.1 net: "n" lr_policy: "fixed"', 'person { name: "Ada" age: 36 }'])
def test_other_files_are_refused_in_words(tmp_path: Path, text: str, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "other.prototxt"
    path.write_text(text, "utf-8")
    assert main(["shapes", str(path)]) == 2
    assert str(path) in capsys.readouterr().err
