"""One line of a log: glog's prefix, in all the forms it has been seen in, and the body after it."""

from __future__ import annotations

import re
from typing import NamedTuple

LONGEST = 65_536  # of a line; what comes after is not looked at

# Time (with the severity), thread, source.
_PREFIX = re.compile(
    rb"(([IWEF])(?:\d{4}){1,2} \d\d:\d\d:\d\d\.\d{6})"
    rb"\s+((?:0x)?[0-9a-f]+)\s+([^\]\n]{1,300}?):\d+\] ?"
)
_SOURCE_END = re.compile(rb":\d+\]")
_BARE_SOURCE = re.compile(rb"[\s>\"'*]*([\w./\\:+ -]{1,300}?\.(?:cpp|hpp|cuh|cu|cc|h)):(\d+)\] ?")
_SHORTENED = rb"[\s>\"'*]*([IWEF])(?:\d{4}){1,2} \.{2,3}\] ?"  # as people do who show their logs to others
_RANK = re.compile(rb"(?:\[(\d+)\]|\((?:GPU ?|rank ?)?(\d+)\)|(?:GPU|rank)[ :]?(\d+):?)\s*$", re.IGNORECASE)
_RANK_INSIDE = re.compile(rb"\s*(?:\[(\d+)(?:\.\d+)?\]|\((?:GPU|rank)[ :]?(\d+)\)) ", re.IGNORECASE)
_COLOUR = rb"\x1b\[[0-9;]*[A-Za-z]|\\u001b\[[0-9;]*[A-Za-z]"
_AROUND = b" \t\r\n\f\v>*\"'\0"  # quotes of mails and notebooks, too
_NOTEBOOK_END = rb"(?:\\r)?\\n\"?,?\s*$"


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


def plain_line(raw: bytes) -> Line | None:
    """The line in a line that glog wrote and nobody touched, as most are; None where there may be more to it."""
    prefix = _PREFIX.match(raw)
    if prefix is None:
        return None
    start = prefix.end()
    if b"\r" in raw or b"\x1b[" in raw or (b"\\" in raw and b"\\u001b" in raw) or len(raw) > LONGEST:
        return None
    if raw.find(b"]", start) >= 0 and _SOURCE_END.search(raw, start):  # A second prefix may end there.
        return None
    rank = b""
    if raw[start : start + 1] in (b"[", b"("):
        rank, start = _rank_inside(raw, start)
    return Line(prefix[2], prefix[3], prefix[4], rank, prefix.end(1), start, _clean(raw[start:]))


def lines_of(raw: bytes) -> list[Line]:
    """The lines in a line: carriage returns and other programs' unfinished lines put several into one."""
    plain = plain_line(raw)
    if plain is not None:
        return [plain]
    raw = raw[:LONGEST]
    if b"\x1b" in raw or b"\\u001b" in raw:
        raw = re.sub(_COLOUR, b"", raw)
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
    plain = plain_line(part)
    if plain is not None:
        return [plain._replace(cut=plain.cut + offset, start=plain.start + offset, lead=offset)]
    found = list(_PREFIX.finditer(part)) if b"]" in part else []
    if not found:
        bare = _BARE_SOURCE.match(part) if b"] " in part else None
        shortened = re.match(_SHORTENED, part) if b"...] " in part and bare is None else None
        begins = bare or shortened
        start = begins.end() if begins else 0
        source = bare[1].strip() if bare else b""
        severity = shortened[1] if shortened else b""
        lead = offset + (begins.start(1) if begins else len(part) - len(part.lstrip(_AROUND)))
        return [Line(severity, b"", source, b"", offset, offset + start, _clean(part[start:]), lead)]
    lines = []
    for match, following in zip(found, [*found[1:], None], strict=True):
        before = _RANK.search(part, max(0, match.start() - 12), match.start())
        end = following.start() if following else len(part)
        rank, start = _rank_inside(part, match.end())
        lines.append(
            Line(
                match[2],
                match[3],
                match[4],
                rank if before is None else before[1] or before[2] or before[3],
                offset + match.end(1),
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
        body = re.sub(_NOTEBOOK_END, b"", body)
    return body.strip(_AROUND)
