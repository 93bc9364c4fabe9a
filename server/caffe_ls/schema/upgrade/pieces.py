"""Messages as rows of pieces: fields with their comments, which stay with them whatever becomes of the field."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from caffe_ls.immutable import dataclass, replace
from caffe_ls.syntax.lexer import TokenKind, tokens
from caffe_ls.syntax.tree import Entry, Field, File, ListValue, Message, Scalar
from caffe_ls.text.span import Span

# A separator, wherever it stands before the next field, and a comment on the line of what it follows. The carriage
# return of a CRLF is no part of the comment.
_TRAIL = re.compile(r"(?:(?:[ \t\r\n\v\f]|#[^\n]*\n)*[;,])?(?:[ \t]*#(?:[^\r\n]|\r(?!\n))*)?")
_OPENING_COMMENT = re.compile(r"[ \t]*#(?:[^\r\n]|\r(?!\n))*")


class Place(NamedTuple):
    """An entry and where it begins in the file: what the offsets of a node refer to."""

    entry: Entry
    start: int


NOWHERE = Place(Entry("", None, (), 0, False), 0)
"""The place of what the upgrade has made."""


@dataclass(frozen=True, slots=True, eq=False)
class Piece:
    """A field with the comments and white space around it, or, without a name, comments that lost their field.

    `lead + head + value + trail` is the text: `head` reaches from the name to the value (`type: `), `trail` holds a
    separator and a comment behind the value on the same line. A value that nobody had to look into is a string.
    Pieces are compared by identity.
    """

    name: str
    lead: str
    head: str
    value: Scalar | Body | str
    trail: str = ""
    field: Field | None = None
    place: Place = NOWHERE

    @property
    def text(self) -> str:
        """Name and value, without what stands around them."""
        value = self.value
        return self.head + (value if isinstance(value, str) else value.text)

    @property
    def span(self) -> Span:
        """Where the field stood in the file that was read; empty for what the upgrade has made."""
        return Span(0, 0) if self.field is None else self.field.span.shift(self.place.start)

    @property
    def on_own_line(self) -> bool:
        """Whether nothing but comments stands before it on its line."""
        return "\n" in self.lead


@dataclass(frozen=True, slots=True, eq=False)
class Body:
    """The inside of a message: `opening` is its bracket with a comment on the same line, `tail` precedes `closing`."""

    opening: str
    pieces: tuple[Piece, ...]
    tail: str
    closing: str

    @property
    def text(self) -> str:
        """The message from bracket to bracket; a whole file has no brackets."""
        inner = "".join(piece.lead + piece.text + piece.trail for piece in self.pieces)
        return self.opening + inner + self.tail + self.closing

    def named(self, name: str) -> Iterator[Piece]:
        """The pieces of that name, in their order."""
        return (piece for piece in self.pieces if piece.name == name)

    def first(self, name: str) -> Piece | None:
        """The first piece of that name."""
        return next(self.named(name), None)


def read_file(file: File) -> Body:
    """A whole file as pieces, one per top-level field."""
    text = file.text
    fields = [(start, entry.field, Place(entry, start)) for start, entry in file if entry.field is not None]
    return Body("", *_read(text, 0, len(text), fields), "")


def read_message(message: Message, place: Place) -> Body:
    """The inside of a closed message as pieces."""
    text = place.entry.text
    start, end = message.start + 1, message.end - 1
    comment = _OPENING_COMMENT.match(text, start, end)
    after = comment.end() if comment else start
    fields = [(0, field, place) for field in message.fields]
    return Body(text[message.start : after], *_read(text, after, end, fields), text[end : message.end])


def _read(text: str, start: int, end: int, fields: list[tuple[int, Field, Place]]) -> tuple[tuple[Piece, ...], str]:
    """The pieces of a stretch of text, and what is left behind the last; fields come with the offset of their entry."""
    pieces: list[Piece] = []
    limits = [shift + field.start for shift, field, _ in fields[1:]]
    for (shift, field, place), limit in zip(fields, [*limits, end], strict=False):
        lead = text[start : shift + field.start]
        start = _trail_end(text, shift + field.end, limit)
        head = place.entry.text[field.start : _value_start(field)]
        trail = text[shift + field.end : start]
        pieces.append(Piece(field.name, lead, head, _value(field, place), trail, field, place))
    return tuple(pieces), text[start:end]


def _trail_end(text: str, start: int, limit: int) -> int:
    if text[start:limit].isspace():  # Nearly all fields, at a tenth of the pattern's price.
        return start
    trail = _TRAIL.match(text, start, limit)
    return trail.end() if trail else start


def _value_start(field: Field) -> int:
    return field.end if field.value is None else field.value.start


def _value(field: Field, place: Place) -> Scalar | str:
    if isinstance(field.value, Scalar):
        return field.value
    return place.entry.text[_value_start(field) : field.end]


def message_of(piece: Piece) -> Message | None:
    """The message that was read where the piece stands; None for any other field, and for what the upgrade has made."""
    value = piece.field.value if piece.field is not None else None
    return value if isinstance(value, Message) else None


def body_of(piece: Piece) -> Body | None:
    """The inside of a piece that is a message; None for any other."""
    if isinstance(piece.value, Body):
        return piece.value
    message = message_of(piece)
    return read_message(message, piece.place) if message is not None else None


def split_lists(pieces: Iterable[Piece], names: Iterable[str]) -> list[Piece]:
    """The pieces, with each list (`name: [a, b]`) of one of the `names` as several pieces (`name: a name: b`)."""
    wanted = frozenset(names)
    split: list[Piece] = []
    for piece in pieces:
        if piece.name in wanted and piece.field is not None and isinstance(piece.field.value, ListValue):
            split += _split_list(piece, piece.field.value)
        else:
            split.append(piece)
    return split


def _split_list(piece: Piece, values: ListValue) -> Iterator[Piece]:
    text = piece.place.entry.text
    lead, position = _with_comments(piece.lead, comments_in(piece.head)), values.start + 1
    if not values.values:
        yield from comments_only(piece, piece.lead)
        return
    for index, value in enumerate(values.values):
        last = index + 1 == len(values.values)
        limit = values.end - 1 if last else values.values[index + 1].start
        after = _trail_end(text, value.end, limit)
        lead += text[position : value.start]
        position = after
        # Each value becomes a field of its own, so that what reads fields reads it too.
        single = Field(piece.name, value.start, value.start)
        single.end, single.colon, single.value = value.end, isinstance(value, Scalar), value
        comment = trail_comment(text[value.end : after])
        rest = text[after : values.end - 1] if last else ""
        comment += "".join(f" {found}" for found in comments_in(rest))
        if last:
            comment += trail_comment(piece.trail)
        head = f"{piece.name}: " if isinstance(value, Scalar) else f"{piece.name} "
        yield Piece(piece.name, lead, head, _value(single, piece.place), comment, single, piece.place)
        lead = "" if text[position:limit] or last else " "


def _with_comments(lead: str, comments: list[str]) -> str:
    return lead + "".join(f"{comment}\n" for comment in comments)


def comments_in(text: str) -> list[str]:
    """The comments of a text, without the carriage returns of its line ends."""
    if "#" not in text:
        return []
    return [text[token.start : token.end].rstrip("\r") for token in tokens(text) if token.kind is TokenKind.COMMENT]


def trail_comment(trail: str) -> str:
    """What is left of a trail without its separator: the comment, with a space before it, or nothing."""
    return "".join(f" {comment}" for comment in comments_in(trail)) if "#" in trail else ""


def comments_only(piece: Piece, lead: str) -> Iterator[Piece]:
    """The comments of a piece whose field goes, each on a line of its own; nothing when it has none.

    `lead` says with which white space the first of them begins its line.
    """
    found = [*comments_in(piece.lead), *comments_in(piece.text), *comments_in(piece.trail)]
    newline = "\r\n" if "\r\n" in lead else "\n"
    before = newline + (indentation_of(lead) or "")
    if found:
        yield Piece("", before + before.join(found), "", "")


def renamed(piece: Piece, name: str) -> Piece:
    """The piece under another name, everything behind the name as it was."""
    return replace(piece, name=name, head=name + piece.head[len(piece.name) :])


def with_value(piece: Piece, value: Scalar | str) -> Piece:
    """The piece with another value; comments between the strings of the old one go behind the new one."""
    trail = piece.trail + "".join(f" {comment}" for comment in comments_in(piece.text[len(piece.head) :]))
    return replace(piece, value=value, trail=trail, field=None)


def indentation_of(lead: str) -> str | None:
    """The white space between the last line end and the field; None where the field begins no line."""
    _, line_end, last = lead.rpartition("\n")
    return last if line_end and not last.strip(" \t") else None
