"""No rule calls an error what the real Caffe accepts, and what its parser refuses is one."""

from __future__ import annotations

import json
import lzma
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from caffe_ls.analysis.documents import PrototxtDocument
from caffe_ls.rules.checking import check
from caffe_ls.rules.finding import Finding, Severity
from caffe_ls.settings import Settings
from caffe_ls.text.source import decode

pytestmark = pytest.mark.shared

# These rest on shapes of data that the oracle fixed by options; parity.py asks them with the same options.
_WITHOUT_SHAPES = ("format", "verdict")


@pytest.mark.parametrize("dialect", ["bvlc", "ssd"])
def test_no_error_on_what_caffe_accepts_and_one_on_what_it_does_not_parse(shared: Path, dialect: str) -> None:
    false_errors, missed = [], []
    by_path: dict[str, tuple[Finding, ...]] = {}
    for row in _verdicts(shared, dialect):
        if row["file"] not in by_path:
            by_path[row["file"]] = _errors(shared / "corpus" / row["file"], dialect)
        errors = [error for error in by_path[row["file"]] if not error.phases or row["phase"] in error.phases]
        if row["verdict"] == "accept" and errors:
            false_errors.append((row["file"], row["phase"], errors[0].rule, errors[0].message))
        if row["stage"] == "parse" and not errors:
            missed.append(row["file"])
    assert false_errors == []
    assert missed == []


def _errors(path: Path, dialect: str) -> tuple[Finding, ...]:
    settings = Settings(dialect=dialect, data_shape="3x227x227", select=_WITHOUT_SHAPES)
    document = PrototxtDocument(str(path), decode(path.read_bytes()), settings)
    return tuple(finding for finding in check(document) if finding.severity is Severity.ERROR)


def _verdicts(shared: Path, dialect: str) -> Iterator[dict[str, Any]]:
    folder = shared / "oracle" if dialect == "bvlc" else shared / "oracle" / dialect
    with lzma.open(folder / "verdicts.jsonl.xz", "rt", encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            if row["verdict"] in ("accept", "reject") and not row.get("environment"):
                yield row
