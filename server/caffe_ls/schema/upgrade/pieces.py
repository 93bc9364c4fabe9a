"""Messages as rows of pieces, which can be renamed, moved and wrapped while every comment stays with its field."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from caffe_ls.immutable import dataclass, replace
from caffe_ls.syntax.lexer import TokenKind, tokens
from caffe_ls.syntax.tree import Field, File, ListValue, Message, Scalar
from caffe_ls.text.span import Span

# A separator, wherever it stands before the next field, and a comment on the line of what it follows. The carriage
# return of a CRLF is no part of the comment.
_TRAIL = re.compile(r"(?:(?:[ \t\r\n\v\f]|#[^\n]*\n)*[;,])?(?:[ \t]*#(?:[^\r\n]|\r(?!\n))*)?")
_OPENING_COMMENT = re.compile(r"[ \t]*#(?:[^\r\n]|\r(?!\n))*")
_INDENTATION = re.compile(r"\n([ \t]*)\Z")


class Place(NamedTuple):
    """The text of an entry and where it begins in the file: what the offsets of a node refer to."""

    text: str
    start: int


NOWHERE = Place("", 0)
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


@dataclass(frozen=True, slots=True)
class Style:
    """How a body is laid out: line end, indentation of its fields, one more level, or all of it on one line."""

    newline: str
    indent: str
    unit: str
    one_line: bool

    def deeper(self) -> Style:
        """The style of a message within."""
        return replace(self, indent=self.indent + self.unit)


def read_file(file: File) -> Body:
    """A whole file as pieces, one per top-level field."""
    text = file.text
    placed = [(entry.field, Place(entry.text, start)) for start, entry in file if entry.field is not None]
    return _read(text, 0, len(text), 0, placed, "", "")


def read_message(message: Message, place: Place) -> Body:
    """The inside of a closed message as pieces."""
    text = place.text
    start, end = message.start + 1, message.end - 1
    comment = _OPENING_COMMENT.match(text, start, end)
    after = comment.end() if comment else start
    fields = [(field, place) for field in message.fields]
    return _read(text, after, end, place.start, fields, text[message.start : after], text[end : message.end])


def _read(
    text: str, start: int, end: int, base: int, fields: list[tuple[Field, Place]], opening: str, closing: str
) -> Body:
    pieces: list[Piece] = []
    position = start
    for index, (field, place) in enumerate(fields):
        shift = place.start - base
        following = fields[index + 1] if index + 1 < len(fields) else None
        limit = end if following is None else following[0].start + following[1].start - base
        trail = _TRAIL.match(text, field.end + shift, limit)
        after = trail.end() if trail else field.end + shift
        pieces.append(
            Piece(
                field.name,
                text[position : field.start + shift],
                place.text[field.start : _value_start(field)],
                _value(field, place),
                text[field.end + shift : after],
                field,
                place,
            )
        )
        position = after
    return Body(opening, tuple(pieces), text[position:end], closing)


def _value_start(field: Field) -> int:
    return field.end if field.value is None else field.value.start


def _value(field: Field, place: Place) -> Scalar | str:
    if isinstance(field.value, Scalar):
        return field.value
    return place.text[_value_start(field) : field.end]


def body_of(piece: Piece) -> Body | None:
    """The inside of a piece that is a message; None for any other."""
    if isinstance(piece.value, Body):
        return piece.value
    if piece.field is None or not isinstance(piece.field.value, Message):
        return None
    return read_message(piece.field.value, piece.place)


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
    text, start = piece.place
    lead, position = _with_comments(piece.lead, comments_in(piece.head)), values.start + 1
    if not values.values:
        yield from comments_only(piece, piece.lead)
        return
    for index, value in enumerate(values.values):
        last = index + 1 == len(values.values)
        limit = values.end - 1 if last else values.values[index + 1].start
        trail = _TRAIL.match(text, value.end, limit)
        after = trail.end() if trail else value.end
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
        yield Piece(piece.name, lead, head, _value(single, piece.place), comment, single, Place(text, start))
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
    indentation = _INDENTATION.search(lead)
    newline = "\r\n" if "\r\n" in lead else "\n"
    before = newline + (indentation[1] if indentation else "")
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
    found = _INDENTATION.search(lead)
    return found[1] if found else None


def style_of(body: Body, outer: str, newline: str, unit: str) -> Style:
    """The layout of a body, whose own line is indented by `outer`."""
    indents = (indentation_of(piece.lead) for piece in body.pieces)
    indent = next((found for found in indents if found is not None), None)
    broken = "\n" in body.text
    if indent is None:
        return Style(newline, outer + unit, unit, not broken)
    deeper = indent.startswith(outer) and len(indent) > len(outer)
    return Style(newline, indent, indent[len(outer) :] if deeper else unit, not broken)


def shifted(text: str, before: str, after: str) -> str:
    """A text of several lines, all but the first moved from one indentation to another.

    Strings cannot hold line ends, so that only white space and comments begin lines.
    """
    if before == after or "\n" not in text:
        return text
    first, *lines = text.split("\n")
    moved = [
        after + line[len(before) :] if line.startswith(before) else line if not line.strip() else after + line.lstrip()
        for line in lines
    ]
    return "\n".join([first, *moved])


def moved(piece: Piece, style: Style) -> Piece:
    """The piece as a field of another body: on a line of its own there, without blank lines before it."""
    comment = trail_comment(piece.trail)
    if style.one_line:
        return replace(piece, lead=" ", trail=comment)
    before = indentation_of(piece.lead)
    start = style.newline + style.indent
    lead = "".join(start + found for found in comments_in(piece.lead)) + start
    value = piece.value
    if not isinstance(value, Scalar):
        text = value if isinstance(value, str) else value.text
        if "\n" in text:
            inner = before if before is not None else _guessed_indent(text)
            value = shifted(text, inner, style.indent)
    return replace(piece, lead=lead, value=value, trail=comment)


def _guessed_indent(text: str) -> str:
    """The indentation of a closing bracket, which is that of the line with the opening one."""
    found = re.search(r"\n([ \t]*)[}>\]]\Z", text)
    return found[1] if found else ""


def message_piece(name: str, members: Iterable[Piece], lead: str, style: Style) -> Piece:
    """`name { members }` as a field of a body of that style; it takes `lead` as it is."""
    inner = style.deeper()
    pieces = tuple(moved(member, inner) for member in members)
    tail = " " if style.one_line else style.newline + style.indent
    if not pieces:
        return Piece(name, lead, f"{name} ", Body("{", (), "", "}"))
    return Piece(name, lead, f"{name} ", Body("{", pieces, tail, "}"))


def add_members(piece: Piece, members: Iterable[Piece], style: Style) -> Piece:
    """A message piece with more fields at its end; `style` is that of the body in which the piece stands."""
    body = body_of(piece)
    assert body is not None
    inner = style_of(body, style.indent, style.newline, style.unit)
    if not body.pieces and not inner.one_line:
        inner = replace(inner, indent=style.indent + style.unit)
    added = [moved(member, inner) for member in members]
    if inner.one_line and any("#" in member.lead + member.text + member.trail for member in added):
        inner = replace(inner, one_line=False, indent=style.indent + style.unit)
        added = [moved(member, inner) for member in members]
    tail = body.tail or (" " if inner.one_line else "")
    return replace(piece, value=settled(replace(body, pieces=(*body.pieces, *added), tail=tail), inner, style.indent))


def settled(body: Body, style: Style, outer: str) -> Body:
    """A body whose pieces were moved about, with a line end wherever the comment before it needs one."""
    pieces: list[Piece] = []
    start = style.newline + style.indent
    ends_in_comment = "#" in body.opening
    long = False
    for piece in body.pieces:
        apart = piece.on_own_line or not (pieces or body.opening)
        if not apart and (ends_in_comment or (long and not style.one_line)):
            piece = replace(piece, lead=start)
        elif not apart and pieces and not piece.lead:
            piece = replace(piece, lead=" ")
        pieces.append(piece)
        ends_in_comment = "#" in piece.trail or not piece.name
        long = piece.field is None and "\n" in piece.text
    tail = body.tail
    if pieces and "\n" not in tail and body.closing and (ends_in_comment or long):
        tail = style.newline + outer
    return replace(body, pieces=tuple(pieces), tail=tail)


def without(pieces: Iterable[Piece], gone: Iterable[Piece]) -> list[Piece]:
    """The pieces but those that are gone; what stood behind one of these on its line now begins the line."""
    leaving = {id(piece) for piece in gone}
    kept: list[Piece] = []
    inherited = ""
    for piece in pieces:
        if id(piece) in leaving:
            inherited = inherited or (blank_lead(piece.lead) if piece.on_own_line else "")
            continue
        if inherited and not piece.on_own_line:
            piece = replace(piece, lead=inherited)
        inherited = ""
        kept.append(piece)
    return kept


def blank_lead(lead: str) -> str:
    """A lead without its comments: its blank lines and the indentation."""
    if "#" not in lead:
        return lead
    indentation = _INDENTATION.search(lead)
    return lead[: len(lead) - len(lead.lstrip(" \t\r\n\v\f"))].rstrip(" \t") + (indentation[1] if indentation else "")
