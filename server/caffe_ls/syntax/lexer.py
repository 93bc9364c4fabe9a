"""Text format as tokens, each after the white space before it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import IntEnum
from typing import NamedTuple


class TokenKind(IntEnum):
    """Kinds of token; the numbers are those of the groups of `TOKEN`, so that a match tells its kind by `lastindex`."""

    IDENTIFIER = 1
    STRING = 2
    PUNCTUATION = 3
    INTEGER = 4
    FLOAT = 5
    COMMENT = 6
    TEMPLATE = 7
    BROKEN_NUMBER = 8
    BROKEN_STRING = 9
    CONTROL = 10
    NON_ASCII = 11
    OTHER = 12
    END = 13


# The escapes that C++ takes (tokenizer.cc, Tokenizer::ConsumeString).
_ESCAPE = r"\\(?:[abfnrtv\\?'\"0-7]|x[0-9a-fA-F]|u[0-9a-fA-F]{4}|U00[01][0-9a-fA-F]{5})"

# White space and control characters are ASCII's, as in C++; comments end at a line feed only (or at a NUL).
TOKEN = re.compile(
    rf"""[ \t\n\r\v\f]*(?:
      ([A-Za-z_][A-Za-z0-9_]*)
    | ("[^"\\\n\0]*(?:{_ESCAPE}[^"\\\n\0]*)*" | '[^'\\\n\0]*(?:{_ESCAPE}[^'\\\n\0]*)*')
    | ([{{}}:<>\[\],;-])
    | ((?:0[xX][0-9a-fA-F]+ | 0[0-7]* | [1-9][0-9]*)(?![\w.]))
    | ((?:(?:0|[1-9][0-9]*)(?:\.[0-9]*)? | \.[0-9]+)(?:[eE][+-]?[0-9]+)?[fF]?(?![\w.]))
    | (\#[^\n\0]*)
    | (\$\{{[^}}\n]*\}} | \$\([^)\n]*\) | \$[A-Za-z_]\w* | %\([^)\n]*\)[sdfgr] | %[sdfgr](?!\w) | @[A-Za-z_]\w*@)
    | (\.?[0-9](?:[eE][+-]|[\w.])*)
    | ("[^"\\\n\0]*(?:\\[^\n\0][^"\\\n\0]*)*["\\]? | '[^'\\\n\0]*(?:\\[^\n\0][^'\\\n\0]*)*['\\]?)
    | ([\x00-\x08\x0e-\x1f]+)
    | ([^\x00-\x7f]+)
    | (.)
    | (\Z)
    )""",
    re.VERBOSE | re.ASCII,
)

_BAD_ESCAPE = re.compile(rf"{_ESCAPE}|\\(x|u[0-9a-fA-F]{{0,3}}|U[0-9a-fA-F]{{0,7}}|.?)", re.ASCII)


class Token(NamedTuple):
    """A token with the white space before it: `text[start:end]` is the token, `text[before:start]` the white space."""

    kind: TokenKind
    before: int
    start: int
    end: int


def tokens(text: str, start: int = 0) -> Iterator[Token]:
    """All tokens from `start` on, comments included; the last is of kind END. Together they cover the text."""
    for match in TOKEN.finditer(text, start):
        kind = match.lastindex or TokenKind.END
        yield Token(TokenKind(kind), match.start(), match.start(kind), match.end())
        if kind == TokenKind.END:
            return


def broken_escapes(literal: str) -> Iterator[tuple[int, int]]:
    """Start and end, within the literal, of each escape that Caffe's parser refuses."""
    for match in _BAD_ESCAPE.finditer(literal):
        if match.lastindex:
            yield match.start(), match.end()
