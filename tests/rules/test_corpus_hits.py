"""What each rule says of the corpus is known, and a change of it is reviewed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.rules.corpus_hits import GOLDEN, corpus_hits


@pytest.mark.shared
def test_hits_on_the_corpus_are_those_that_were_reviewed(shared: Path) -> None:
    found, known = corpus_hits(shared).splitlines(), GOLDEN.read_text(encoding="utf-8").splitlines()
    changes = [f"- {line}" for line in known if line not in found] + [
        f"+ {line}" for line in found if line not in known
    ]
    assert changes == [], "run `make update`, and review the diff"
