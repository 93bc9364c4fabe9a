"""The layout of a text, so that what is written into it, or made of it, looks like the rest."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

# A block that begins a line, and the white space before its first field, which stands on a line of its own.
_INDENTED = re.compile(r"^\w+[ \t]*:?[ \t]*[{<](?:[ \t]*(?:#[^\r\n]*)?(?:\r\n|\n|\r))+([ \t]+)[^\s#]", re.MULTILINE)
_LINE_END = re.compile(r"\r\n|\n|\r")


class Layout(NamedTuple):
    """The line end of a text, and one level of its indentation."""

    newline: str
    unit: str

    def lines(self, *lines: str) -> str:
        """Lines that are given with two spaces a level, as the text has its own; what a line holds keeps its inside."""
        indented = (self.unit * ((len(line) - len(line.lstrip(" "))) // 2) + line.lstrip(" ") for line in lines)
        return _LINE_END.sub(lambda _: self.newline, "\n".join(indented))


def newline_of(text: str) -> str:
    """The line end that a text has; that of Unix where it has none."""
    return "\r\n" if "\r\n" in text else "\n"


def layout_of(texts: Iterable[str]) -> Layout:
    """The layout that the parts of a file show: two spaces where no block of theirs is indented."""
    newline, unit = "", ""
    for text in texts:
        if not newline and "\n" in text:
            newline = newline_of(text)
        if not unit and (found := _INDENTED.search(text)):
            unit = found[1]
        if newline and unit:
            break
    return Layout(newline or "\n", unit or "  ")
