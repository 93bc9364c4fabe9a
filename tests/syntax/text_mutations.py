"""Texts made from others by cuts and edits, as typing and carelessness make them."""

from __future__ import annotations

import random
import re

# Values, brackets and accidents of text format: among them everything that the C++ parser treats in a way of its own.
_PIECES = (
    "}",
    "{",
    '"',
    "'",
    ":",
    ";",
    ",",
    "[",
    "]",
    "<",
    ">",
    "-",
    "+",
    ".",
    "/",
    "#",
    "=",
    "//",
    "\\",
    "$",
    "0",
    "08",
    "0x",
    "0x1F",
    "1e",
    "1e5",
    "5f",
    "4.0",
    "-5",
    "- 5",
    "1.5.2",
    ".5",
    "5.",
    "inf",
    "-inf",
    "-nan",
    "nan",
    "99999999999",
    "-2147483649",
    "true",
    "True",
    "TRUE",
    "t",
    "1",
    "yes",
    "TRAIN",
    "train",
    "MAX",
    "2",
    "[1, 2]",
    "[1,]",
    "[]",
    "[{}]",
    "[[1]]",
    "<>",
    "{}",
    "'a' 'b'",
    '"\\q"',
    '"\\x"',
    '"\\x4"',
    '"\\u12"',
    '"\\U00110000"',
    "\n",
    "\r",
    "\t",
    "\v",
    "\f",
    "\x00",
    "\x01",
    "\x7f",
    "é",
    "\u2028",
    "\ufeff",
    "\U0001f600",
    "\udcff",
    'name: "x"',
    "layer {",
    "layers {",
    "pool: MAX",
    "stepvalue: [1, 2]",
    "a.b",
    "[a.b]: 1",
    "phase",
    "${NAME}",
    "%d",
    "@NAME@",
    "/* x */",
    "<<<<<<< HEAD\n",
    "# \U0001f600 note\n",
    "param <lr_mult: 1>",
    "+1",
)

_TOKEN = re.compile(r"\w+|\"[^\"\n]*\"|[^\s\w]")


def cut(text: str, chance: random.Random) -> str:
    """The text up to a border of a token."""
    borders = [end for token in _TOKEN.finditer(text) for end in token.span()] or [0]
    return text[: chance.choice(borders)]


def edit(text: str, chance: random.Random) -> str:
    """The text after one or two edits: something inserted, removed or replaced, at a token or anywhere."""
    for _ in range(chance.choice((1, 1, 1, 2))):
        tokens = [token.span() for token in _TOKEN.finditer(text)] or [(0, 0)]
        start, end = chance.choice(tokens)
        anywhere = chance.randrange(len(text) + 1)
        piece = chance.choice(_PIECES)
        way = chance.randrange(6)
        if way == 0:
            text = text[:anywhere] + piece + text[anywhere:]
        elif way == 1:
            text = text[:anywhere] + text[anywhere + chance.choice((1, 3, 20, 200)) :]
        elif way == 2:
            text = text[:start] + text[end:]
        elif way == 3:
            text = text[:start] + piece + text[end:]
        elif way == 4:
            text = f"{text[:end]} {piece} {text[end:]}"
        else:
            text = text[:end] + text[start:end] + text[end:]
    return text


def random_span(text: str, chance: random.Random) -> tuple[int, int, str]:
    """An edit as an editor sends it: start, end and new text."""
    start = chance.randrange(len(text) + 1)
    end = min(len(text), start + chance.choice((0, 0, 1, 3, 20, 200)))
    return start, end, chance.choice(_PIECES) * chance.choice((0, 1, 1, 2))
