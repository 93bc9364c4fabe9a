"""How pieces are laid out: on lines of their own or on one, indented as their neighbours, when they move."""

from __future__ import annotations

import re
from collections.abc import Iterable

from caffe_ls.immutable import dataclass, replace
from caffe_ls.schema.upgrade.pieces import Body, Piece, body_of, comments_in, indentation_of, trail_comment
from caffe_ls.syntax.tree import Scalar


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


def style_of(body: Body, outer: str, newline: str, unit: str) -> Style:
    """The layout of a body, whose own line is indented by `outer`."""
    indents = (indentation_of(piece.lead) for piece in body.pieces)
    indent = next((found for found in indents if found is not None), None)
    if indent is None:
        return Style(newline, outer + unit, unit, "\n" not in body.text)
    deeper = indent.startswith(outer) and len(indent) > len(outer)
    return Style(newline, indent, indent[len(outer) :] if deeper else unit, False)


def own_indent(piece: Piece, style: Style) -> str:
    """The indentation of the line on which a piece begins, in a body of this style."""
    last = piece.lead.rpartition("\n")[2]
    return style.indent if last.strip(" \t") else last


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
    return lead[: len(lead) - len(lead.lstrip(" \t\r\n\v\f"))].rstrip(" \t") + (indentation_of(lead) or "")
