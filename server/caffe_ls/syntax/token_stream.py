"""A text as a stream of tokens, with what a parser asks about the place it is at."""

from __future__ import annotations

import re

from caffe_ls.syntax.lexer import TOKEN, TokenKind
from caffe_ls.syntax.tree import SyntaxProblem
from caffe_ls.text.span import Span

_NEXT_CHARACTER = re.compile(r"[ \t\n\r\v\f]*(.?)", re.DOTALL)

_KEPT_PROBLEMS = 128

# Punctuation as Chinese and Japanese keyboards write it, and what was meant.
_FULL_WIDTH = {"\uff1a": ":", "\uff5b": "{", "\uff5d": "}", "\uff0c": ",", "\uff1b": ";", "\uff3b": "[", "\uff3d": "]"}


class TokenStream:
    """The token at hand, from `base` on: `kind` and `text[start:end]`; and the problems found so far.

    `examined` is the offset up to which what was found depends on the text.
    """

    def __init__(self, text: str, base: int) -> None:
        self.text = text
        self.base = base
        self.problems: list[SyntaxProblem] = []
        self.examined = base
        self.known_line = (base, base)
        self.kind = 0
        self.start = self.end = self.previous_start = self.previous_end = base
        self.advance()

    def advance(self) -> None:
        """Go to the next token that is no comment."""
        self.previous_start = self.start
        self.previous_end = end = self.end
        text = self.text
        match = TOKEN.match
        while True:
            found = match(text, end)
            assert found is not None  # The last alternatives of TOKEN match anything and the end.
            kind = found.lastindex
            end = found.end()
            if kind != 6:  # TokenKind.COMMENT
                break
        assert kind is not None
        self.kind = kind
        self.start = found.start(kind)
        self.end = end
        if end > self.examined:
            self.examined = end
        if kind == 11 and text[self.start] in _FULL_WIDTH:  # TokenKind.NON_ASCII
            self.full_width_punctuation()

    def full_width_punctuation(self) -> None:
        """Take the token as the ASCII character that was meant, and say so."""
        self.kind = TokenKind.PUNCTUATION
        self.end = self.start + 1
        meant, span = self.character(), self.span(self.start, self.end)
        message = f"expected `{meant}`, found the full-width `{self.text[self.start]}`"
        self.problem("full-width", span, message, None, (span, meant))

    def character(self) -> str:
        """The first character of the token, in its ASCII form where it is punctuation; empty at the end."""
        first = self.text[self.start : self.start + 1]
        return _FULL_WIDTH.get(first, first)

    def seek(self, offset: int) -> None:
        """Take everything up to `offset` as one token that is done with, and go to the next."""
        self.end = max(offset, self.start)
        self.advance()

    def line_start(self, offset: int) -> int:
        """Where the line of `offset` begins; the entry's own start counts as one: nothing before it may matter."""
        known_offset, known_line = self.known_line
        if offset < known_offset:
            return max(self.text.rfind("\n", self.base, offset) + 1, self.base)
        # Offsets asked for mostly grow: only what is new is searched, so that a long line costs its length once.
        line = max(self.text.rfind("\n", known_offset, offset) + 1, known_line)
        self.known_line = (offset, line)
        return line

    def indent_of_line(self, line: int) -> int:
        """How far the line that begins at `line` is indented, in code points."""
        offset = line
        while self.text[offset : offset + 1] in (" ", "\t"):
            offset += 1
        return offset - line

    def first_on_line(self) -> bool:
        """Whether the token is the first on its line."""
        return self.line_start(self.start) >= self.previous_end

    def span(self, start: int, end: int) -> Span:
        """A span relative to the entry."""
        return Span(start - self.base, end - self.base)

    def problem(
        self,
        code: str,
        span: Span,
        message: str,
        other: Span | None = None,
        replacement: tuple[Span, str] | None = None,
    ) -> None:
        """Keep a problem, unless the entry has had plenty: a file that is no prototxt at all must stay readable."""
        if len(self.problems) < _KEPT_PROBLEMS:
            self.problems.append(SyntaxProblem(code, span, message, other, replacement))

    def found(self) -> str:
        """The token, quoted for a message."""
        if self.kind == TokenKind.END:
            return "the end of the file"
        shown = self.text[self.start : self.end]
        if self.kind == TokenKind.CONTROL:
            return f"the control character U+{ord(shown[0]):04X}"
        if self.kind == TokenKind.NON_ASCII:
            return f"the character U+{ord(shown[0]):04X}" if not shown[0].isprintable() else f"`{shown[:20]}`"
        return f"`{shown if len(shown) <= 40 else shown[:37] + '...'}`"

    def at_field_start(self) -> bool:
        """Whether the token is a name with `:`, `{` or `<` behind it."""
        if self.kind != 1:  # TokenKind.IDENTIFIER
            return False
        following = _NEXT_CHARACTER.match(self.text, self.end)
        assert following is not None
        self.examined = max(self.examined, following.end())
        return following[1] != "" and following[1] in ":{<"

    def at_comment_of_another_language(self) -> bool:
        return self.text.startswith(("//", "/*"), self.start)
