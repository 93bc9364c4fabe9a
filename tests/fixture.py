"""The language of test fixtures: files, cursors and marks in one string.

    #- settings {"dialect": "ssd"}
    #- /solver.prototxt
    net: "net.pro$0totxt"
    #     ^^^^^^^^^^^^ net-not-found
    #- /train_val.prototxt
    layer { name: "a" }

`#- /path` starts a file; text without it is `/net.prototxt`. `$0` is a cursor, two of them a selection. `^^^` marks a
span of the line above, counted as if `$0` were not there, with an optional label behind; `#<^^^` marks from the line's
first column on, where the `#` is in the way. Lines of marks and cursors are taken out before the text is used.
"""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Mapping
from typing import Any, NamedTuple

from caffe_ls.text.edit import Edit, apply_edits
from caffe_ls.text.span import Span

CURSOR = "$0"
DEFAULT_PATH = "/net.prototxt"

_HEADER = re.compile(r"#- (settings|/\S*)[ \t]*(.*)")
_MARK_LINE = re.compile(r"[ \t]*#[ \t<]*\^")
_MARK = re.compile(r"(#<)?(\^+)(?:[ \t]+([^\s^][^\^]*?))?(?=[ \t]*(?:\^|$))")


class Mark(NamedTuple):
    """A marked span and what is written behind it."""

    span: Span
    label: str


class FixtureFile(NamedTuple):
    """One file of a fixture, without its marks and cursors."""

    path: str
    text: str
    marks: tuple[Mark, ...]
    cursors: tuple[int, ...]


class Fixture(NamedTuple):
    """What a fixture's string holds."""

    files: tuple[FixtureFile, ...]
    settings: Mapping[str, Any]

    @property
    def cursor(self) -> tuple[FixtureFile, int]:
        """The one cursor, with its file."""
        found = [(file, offset) for file in self.files for offset in file.cursors]
        assert len(found) == 1, "the fixture has one cursor"
        return found[0]

    def file(self, path: str) -> FixtureFile:
        """The file of that path."""
        return next(file for file in self.files if file.path == path)


def read(text: str) -> Fixture:
    """The fixture that a string describes; common indentation and a leading line end do not count."""
    text = textwrap.dedent(text.removeprefix("\n"))
    settings: dict[str, Any] = {}
    parts: list[tuple[str, list[str]]] = []
    for line in text.splitlines(keepends=True):
        header = _HEADER.fullmatch(line.rstrip("\r\n"))
        if header and header[1] == "settings":
            settings.update(json.loads(header[2]))
        elif header:
            parts.append((header[1], []))
        else:
            if not parts:
                parts.append((DEFAULT_PATH, []))
            parts[-1][1].append(line)
    return Fixture(tuple(_read_file(path, lines) for path, lines in parts or [(DEFAULT_PATH, [])]), settings)


def _read_file(path: str, lines: list[str]) -> FixtureFile:
    kept: list[str] = []
    marks: list[Mark] = []
    cursors: list[int] = []
    length = 0
    for line in lines:
        if _MARK_LINE.match(line):
            above = length - len(kept[-1]) if kept else 0
            for mark in _MARK.finditer(line.rstrip("\r\n")):
                start = above + mark.start(1 if mark[1] else 2)
                marks.append(Mark(Span(start, above + mark.end(2)), (mark[3] or "").strip()))
            continue
        while CURSOR in line:
            before, _, after = line.partition(CURSOR)
            cursors.append(length + len(before))
            line = before + after
        kept.append(line)
        length += len(line)
    return FixtureFile(path, "".join(kept), tuple(marks), tuple(cursors))


def with_marks(text: str, marks: tuple[Mark, ...]) -> str:
    """A text with its marks drawn in, for comparing and for reading: the reverse of `read` for one-line spans."""
    insertions = []
    for span, label in marks:
        line = text.rfind("\n", 0, span.start) + 1
        end = text.find("\n", span.start)
        end = len(text) if end < 0 else end
        stop = max(span.start + 1, min(span.end, end))
        column = span.start - line
        lead = "#<" if column < 1 else "#" + " " * (column - 1)
        carets = "^" * (stop - span.start - (2 if column < 1 else 0))
        drawn = f"{lead}{carets or '^'} {label}".rstrip()
        insertions.append(Edit(Span(end, end), "\n" + drawn))
    return apply_edits(text, insertions)
