"""The examples of a rule's docstring as documents with marks."""

from __future__ import annotations

import json
import re
from typing import NamedTuple

from caffe_ls.analysis.documents import PrototxtDocument
from caffe_ls.rules.rule import Rule
from caffe_ls.settings import settings_from
from tests import fixture
from tests.rules.files_beside import document_beside

_EXAMPLE = re.compile(r"^(Bad|Good)(?: \(([^\n]*)\))?:\n((?:(?: {4}.*)?(?:\n|\Z))+)", re.MULTILINE)


class Example(NamedTuple):
    """A block of a docstring; `options` are `settings {...}`, `kind K` and `path /x`, separated by semicolons.

    The first file is the one that is judged; `others` lie beside it, weights and means written as text.
    """

    good: bool
    options: dict[str, str]
    file: fixture.FixtureFile
    others: tuple[fixture.FixtureFile, ...] = ()

    def document(self, text: str | None = None) -> PrototxtDocument:
        """The example, or another text under the same circumstances."""
        settings, problems = settings_from(json.loads(self.options.get("settings", "{}")))
        assert not problems
        kind = self.options.get("kind")
        text = self.file.text if text is None else text
        return document_beside(self.options.get("path", self.file.path), text, settings, self.others, kind)  # type: ignore[arg-type]


def examples_of(rule: Rule) -> list[Example]:
    """All examples of a rule, in their order."""
    examples = []
    for found in _EXAMPLE.finditer(rule.documentation):
        first, *others = fixture.read(found[3].rstrip("\n") + "\n").files
        examples.append(Example(found[1] == "Good", _options(found[2] or ""), first, tuple(others)))
    return examples


def _options(text: str) -> dict[str, str]:
    pairs = (part.strip().partition(" ") for part in text.split(";") if part.strip())
    return {name: value for name, _, value in pairs}
