"""The comments of a .proto file, taken out of its text and kept as documentation."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, field

_LONGEST_LOOK = 1000


_COMMENT = re.compile(r'"(?:[^"\\\n]|\\.)*"?|\'(?:[^\'\\\n]|\\.)*\'?|//[^\n]*|/\*.*?\*/|/\*', re.DOTALL)


def without_comments(text: str) -> tuple[str, Comments, int | None]:
    """The text with comments blanked, so that places stay; the comments; where one begins that does not end."""
    comments = Comments(text)
    pieces: list[str] = []
    last = 0
    for match in _COMMENT.finditer(text):
        if match[0][0] != "/":
            continue
        if match[0] == "/*":
            return "".join(pieces) + text[last : match.start()], comments, match.start()
        comments.starts.append(match.start())
        comments.spans.append(match.span())
        pieces += (text[last : match.start()], re.sub(r"[^\n]", " ", match[0]))
        last = match.end()
    return "".join(pieces) + text[last:], comments, None


@dataclass(slots=True)
class Comments:
    """The comments of a file, to be asked what they say of a place."""

    text: str
    starts: list[int] = field(default_factory=list)
    spans: list[tuple[int, int]] = field(default_factory=list)
    # Comments that stand behind a statement are not above the next one, too.
    taken: set[int] = field(default_factory=set)

    def above(self, start: int) -> str:
        """The comments that end directly above the line of a statement, with no empty line between."""
        index = bisect_right(self.starts, start) - 1
        found: list[str] = []
        below = start
        while index >= 0 and index not in self.taken:
            first, last = self.spans[index]
            between = self.text[last:below]
            if between.strip() or between.count("\n") > 1:
                break
            # What stands behind code on its line belongs to that code.
            if self.line_before(first).strip():
                break
            found.append(_comment_text(self.text[first:last]))
            below = first
            index -= 1
        return "\n".join(reversed(found)).strip()

    def line_before(self, offset: int) -> str:
        """The line up to an offset; of a very long line its last part, which is enough to see what stands there."""
        return self.text[max(0, offset - _LONGEST_LOOK) : offset].rpartition("\n")[2]

    def behind(self, end: int) -> str:
        """The comment behind a statement on its line, and those below it that begin in the same column."""
        index = bisect_right(self.starts, end - 1)
        found: list[str] = []
        column = -1
        while index < len(self.spans):
            first, last = self.spans[index]
            between = self.text[end:first]
            here = len(self.line_before(first))
            if between.strip() or between.count("\n") > (1 if found else 0) or (found and here != column):
                break
            found.append(_comment_text(self.text[first:last]))
            self.taken.add(index)
            column, end = here, last
            index += 1
        return "\n".join(found).strip()


def _comment_text(comment: str) -> str:
    if comment.startswith("//"):
        return comment.lstrip("/").removeprefix(" ").rstrip()
    lines = comment.removeprefix("/*").removesuffix("*/").split("\n")
    return "\n".join(re.sub(r"^\s*\*+ ?", "", line).strip() for line in lines).strip()
