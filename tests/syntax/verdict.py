"""The verdict of this project's parser and schema, and how it is held against protobuf's."""

from __future__ import annotations

import re

from caffe_ls.schema import catalog
from caffe_ls.schema.validation import entry_problems, file_problems
from caffe_ls.syntax.parser import parse
from tests.syntax.protobuf_oracle import cpp_accepts, python_accepts

_UNUSUAL_CHARACTER = re.compile(r"[^\t\n\r -~]")
_SPACE_AFTER_MINUS = re.compile(r"-[\s#]")


def complaints(text: str, root: str, dialect: str = "bvlc") -> list[str]:
    """What syntax and schema say against a text, in its order; the tree must print back identically."""
    schema = catalog.load(dialect)
    file = parse(text)
    assert file.text == text
    found: list[str] = []
    for _, entry in file:
        found += [problem.code for problem in entry.problems]
        if entry.template:
            found.append("template")
        found += [f"{problem.kind.value}: {problem.node.name}" for problem in entry_problems(entry, schema, root)]
    return found + [f"{problem.kind.value}: {problem.node.name}" for problem in file_problems(file, schema, root)]


def disagreement(text: str, root: str, dialect: str = "bvlc") -> str | None:
    """None where the verdict is that of protobuf, else a sentence.

    Python's parser is asked first, since it is quick. It differs from C++ in a few places (facts 41 to 43: a leading
    `+`, unknown escapes, characters beyond printable ASCII, `\\U`, space behind a minus sign); there, and only there,
    the C++ parser decides.
    """
    found = complaints(text, root, dialect)
    if python_accepts(text, root, dialect) == (not found):
        return None
    by_rule_of_cpp = (
        _UNUSUAL_CHARACTER.search(text) is not None
        or "\\U" in text
        or _SPACE_AFTER_MINUS.search(text) is not None
        or (bool(found) and set(found) <= {"escape", "plus-sign", "number"})
    )
    if not by_rule_of_cpp:
        return f"text_format {'refuses' if not found else 'accepts'} it, caffe-ls says {found[:3]}"
    accepted = cpp_accepts(text, root, dialect)
    return None if accepted == (not found) else f"C++ {'accepts' if accepted else 'refuses'} it, caffe-ls: {found[:3]}"
