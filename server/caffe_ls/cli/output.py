"""Printing: UTF-8 whatever the locale says, and nothing that a file holds can steer the terminal."""

from __future__ import annotations

import re
import sys
from typing import TextIO

from caffe_ls.text.source import encode

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def write(text: str, stream: TextIO | None = None) -> None:
    """Print a text as UTF-8; bytes of files that are no UTF-8 come out as they went in."""
    stream = stream or sys.stdout
    binary = getattr(stream, "buffer", None)
    if binary is None:
        stream.write(text)
        return
    stream.flush()
    binary.write(encode(text))
    binary.flush()


def tell(message: str) -> None:
    """Print a remark of the program itself to standard error."""
    write(f"caffe-ls: {visible(message)}\n", sys.stderr)


def visible(text: str) -> str:
    """The text with a visible sign for each character that would steer a terminal; tabs and line feeds stay.

    Bytes that came as lone surrogates are read as UTF-8: so an argument comes out right in any locale.
    """
    if not text.isascii():
        text = encode(text).decode("utf-8", "replace")
    return _CONTROL.sub(lambda found: _sign(found[0]), text)


def one_line(text: str) -> str:
    """The text, made visible, on a single line."""
    return visible(text.replace("\n", " ").replace("\t", " "))


def _sign(character: str) -> str:
    code = ord(character)
    if code < 0x20:
        return chr(0x2400 + code)
    return "\u2421" if code == 0x7F else "\ufffd"
