"""rules, explain, fmt, upgrade and serve."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import pytest

from caffe_ls.rules.registry import all_rules
from tests.cli.running import run


def test_rules_are_listed_with_what_tools_need() -> None:
    rows = json.loads(run("rules", "--format", "json").out)
    assert [row["name"] for row in rows] == [rule.name for rule in all_rules()]
    assert set(rows[0]) == {"name", "category", "severity", "fixable", "summary", "reads"}
    assert {row["category"] for row in rows} <= {"format", "verdict", "training", "log", "style"}


def test_rules_are_listed_for_people_by_category() -> None:
    lines = run("rules").text.splitlines()
    assert lines[0] == "format"
    assert any(line.startswith("  unknown-field ") for line in lines)


def test_dialects_are_listed_bvlc_first() -> None:
    assert run("rules", "--dialects").text.startswith("bvlc ")
    assert json.loads(run("rules", "--dialects", "--format", "json").out)[0] == {"name": "bvlc", "title": "BVLC Caffe"}


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("I1121 01:30:00.000123 77 solver.cpp:218] Iteration 100, loss = 87.3365", "FLT_MIN"),
        ("    [Backward] Layer ip2, bottom blob ip1 diff: 1e+20", "far larger"),
        ("F1121 01:30:00.000123 77 common.cpp:66] Cannot use GPU in CPU-only Caffe: check mode.", "without CUDA"),
        ("    Test net output #0: accuracy = 0.1", "Output `accuracy`"),
    ],
)
def test_a_line_of_a_log_is_explained_by_itself(tmp_path: Path, line: str, told: str) -> None:
    answer = run("explain", line, cwd=tmp_path)
    assert answer.status == 0
    assert told in answer.text
    assert "None" not in answer.text


def test_what_is_neither_a_rule_nor_a_line_of_caffes_is_told(tmp_path: Path) -> None:
    answer = run("explain", "loss went up", cwd=tmp_path)
    assert answer.status == 2
    assert "no line of a log" in answer.told


@pytest.mark.parametrize("rule", [rule.name for rule in all_rules()])
def test_every_rule_is_explained(rule: str, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    from caffe_ls.cli.main import main

    assert main(["explain", rule]) == 0
    text = capsysbinary.readouterr().out.decode()
    assert text.startswith(f"# {rule}\n")
    assert text.count("```") % 2 == 0
    assert not re.search(r"^(Bad|Good)\b.*:\n(?!\n```prototxt\n)", text, re.MULTILINE)
    assert re.search(r"^Bad\b", text, re.MULTILINE)


def test_fmt_formats_in_place_and_says_so(tmp_path: Path) -> None:
    net = tmp_path / "net.prototxt"
    net.write_text('layer{name:"x"   type:"ReLU"}\n')
    assert run("fmt", "--check", net) == (1, f"{net}\n".encode(), b"caffe-ls: 1 file would change\n")
    assert run("fmt", net) == (0, b"", b"caffe-ls: 1 file formatted\n")
    formatted = net.read_text()
    assert formatted.replace(" ", "").replace("\n", "") == 'layer{name:"x"type:"ReLU"}'
    assert run("fmt", net) == (0, b"", b"")
    assert run("fmt", "--check", net).status == 0


def test_fmt_of_standard_input_prints(tmp_path: Path) -> None:
    assert run("fmt", "-", stdin=b'name:"\xff"\r\n') == (0, b'name: "\xff"\r\n', b"")
    assert run("fmt", "missing.prototxt", cwd=tmp_path).status == 2


def test_upgrade_prints_and_writes_nothing(tmp_path: Path) -> None:
    net = tmp_path / "net.prototxt"
    net.write_text('layers { name: "x" type: RELU } # old\n')
    answer = run("upgrade", net)
    assert answer == (0, b'layer { name: "x" type: "ReLU" } # old\n', b"")
    assert net.read_text() == 'layers { name: "x" type: RELU } # old\n'


def test_what_cannot_be_upgraded_is_said_with_its_place() -> None:
    answer = run("upgrade", "-", "--stdin-path", "a.prototxt", stdin=b"name: 'n'\nlayers { name = 1 }\n")
    assert answer.status == 1
    assert answer.out == b"name: 'n'\nlayers { name = 1 }\n"
    assert answer.told.startswith("caffe-ls: a.prototxt:2:15: ")


def test_without_arguments_and_without_a_terminal_it_is_the_server() -> None:
    body = json.dumps({"jsonrpc": "2.0", "method": "exit"}).encode()
    answer = run(stdin=b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
    assert b"usage" not in answer.error


@pytest.mark.skipif(os.name == "nt", reason="needs a pseudo-terminal")
def test_without_arguments_on_a_terminal_it_is_the_help() -> None:
    import pty
    import subprocess
    import sys

    from tests.cli.running import SERVER

    ours, theirs = pty.openpty()
    process = subprocess.run(
        [sys.executable, "-m", "caffe_ls"],
        stdin=theirs,
        capture_output=True,
        env={**os.environ, "PYTHONPATH": str(SERVER)},
        timeout=120,
        check=False,
    )
    os.close(ours)
    os.close(theirs)
    assert process.returncode == 2
    assert process.stdout.startswith(b"usage: caffe-ls ")
