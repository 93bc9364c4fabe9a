"""The examples of a rule's docstring as documents with marks."""

from __future__ import annotations

import json
import re
from typing import NamedTuple

from caffe_ls.analysis.documents import PrototxtDocument
from caffe_ls.rules.rule import Rule
from caffe_ls.settings import settings_from
from tests import fixture

_EXAMPLE = re.compile(r"^(Bad|Good)(?: \(([^\n]*)\))?:\n((?:(?: {4}.*)?(?:\n|\Z))+)", re.MULTILINE)


class Example(NamedTuple):
    """A block of a docstring; `options` are `settings {...}`, `kind K` and `path /x`, separated by semicolons."""

    good: bool
    options: dict[str, str]
    file: fixture.FixtureFile

    def document(self, text: str | None = None) -> PrototxtDocument:
        """The example, or another text under the same circumstances."""
        settings, problems = settings_from(json.loads(self.options.get("settings", "{}")))
        assert not problems
        kind = self.options.get("kind")
        return PrototxtDocument(
            self.options.get("path", self.file.path),
            self.file.text if text is None else text,
            settings,
            kind=kind,  # type: ignore[arg-type]
        )


def examples_of(rule: Rule) -> list[Example]:
    """All examples of a rule, in their order."""
    return [
        Example(found[1] == "Good", _options(found[2] or ""), fixture.read(found[3].rstrip("\n") + "\n").files[0])
        for found in _EXAMPLE.finditer(rule.documentation)
    ]


def _options(text: str) -> dict[str, str]:
    pairs = (part.strip().partition(" ") for part in text.split(";") if part.strip())
    return {name: value for name, _, value in pairs}
