"""One line of a log: glog's prefix, in all the forms it has been seen in, and the body after it."""

from __future__ import annotations

import re
from typing import NamedTuple

LONGEST = 65_536  # of a line; what comes after is not looked at

_PREFIX = re.compile(
    rb"([IWEF])(?:\d{4}){1,2} \d\d:\d\d:\d\d\.\d{6}(?=\s)"
    rb"\s+((?:0x)?[0-9a-f]+)\s+([^\]\n]{1,300}?):(\d+)\] ?"
)
_TIME_LENGTH = re.compile(rb"[IWEF]\d{4,8} \d\d:\d\d:\d\d\.\d{6}")
_BARE_SOURCE = re.compile(rb"[\s>\"'*]*([\w./\\:+ -]{1,300}?\.(?:cpp|hpp|cuh|cu|cc|h)):(\d+)\] ?")
_RANK = re.compile(rb"(?:\[(\d+)\]|\((?:GPU ?|rank ?)?(\d+)\)|(?:GPU|rank)[ :]?(\d+):?)\s*$", re.IGNORECASE)
_COLOUR = re.compile(rb"\x1b\[[0-9;]*[A-Za-z]|\\u001b\[[0-9;]*[A-Za-z]")
_NOTEBOOK_END = re.compile(rb"(?:\\r)?\\n\"?,?\s*$")


class Line(NamedTuple):
    """What glog wrote before the text, and the text.

    `severity` and the rest are empty where the prefix was stripped.
    `cut` is where the time ends: from there on lines of one kind begin alike. `start` is where the body begins.
    """

    severity: bytes
    thread: bytes
    source: bytes
    rank: bytes
    cut: int
    start: int
    body: bytes


def lines_of(raw: bytes) -> list[Line]:
    """The lines in a line: carriage returns and other programs' unfinished lines put several into one."""
    raw = raw[:LONGEST]
    if b"\x1b" in raw or b"\\u001b" in raw:
        raw = _COLOUR.sub(b"", raw)
    if b"\r" not in raw:
        return _split_at_prefixes(raw, 0)
    lines: list[Line] = []
    start = 0
    for part in raw.split(b"\r"):
        if part:
            lines += _split_at_prefixes(part, start)
        start += len(part) + 1
    return lines


def source_name(source: bytes) -> str:
    """The file's name without its folders, Windows' too."""
    return source.replace(b"\\", b"/").rpartition(b"/")[2].decode("utf-8", "replace")


def _split_at_prefixes(part: bytes, offset: int) -> list[Line]:
    first = _PREFIX.match(part)
    if first and part.find(b"] ", first.end()) < 0 and not part.endswith(b"]"):  # most lines: nothing before, no other
        cut = part.index(b".") + 7
        body = _clean(part[first.end() :])
        return [Line(first[1], first[2], first[3], b"", offset + cut, offset + first.end(), body)]
    found = list(_PREFIX.finditer(part)) if b"] " in part or part.endswith(b"]") else []
    if not found:
        bare = _BARE_SOURCE.match(part) if b"] " in part else None
        start = bare.end() if bare else 0
        source = bare[1].strip() if bare else b""
        return [Line(b"", b"", source, b"", offset, offset + start, _clean(part[start:]))]
    lines = []
    for match, following in zip(found, [*found[1:], None], strict=True):
        rank = _RANK.search(part, max(0, match.start() - 12), match.start())
        time = _TIME_LENGTH.match(part, match.start())
        end = following.start() if following else len(part)
        lines.append(
            Line(
                match[1],
                match[2],
                match[3],
                (rank[1] or rank[2] or rank[3]) if rank else b"",
                offset + (time.end() if time else match.start()),
                offset + match.end(),
                _clean(part[match.end() : end]),
            )
        )
    return lines


def _clean(body: bytes) -> bytes:
    if body.endswith((b'"', b",", b"n")):
        body = _NOTEBOOK_END.sub(b"", body)
    return body.strip(b" \t\r\n\f\v>*\"'\0")
