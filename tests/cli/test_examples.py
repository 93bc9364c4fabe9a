"""The examples have exactly the mistakes that their README tells of."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.cli.running import check_json

_EXAMPLES = Path(__file__).resolve().parents[2] / "examples"


@pytest.mark.parametrize("name", sorted(path.name for path in _EXAMPLES.glob("*.prototxt")))
def test_the_readme_tells_of_every_finding(name: str) -> None:
    section = (_EXAMPLES / "README.md").read_text(encoding="utf-8").split(f"## `{name}`")[1].split("\n## ")[0]
    told = re.findall(r"^\| .* \| `([a-z-]+)` \|", section, re.MULTILINE)
    assert told == check_json(_EXAMPLES / name).rules
