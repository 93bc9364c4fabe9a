"""The JSON of `check` is a promise to other programs."""

from __future__ import annotations

from pathlib import Path

import jsonschema
import pytest

from tests.cli.running import check_json

_PLACE = {name: {"type": "integer", "minimum": 1} for name in ("line", "column", "end_line", "end_column")}
_TEXT = {"type": "string"}
_TEXTS = {"type": "array", "items": _TEXT}


def _record(**properties: object) -> dict[str, object]:
    """An object with these properties, all of them, and no others."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


_FIX = _record(
    title=_TEXT,
    safe={"type": "boolean"},
    edits={"type": "array", "items": _record(path=_TEXT, **_PLACE, new_text=_TEXT)},
    new_files={"type": "array", "items": _record(path=_TEXT, text=_TEXT)},
)
_FINDING = _record(
    rule={"type": "string", "pattern": "^[a-z0-9]+(-[a-z0-9]+)*$"},
    severity={"enum": ["error", "warning", "information", "hint"]},
    stage={"enum": ["parse", "upgrade", "init", "first-iteration", None]},
    message=_TEXT,
    **_PLACE,
    phases={"type": "array", "items": {"enum": ["TRAIN", "TEST"]}},
    layer={"type": ["string", "null"]},
    assumes=_TEXTS,
    related={"type": "array", "items": _record(path=_TEXT, line={"type": "integer", "minimum": 1}, message=_TEXT)},
    fixes={"type": "array", "items": _FIX},
)
REPORT = _record(
    version={"const": 1},
    files={
        "type": "array",
        "items": _record(
            path=_TEXT,
            kind={"enum": ["net", "solver", "log", "other"]},
            dialect={"type": ["string", "null"]},
            findings={"type": "array", "items": _FINDING},
        ),
    },
)

_EXAMPLES = Path(__file__).resolve().parents[2] / "examples"


def test_a_report_has_the_promised_form() -> None:
    answer = check_json(_EXAMPLES)
    jsonschema.validate(answer.report, REPORT)
    assert len(answer.rules) > 5


@pytest.mark.shared
def test_reports_of_real_files_have_the_promised_form(shared: Path) -> None:
    report = check_json(shared / "oracle" / "mutants").report
    jsonschema.validate(report, REPORT)
    assert len(report["files"]) > 500


def test_a_path_is_printed_as_it_was_given(tmp_path: Path) -> None:
    (tmp_path / "nets").mkdir()
    (tmp_path / "nets" / "a.prototxt").write_text('name: "a"\nlayer { name: "x" type: "Input" top: "a" }\n')
    for given, printed in (
        ("./nets/a.prototxt", "./nets/a.prototxt"),
        ("nets//a.prototxt", "nets//a.prototxt"),
        ("nets/", "nets/a.prototxt"),
        (".", "./nets/a.prototxt"),
    ):
        assert [file["path"] for file in check_json(given, cwd=tmp_path).report["files"]] == [printed]


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_columns_are_code_points_and_lines_end_as_editors_end_them(line_end: str) -> None:
    text = line_end.join(['name: "naïve"', 'layer { name: "\U0001f600\u2028\x0c" type = "ReLU" }', ""])
    (finding,) = check_json("-", stdin=text.encode()).report["files"][0]["findings"]
    place = finding["line"], finding["column"], finding["end_line"], finding["end_column"]
    if line_end == "\r":
        assert place == (2, 26, 2, 27)
    else:
        assert place == (2, 26, 2, 27)


def test_a_fix_replaces_exactly_what_it_says() -> None:
    text = 'layer {\n\tname: "é" type = "Input" top: "a" }\n'
    report = check_json("-", "--stdin-path", "some/net.prototxt", stdin=text.encode()).report
    (finding,) = report["files"][0]["findings"]
    (edit,) = finding["fixes"][0]["edits"]
    assert edit["path"] == "some/net.prototxt"
    line = text.split("\n")[edit["line"] - 1]
    mended = line[: edit["column"] - 1] + edit["new_text"] + line[edit["end_column"] - 1 :]
    assert mended == '\tname: "é" type: "Input" top: "a" }'


def test_bytes_that_are_no_utf8_come_through() -> None:
    answer = check_json(
        "-", "--stdin-path", "net.prototxt", stdin=b'nme: "\xff"\nlayer { name: "a" type: "Input" top: "a" }\n'
    )
    assert answer.rules == ["unknown-field"]
    assert answer.out.isascii()


def test_a_file_of_another_program_has_no_findings_and_no_dialect(tmp_path: Path) -> None:
    label_map = tmp_path / "labelmap.prototxt"
    label_map.write_text('item { name: "none_of_the_above" label: 0 display_name: "background" }\n')
    (file,) = check_json(label_map).report["files"]
    assert file == {"path": str(label_map), "kind": "other", "dialect": None, "findings": []}
