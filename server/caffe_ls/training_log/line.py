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
_SHORTENED = re.compile(rb"[\s>\"'*]*([IWEF])(?:\d{4}){1,2} \.{2,3}\] ?")  # as people do who show their logs to others
_RANK = re.compile(rb"(?:\[(\d+)\]|\((?:GPU ?|rank ?)?(\d+)\)|(?:GPU|rank)[ :]?(\d+):?)\s*$", re.IGNORECASE)
_RANK_INSIDE = re.compile(rb"\s*(?:\[(\d+)(?:\.\d+)?\]|\((?:GPU|rank)[ :]?(\d+)\)) ", re.IGNORECASE)
_COLOUR = re.compile(rb"\x1b\[[0-9;]*[A-Za-z]|\\u001b\[[0-9;]*[A-Za-z]")
_AROUND = b" \t\r\n\f\v>*\"'\0"  # quotes of mails and notebooks, too
_NOTEBOOK_END = re.compile(rb"(?:\\r)?\\n\"?,?\s*$")


class Line(NamedTuple):
    """What glog wrote before the text, and the text.

    `severity` and the rest are empty where the prefix was stripped.
    `cut` is where the time ends: from there on lines of one kind begin alike. `start` is where the body begins. `lead`
    is where the prefix does: what stands before it was put there by whoever kept the log.
    """

    severity: bytes
    thread: bytes
    source: bytes
    rank: bytes
    cut: int
    start: int
    body: bytes
    lead: int = 0


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


def lead_length(raw: bytes, lead: bytes) -> int:
    """How many bytes of a line are what whoever kept the log put before each: as on another line, but for numbers."""
    if not lead or raw.startswith(lead):
        return len(lead)
    alike = re.match(re.sub(rb"\d+", rb"\\d+", re.escape(lead)), raw)
    return alike.end() if alike else 0


def is_of_source(raw: bytes) -> bool:
    """Whether a line begins with a source file and its line, as glog's prefix ends: the rest of it was stripped."""
    return b"] " in raw and _BARE_SOURCE.match(raw) is not None


def source_name(source: bytes) -> str:
    """The file's name without its folders, Windows' too."""
    return source.replace(b"\\", b"/").rpartition(b"/")[2].decode("utf-8", "replace")


def _split_at_prefixes(part: bytes, offset: int) -> list[Line]:
    first = _PREFIX.match(part)
    if first and part.find(b"] ", first.end()) < 0 and not part.endswith(b"]"):  # most lines: nothing before, no other
        cut = part.index(b".") + 7
        rank, start = _rank_inside(part, first.end())
        body = _clean(part[start:])
        return [Line(first[1], first[2], first[3], rank, offset + cut, offset + start, body, offset)]
    found = list(_PREFIX.finditer(part)) if b"] " in part or part.endswith(b"]") else []
    if not found:
        bare = _BARE_SOURCE.match(part) if b"] " in part else None
        shortened = _SHORTENED.match(part) if b"...] " in part and bare is None else None
        begins = bare or shortened
        start = begins.end() if begins else 0
        source = bare[1].strip() if bare else b""
        severity = shortened[1] if shortened else b""
        lead = offset + (begins.start(1) if begins else len(part) - len(part.lstrip(_AROUND)))
        return [Line(severity, b"", source, b"", offset, offset + start, _clean(part[start:]), lead)]
    lines = []
    for match, following in zip(found, [*found[1:], None], strict=True):
        before = _RANK.search(part, max(0, match.start() - 12), match.start())
        time = _TIME_LENGTH.match(part, match.start())
        end = following.start() if following else len(part)
        rank, start = _rank_inside(part, match.end())
        lines.append(
            Line(
                match[1],
                match[2],
                match[3],
                rank if before is None else before[1] or before[2] or before[3],
                offset + (time.end() if time else match.start()),
                offset + start,
                _clean(part[start:end]),
                offset + match.start(),
            )
        )
    return lines


def _rank_inside(part: bytes, start: int) -> tuple[bytes, int]:
    """The rank, or GPU, that some forks put before the words, and where the words begin."""
    if part[start : start + 1] not in b"[(" or part[start + 1 : start + 2] in b"FBU":  # [Forward], [Backward], [Update]
        return b"", start
    found = _RANK_INSIDE.match(part, start)
    return (b"", start) if found is None else (found[1] or found[2], found.end())


def _clean(body: bytes) -> bytes:
    if body.endswith((b'"', b",", b"n")):
        body = _NOTEBOOK_END.sub(b"", body)
    return body.strip(_AROUND)
