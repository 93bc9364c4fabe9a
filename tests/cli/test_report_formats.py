"""Reports for build servers."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import jsonschema
import pytest

from tests.cli.running import run

# docs/decisions/0008-the-sarif-schema-comes-from-npm.md
_SCHEMA = (
    Path(__file__).resolve().parents[2]
    / "client-vscode/node_modules/@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json"
)
_FAULTY = 'name: "100%, é"\nlayer { nmae: "a"\n type: "Input" top: "a" }\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "a b").mkdir()
    (tmp_path / "a b" / "net.prototxt").write_text(_FAULTY)
    (tmp_path / "clean.prototxt").write_text('layer { name: "x" type: "Input" top: "a" }\n')
    return tmp_path


def test_sarif_has_rules_places_and_fixes(folder: Path) -> None:
    log = json.loads(run("check", "--format", "sarif", ".", cwd=folder).out)
    assert log["version"] == "2.1.0"
    (report,) = log["runs"]
    (result,) = report["results"]
    rule = report["tool"]["driver"]["rules"][result["ruleIndex"]]
    assert rule["id"] == result["ruleId"] == "unknown-field"
    assert rule["shortDescription"]["text"]
    place = {"startLine": 2, "startColumn": 9, "endLine": 2, "endColumn": 13}
    (location,) = result["locations"]
    assert location["physicalLocation"] == {"artifactLocation": {"uri": "a%20b/net.prototxt"}, "region": place}
    (change,) = result["fixes"][0]["artifactChanges"]
    assert change["replacements"] == [{"deletedRegion": place, "insertedContent": {"text": "name"}}]


def test_sarif_knows_a_finding_again_when_lines_move_above_it(folder: Path) -> None:
    def prints() -> list[dict[str, str]]:
        log = json.loads(run("check", "--format", "sarif", ".", cwd=folder).out)
        return [result["partialFingerprints"] for result in log["runs"][0]["results"]]

    before = prints()
    (folder / "a b" / "net.prototxt").write_text("# one line more\n" + _FAULTY)
    assert prints() == before
    (folder / "a b" / "net.prototxt").write_text(_FAULTY.replace("nmae", "mnae"))
    assert prints() != before


@pytest.mark.skipif(not _SCHEMA.exists(), reason="needs the npm package @microsoft/jest-sarif in client-vscode")
def test_sarif_is_as_its_schema_says(folder: Path) -> None:
    schema = json.loads(_SCHEMA.read_text(encoding="utf-8"))
    (folder / "solver.prototxt").write_text('net: "a b/net.prototxt" solver_type: ADAM\n')
    log = json.loads(run("check", "--format", "sarif", ".", cwd=folder).out)
    assert log["runs"][0]["results"]
    jsonschema.Draft4Validator(schema).validate(log)


def test_junit_fails_a_test_for_each_finding(folder: Path) -> None:
    answer = run("check", "--format", "junit", ".", cwd=folder)
    suites = ElementTree.fromstring(answer.out)
    assert {suite.get("name"): suite.get("failures") for suite in suites} == {
        "./clean.prototxt": "0",
        "./a b/net.prototxt": "1",
    }
    assert [case.get("name") for case in suites.iter("testcase") if case.find("failure") is not None] == [
        "unknown-field at 2:9"
    ]


def test_junit_is_xml_whatever_the_file_holds(folder: Path) -> None:
    (folder / "net.prototxt").write_bytes(b'layer { \x01<&"\xff: 1 ]]> }\nlayer { name: "\x08" nmae: "x" }\n')
    ElementTree.fromstring(run("check", "--format", "junit", "net.prototxt", cwd=folder).out)


def test_github_gets_annotations(folder: Path) -> None:
    answer = run("check", "--format", "github", ".", cwd=folder)
    (line,) = answer.text.splitlines()
    properties, _, message = line.removeprefix("::error ").partition("::")
    assert properties == "file=a b/net.prototxt,line=2,endLine=2,col=9,endColumn=12,title=unknown-field"
    assert "nmae" in message
    assert "%" not in message.replace("%25", "")
