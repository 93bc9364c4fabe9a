"""What people and editors read."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from rich.console import Console

from caffe_ls.analysis.documents import PrototxtDocument
from caffe_ls.cli.formats.terminal import show
from caffe_ls.cli.report import FileReport, Report
from caffe_ls.rules.checking import check
from tests.cli.running import run

_NET = 'name: "n"\nlayer { name: "a" type = "ReLU" }\n'


def test_piped_text_is_one_line_for_each_finding_and_a_summary() -> None:
    answer = run("check", "-", stdin=_NET.encode())
    assert answer.text == (
        "-:2:24: error: expected `:` after `type`, found `=` [syntax-error]\n1 file checked: 1 error; --fix mends 1\n"
    )


def test_nothing_found_is_said() -> None:
    answer = run("check", "-", stdin=b'layer { name: "a" type: "Input" top: "a" }')
    assert answer == (0, b"1 file checked: nothing found\n", b"")


def test_a_file_cannot_steer_the_terminal() -> None:
    answer = run("check", "-", stdin=b'layer { name: "a" type: "Input" top: "a" \x1b[31mred: 1 }')
    assert answer.status == 1
    assert b"\x1b" not in answer.out + answer.error


def _shown(text: str, width: int = 80, **settings: bool) -> str:
    document = PrototxtDocument("net.prototxt", text)
    report = FileReport("net.prototxt", document.kind, document.dialect, document.source, check(document))
    output = io.StringIO()
    show(Report((report,)), Console(file=output, width=width, highlight=False, **settings))
    return output.getvalue()


def test_a_terminal_shows_the_line_with_the_place_underlined_and_the_fix() -> None:
    assert _shown(_NET) == (
        "net.prototxt:2:24 error [syntax-error]\n"
        "  expected `:` after `type`, found `=`\n"
        '     2 | layer { name: "a" type = "ReLU" }\n'
        "       |                        ^\n"
        "  fix: Replace `=` by `:` (--fix)\n"
        "\n"
        "1 file checked: 1 error; --fix mends 1\n"
    )


def test_the_mark_stands_below_its_text_behind_tabs_and_wide_characters() -> None:
    lines = _shown('layer {\tname: "漢字"\ttype = "ReLU" }').split("\n")
    assert lines[2] == '     1 | layer {    name: "漢字"    type = "ReLU" }'
    assert lines[3] == "       | " + " " * 32 + "^"


@pytest.mark.parametrize("width", [40, 60, 80, 200])
def test_a_long_line_is_cut_around_the_place(width: int) -> None:
    text = "layer { " + "loss_weight: 1 " * 200 + 'type = "Silence" ' + "loss_weight: 1 " * 200 + "}"
    lines = _shown(text, width).split("\n")
    assert max(len(line) for line in lines[2:4]) <= width
    assert lines[2][lines[3].index("^")] == "="


def test_colours_only_where_they_are_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "\x1b[" in _shown(_NET, force_terminal=True)
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[3" not in _shown(_NET, force_terminal=True)


def test_output_is_utf8_in_any_locale(tmp_path: Path) -> None:
    net = tmp_path / "ñandú.prototxt"
    net.write_text(_NET)
    for environment in ({"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONIOENCODING": "ascii"}, {"LC_ALL": "C.UTF-8"}):
        answer = run("check", net.name, cwd=tmp_path, environment=environment)
        assert answer.text.startswith("ñandú.prototxt:2:24: error: ")
