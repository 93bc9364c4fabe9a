"""Fixes mend what they say, and bring nothing new: tried on a part of the corpus and of what was made wrong."""

from __future__ import annotations

from pathlib import Path
from zlib import crc32

import pytest

from caffe_ls.cli.side_by_side import side_by_side
from tests.rules.fix_trials import Trial, files_of, trials

pytestmark = pytest.mark.shared

# All of them: python -m tests.rules.fix_trials
_ONE_FILE_IN = 8


def _of_one_finding_a_rule(file: object) -> list[Trial]:
    return trials(file, each=1)  # type: ignore[arg-type]


def test_a_fix_mends_its_finding_and_brings_no_other(shared: Path) -> None:
    files = [file for file in files_of(shared) if crc32(file.path.name.encode()) % _ONE_FILE_IN == 0]
    tried = [trial for found in side_by_side(files, _of_one_finding_a_rule) for trial in found]
    assert [trial for trial in tried if trial.wrong] == []
    assert len(tried) > 200
