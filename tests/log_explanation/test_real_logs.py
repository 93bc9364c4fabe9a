"""Explanations over real logs: every kind of line has one, none raises, and healthy runs are not called ill."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from caffe_ls.analysis.log_document import LogDocument, log_document
from caffe_ls.log_explanation.explain import explain

pytestmark = pytest.mark.shared

_LARGEST = 1_000_000
_OF_A_KIND = 4
_ALARMS = ("overflow", "may diverge", "nan", "dead", "saturated", "every unit is off")


def documents(shared: Path) -> Iterator[LogDocument]:
    for path in sorted((shared / "logs").rglob("*")):
        if path.is_file() and path.suffix in (".log", ".txt") and path.stat().st_size < _LARGEST:
            yield log_document(str(path), path.read_bytes())


def test_lines_of_every_kind_are_explained(shared: Path) -> None:
    unexplained: Counter[str] = Counter()
    for document in documents(shared):
        seen: Counter[str] = Counter()
        for row in range(document.text.line_count):
            line = document.line(row)
            if line is None:
                continue
            seen[line.kind] += 1
            if seen[line.kind] <= _OF_A_KIND and explain(document, row) is None:
                unexplained[line.kind] += 1
    # Of Caffe's other messages many say all that there is to say.
    assert set(unexplained) <= {"message"}


def test_the_lines_of_healthy_runs_alarm_nobody(shared: Path) -> None:
    alarms = []
    for told in (shared / "logs/truth.jsonl").read_text("utf-8").splitlines():
        truth = json.loads(told)
        path = shared / "logs" / truth["scenario"] / "train.log"
        if not truth["healthy"] or not path.exists() or truth["first_nonfinite"] is not None:
            continue
        document = log_document(str(path), path.read_bytes())
        rows = range(document.text.line_count)
        for row in random.Random(1).sample(rows, min(1_500, len(rows))):
            found = explain(document, row)
            said = [part for part in (found.markdown.split("\n\n") if found else ()) if part.startswith("**Now**")]
            alarms += [(truth["scenario"], row + 1, part) for part in said if any(word in part for word in _ALARMS)]
    # A recurrent net's loss jumps once before clipping holds it.
    assert len(alarms) <= 2, alarms
