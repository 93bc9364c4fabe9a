"""The runs of known truth, as they are and as people hand them on: the root cause is named in all of them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from caffe_ls.diagnosis.diagnosing import diagnose
from tests.training_log.logs import read

pytestmark = pytest.mark.shared

_PREFIX = re.compile(rb"^[IWEF]\d{4,8} \d\d:\d\d:\d\d\.\d+\s+\d+ [^\]]+\] ?", re.MULTILINE)
_DEBUG = re.compile(rb"^[^\n]*\[(?:Forward|Backward)\][^\n]*\n", re.MULTILINE)
_LARGE = 20_000_000


def _as_it_is(log: bytes) -> bytes:
    return log


def _without_prefixes(log: bytes) -> bytes:
    return _PREFIX.sub(b"", log)


def _without_debug_lines(log: bytes) -> bytes:
    return _DEBUG.sub(b"", log)


def _with_noise(log: bytes) -> bytes:
    lines = log.split(b"\n")
    return b"\n".join(
        line + b"\n2021-03-04 12:00:00 WARNING of another program" if at % 7 == 3 and _PREFIX.match(line) else line
        for at, line in enumerate(lines)
    )


# Without debug lines some faults cannot be seen at all: MAX pooling swallows what an empty window gives.
@pytest.mark.parametrize(
    ("change", "least"),
    [(_as_it_is, 0.99), (_without_prefixes, 0.99), (_with_noise, 0.99), (_without_debug_lines, 0.97)],
)
def test_root_causes(shared: Path, change: Callable[[bytes], bytes], least: float) -> None:
    truths = [json.loads(line) for line in (shared / "logs/truth.jsonl").read_text().splitlines()]
    missed: list[object] = []
    wronged: list[object] = []
    seen = 0
    for truth in truths:
        log = shared / "logs" / truth["scenario"] / "train.log"
        if not log.exists() or log.stat().st_size > _LARGE:
            continue
        seen += 1
        found = diagnose(read(change(log.read_bytes())))[0].cause
        wanted = [*truth["causes"], *([] if truth.get("visible", True) else ["healthy"])]
        if found not in wanted:
            (wronged if truth["healthy"] else missed).append((truth["scenario"], wanted, found))
    assert seen > 80
    assert wronged == [], "no healthy run is called otherwise"
    assert len(missed) <= (1 - least) * seen, missed
