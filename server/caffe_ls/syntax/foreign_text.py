"""What stands in an entry and can be no field: conflict markers, comments of other languages, anything else."""

from __future__ import annotations

import re

from caffe_ls.syntax.lexer import TokenKind
from caffe_ls.syntax.open_brackets import OpenBrackets

_CONFLICT_MARKER = re.compile(r"(?:<{7}|={7}|>{7}|\|{7})(?: [^\n]*)?\r?$", re.MULTILINE)
# How far a comment of another language is followed; without a bound, many of them would take quadratic time.
_LONGEST_FOREIGN_COMMENT = 5_000


class ForeignText(OpenBrackets):
    """Passes over it, with one problem for each piece."""

    def at_conflict_marker(self) -> bool:
        return self.first_on_line() and _CONFLICT_MARKER.match(self.text, self.start) is not None

    def garbage(self, expected: str | None) -> None:
        """Pass over what can be no field, with one problem for the whole of it."""
        text, start = self.text, self.start
        line_end = text.find("\n", start)
        line_end = len(text) if line_end < 0 else line_end
        if self.at_comment_of_another_language():
            self.foreign_comment(start, line_end)
        elif self.at_conflict_marker():
            self.problem("conflict-marker", self.span(start, line_end), "a merge conflict is not resolved here")
            self.examined = max(self.examined, line_end)
            self.seek(line_end)
        else:
            if self.kind == TokenKind.TEMPLATE:
                self.template = True
            elif expected is not None:
                self.problem("unexpected", self.span(start, self.end), f"expected {expected}, found {self.found()}")
            self.advance()
            self.skip_rest_of_line(line_end)
        if not self.frames:
            self.done = True

    def foreign_comment(self, start: int, line_end: int) -> None:
        limit = start + _LONGEST_FOREIGN_COMMENT
        block_end = self.text.find("*/", start + 2, limit) if self.text.startswith("/*", start) else -1
        end = block_end + 2 if block_end >= 0 else line_end
        shown = self.text[start : start + 2]
        opening = self.span(start, start + 2)
        replacement = (opening, "#") if shown == "//" or "\n" not in self.text[start:end] else None
        self.problem("comment", opening, f"a comment begins with `#`, not with `{shown}`", None, replacement)
        self.examined = max(self.examined, min(limit, len(self.text)) if block_end < 0 and shown == "/*" else end)
        self.seek(end)

    def skip_rest_of_line(self, line_end: int) -> None:
        while self.kind != TokenKind.END and self.start < line_end:
            if self.at_field_start() or (self.kind == TokenKind.PUNCTUATION and self.character() in "{}<>"):
                return
            self.advance()
