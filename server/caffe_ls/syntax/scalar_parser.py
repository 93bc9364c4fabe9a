"""Scalars: strings, numbers and words, and what people write in their place."""

from __future__ import annotations

import re

from caffe_ls.syntax.lexer import TokenKind, broken_escapes
from caffe_ls.syntax.token_stream import TokenStream
from caffe_ls.syntax.tree import Scalar

_SIGNED_WORDS = ("inf", "infinity", "nan")

# What people write behind a value that they forgot to quote: paths, names with a slash or a dash, versions.
_UNQUOTED_REST = re.compile(r"[^\s{}<>\[\]:;,#\"']*")
_QUOTES = "\"'\u201c\u201d\u2018\u2019\uff02"
_STRAY_QUOTE = re.compile(r"[\"'](?=[ \t\r]*(?:#|$))", re.MULTILINE)
_CLOSED_STRING = re.compile(r"""(["'])(?:(?!\1)[^\\]|\\.)*\1""", re.DOTALL)


class ScalarParser(TokenStream):
    """Reads the scalar that begins at the token at hand."""

    template = False
    """Whether a placeholder of a template was met."""

    def scalar(self) -> Scalar | None:
        """The scalar that begins at the token, or None, with nothing taken, where none does."""
        kind, start, end = self.kind, self.start, self.end
        text = self.text
        if kind == 2:  # TokenKind.STRING
            return self.string()
        if kind == 4 or kind == 5:  # TokenKind.INTEGER, FLOAT
            self.advance()
            return Scalar("integer" if kind == 4 else "float", start - self.base, end - self.base, text[start:end])
        if kind == 1:  # TokenKind.IDENTIFIER
            if self.at_field_start() and "\n" in text[self.previous_end : start]:
                return None
            rest = text[end : end + 1]
            if rest and rest not in " \t\r\n\v\f{}<>[]:;,#" and self.unquoted(start):
                return Scalar(
                    "broken", start - self.base, self.previous_end - self.base, text[start : self.previous_end]
                )
            self.advance()
            return Scalar("identifier", start - self.base, end - self.base, text[start:end])
        return self.unusual_scalar(kind, start, end)

    def unusual_scalar(self, kind: int, start: int, end: int) -> Scalar | None:
        text = self.text
        if kind == TokenKind.PUNCTUATION and text[start] == "-":
            return self.signed(start)
        if kind == TokenKind.OTHER and text[start] == "+" and text[end : end + 1] in tuple(".0123456789"):
            span = self.span(start, end)
            self.problem("plus-sign", span, "a number takes no leading `+`", None, (span, ""))
            self.advance()
            return self.scalar()
        if kind == TokenKind.BROKEN_NUMBER:
            self.advance()
            shown = text[start:end]
            self.problem("number", self.span(start, end), f"`{shown[:40]}` is not a number{_number_hint(shown)}")
            return Scalar("broken", start - self.base, end - self.base, shown)
        if kind == TokenKind.BROKEN_STRING:
            return self.string()
        if kind == TokenKind.TEMPLATE:
            self.template = True
            rest = _UNQUOTED_REST.match(text, end)
            end = rest.end() if rest else end
            self.seek(end)
            return Scalar("broken", start - self.base, end - self.base, text[start:end])
        may_be_unquoted = kind in (TokenKind.OTHER, TokenKind.NON_ASCII) and text[start] not in "=\"'"
        if may_be_unquoted and not self.at_comment_of_another_language() and self.unquoted(start):
            return Scalar("broken", start - self.base, self.previous_end - self.base, text[start : self.previous_end])
        return None

    def unquoted(self, start: int) -> bool:
        """Take a value such as `examples/mnist/lmdb` as one that lacks its quotes."""
        rest = _UNQUOTED_REST.match(self.text, start)
        assert rest is not None
        end = rest.end()
        if stray := _STRAY_QUOTE.match(self.text, end):
            end = stray.end()
        if end == start or end == self.end:
            return False
        shown = self.text[start:end]
        self.examined = max(self.examined, end)
        span = self.span(start, end)
        plain = shown.strip(_QUOTES)
        curly = len(shown) - len(plain) > 1 and shown[0] in _QUOTES
        message = f'expected `"` around `{plain[:60]}`' if curly else f"expected quotes around `{shown[:60]}`"
        self.problem("quotes-missing", span, message, None, (span, f'"{plain}"'))
        self.seek(end)
        return True

    def signed(self, minus: int) -> Scalar | None:
        """`-` and the number, or the word for one, behind it; C++ lets white space stand between."""
        text = self.text
        self.advance()
        kind, start, end = self.kind, self.start, self.end
        known = kind in (TokenKind.INTEGER, TokenKind.FLOAT) or (
            kind == TokenKind.IDENTIFIER and text[start:end].lower() in _SIGNED_WORDS
        )
        if known:
            self.advance()
            name = "integer" if kind == TokenKind.INTEGER else "float" if kind == TokenKind.FLOAT else "identifier"
            return Scalar(name, minus - self.base, end - self.base, text[minus:end])  # type: ignore[arg-type]
        broken = Scalar("broken", minus - self.base, minus + 1 - self.base, "-")
        if kind in (TokenKind.BROKEN_NUMBER, TokenKind.TEMPLATE):
            self.scalar()
            broken.end = self.previous_end - self.base
        else:
            self.problem("number", self.span(minus, minus + 1), f"expected a number after `-`, found {self.found()}")
            if kind == TokenKind.IDENTIFIER and "\n" not in text[minus:start] and not self.at_field_start():
                self.advance()
        return broken

    def string(self) -> Scalar:
        """A string, with those that follow it: adjacent strings are one."""
        start = self.start
        kind = "string"
        while self.kind == TokenKind.STRING or (
            self.kind == TokenKind.BROKEN_STRING and (self.start == start or self.on_line_of_previous())
        ):
            if self.kind == TokenKind.BROKEN_STRING:
                kind = "broken"
                self.broken_string()
            self.advance()
        end = self.previous_end
        return Scalar(kind, start - self.base, end - self.base, self.text[start:end])  # type: ignore[arg-type]

    def on_line_of_previous(self) -> bool:
        return "\n" not in self.text[self.previous_end : self.start]

    def broken_string(self) -> None:
        literal = self.text[self.start : self.end]
        if not _CLOSED_STRING.fullmatch(literal):
            if self.start == self.previous_end and len(literal.rstrip()) == 1:
                self.problem("quotes-missing", self.span(self.start, self.start + 1), "a quote that opens no string")
                return
            end = self.start + len(literal.rstrip())
            insertion = self.span(end, end)
            self.problem(
                "quote-missing",
                self.span(self.start, end),
                f"expected `{literal[0]}` before the end of the line",
                None,
                (insertion, literal[0]),
            )
        for start, end in broken_escapes(literal):
            shown = literal[start:end]
            self.problem(
                "escape",
                self.span(self.start + start, self.start + max(end, start + 1)),
                f"`{shown}` is no escape that Caffe's parser knows",
                None,
                (self.span(self.start + start, self.start + start + 1), "\\\\"),
            )


def _number_hint(shown: str) -> str:
    if re.fullmatch(r"0[0-9]+", shown):
        return ": with a leading 0 it is octal"
    if shown.count(".") > 1:
        return ": it has more than one decimal point"
    if re.fullmatch(r"0[xX]", shown):
        return ": hex digits must follow"
    return ""
