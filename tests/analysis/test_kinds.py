"""What a file is, told by its content, and by its name where the content does not tell."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from caffe_ls.analysis.kinds import kind_of, looks_like_log, may_be_caffe
from caffe_ls.syntax.parser import parse
from caffe_ls.text.source import decode


@pytest.mark.parametrize(
    ("path", "text", "kind"),
    [
        ("x.prototxt", 'name: "x"\nlayer { name: "a" }', "net"),
        ("x.prototxt", "layers { layer { } }", "net"),
        ("x.prototxt", 'net: "a"\nbase_lr: 1', "solver"),
        ("solver.prototxt", "", "solver"),
        ("net.prototxt", "", "net"),
        ("net.prototxt", "layer { name: ", "net"),
        ("net.prototxt", 'name: "x"', "net"),
        ("net.txt", "", "other"),
        ("labelmap.prototxt", 'item { name: "a" label: 1 }', "other"),
        ("config.pbtxt", 'name: "model" platform: "tensorflow_graphdef" max_batch_size: 8', "other"),
        ("solver.prototxt", 'net_param { layer { name: "a" } }\nbase_lr: 1', "solver"),
    ],
)
def test_the_kind(path: str, text: str, kind: str) -> None:
    assert kind_of(path, parse(text)) == kind


def test_a_log_is_known_by_its_prefix() -> None:
    assert looks_like_log("I0612 09:41:07.218344  4127 solver.cpp:45] Initializing solver\n")
    assert looks_like_log("nohup: ignoring input\nI20260612 09:41:07.218344  4127 solver.cpp:45] Initializing\n")
    assert not looks_like_log('layer { name: "I0612" }\n')


@pytest.mark.parametrize(
    "line",
    [
        r"I0612 09:41:07.218344  4127 C:\projects\caffe\src\caffe\solver.cpp:45] Initializing solver",
        "I0612 09:41:07.218344 0x7fff7d3f2310 solver.cpp:45] Initializing solver",
        "[1,0]<stderr>:I0612 09:41:07.218344  4127 solver.cpp:45] Initializing solver",
        "> I0612 09:41:07.218344  4127 solver.cpp:45] Initializing solver",
        "solver.cpp:45] Initializing solver from parameters:",
        "Initializing net from parameters:",
        "    [Forward] Layer conv1, top blob conv1 data: 0.1",
        "    Train net output #0: loss = 0.5 (* 1 = 0.5 loss)",
        "Iteration 100, lr = 0.01",
    ],
)
def test_a_log_is_known_whatever_stands_before_its_lines_or_was_taken_away(line: str) -> None:
    assert looks_like_log(f"{line}\n")
    assert not looks_like_log(f"# it said: {line}\nlayer {{ }}\n"), "a comment of a prototxt quotes logs"


def test_logs_of_other_programs_are_none_of_caffes() -> None:
    assert not looks_like_log("Iteration 1, loss = 0.51\nIteration 2, loss = 0.49\n")


@pytest.mark.shared
def test_the_kind_of_real_files(shared: Path) -> None:
    with (shared / "corpus" / "prototxt.tsv").open(newline="", encoding="utf-8") as table:
        rows = [row for row in csv.DictReader(table, delimiter="\t") if row["kind"] in ("net", "solver", "labelmap")]
    wrong = []
    for row in rows:
        text = decode((shared / "corpus" / row["path"]).read_bytes())
        kind = kind_of(row["path"], parse(text))
        if kind != row["kind"].replace("labelmap", "other"):
            wrong.append((row["path"], row["kind"], kind))
        if kind in ("net", "solver") and text.strip() and not may_be_caffe(text):
            wrong.append((row["path"], row["kind"], "overlooked in a folder"))
    assert wrong == []
