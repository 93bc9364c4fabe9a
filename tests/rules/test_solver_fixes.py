"""Every fix of a finding in a solver, tried on solvers of the corpus and on those that were made wrong."""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from caffe_ls.analysis.documents import PrototxtDocument
from caffe_ls.rules.checking import check
from caffe_ls.rules.finding import Finding, Severity
from caffe_ls.rules.registry import all_rules
from caffe_ls.settings import Settings
from caffe_ls.text.edit import apply_edits
from caffe_ls.text.source import decode

pytestmark = pytest.mark.shared

# A name that was misspelt may be one that needs more than the text has.
_NAMES = {rule.name for rule in all_rules() if rule.name.startswith("unknown-")}
_OF_SOLVERS = {rule.name for rule in all_rules() if rule.reads == "solver"}


def test_a_fix_mends_its_finding_and_brings_no_other(shared: Path) -> None:
    wrong, tried = [], 0
    for path, dialect in _solvers(shared):
        text = decode(path.read_bytes())
        before = _findings(text, dialect)
        known = Counter(finding.rule for finding in before)
        for finding in before:
            for change in finding.fixes if finding.rule in _OF_SOLVERS else ():
                after = _findings(apply_edits(text, [edit.edit for edit in change.edits]), dialect)
                left = Counter(one.rule for one in after)
                fresh = [
                    one.rule for one in after if left[one.rule] > known[one.rule] and one.severity != Severity.HINT
                ]
                stays = left[finding.rule] >= known[finding.rule] and bool(change.edits)
                tried += 1
                if stays or (fresh and finding.rule not in _NAMES):
                    wrong.append((path, finding.message, change.title, fresh))
    assert wrong == []
    assert tried > 500


def _findings(text: str, dialect: str) -> tuple[Finding, ...]:
    return check(PrototxtDocument("solver.prototxt", text, Settings(dialect=dialect), kind="solver"))


def _solvers(shared: Path) -> Iterator[tuple[Path, str]]:
    with (shared / "corpus" / "prototxt.tsv").open(newline="", encoding="utf-8") as table:
        for row in csv.DictReader(table, delimiter="\t"):
            if row["kind"] == "solver":
                yield shared / "corpus" / row["path"], "auto"
    for dialect, folder in (("bvlc", shared / "oracle"), ("ssd", shared / "oracle" / "ssd")):
        with (folder / "mutants.jsonl").open(encoding="utf-8") as lines:
            for mutant in map(json.loads, lines):
                if mutant["verdicts"][0]["phase"] is None:
                    yield folder / "mutants" / f"{mutant['id']}.prototxt", dialect
        yield from ((path, dialect) for path in sorted((folder / "solvers").iterdir()))
