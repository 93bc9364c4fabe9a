"""What is being written at an offset: told from the tokens before it alone, since what stands there is not finished."""

from __future__ import annotations

import dataclasses
import re

from caffe_ls.analysis.documents import PrototxtDocument
from caffe_ls.immutable import dataclass
from caffe_ls.schema.model import Field as Declaration
from caffe_ls.syntax.lexer import Token, TokenKind, tokens
from caffe_ls.syntax.tree import Entry, Field, File, ListValue, Message
from caffe_ls.text.span import Span

_WORD_REST = re.compile(r"\w*", re.ASCII)
_STRING_REST = re.compile(r"[^\"'\n\\]*")
_UNQUOTED_REST = re.compile(r"[^\s{}<>\[\]:;,#\"']*")

# An entry of more text than this is no layer that a person writes.
_LONGEST_ENTRY = 200_000


@dataclass(frozen=True, slots=True)
class Writing:
    """What stands around a place where something is being written.

    `message` is the message that the field stands in, `node` that message as far as it is written (None at the top
    level). `declared` is the field whose value is being written; None where a field's name is. `span` is the part to
    replace; for a string it is what stands between the quotes, of which `quote` is the opening one, empty where there
    is none yet, and `closed` tells whether the closing one is there.
    """

    message: str
    node: Message | None
    base: int
    declared: Declaration | None
    span: Span
    quote: str = ""
    closed: bool = False


def writing_at(document: PrototxtDocument, offset: int) -> Writing | None:
    """What is being written at `offset`; None in comments, behind complete names, and in messages that are unknown."""
    file = document.file
    index = _entry_before(file, offset, document.text)
    base = file.starts[index] if file.entries else 0
    if offset - base > _LONGEST_ENTRY:
        return None
    trail = _follow(document.text[base:offset])
    if trail is None:
        return None
    message = _message_of(document, trail)
    if message is None:
        return None
    opened = next((bracket.start for bracket in reversed(trail.open) if bracket.opens_message), None)
    entry = file.entries[index] if file.entries else None
    node = None if opened is None or entry is None else _message_at(entry, opened)
    declared = None
    if trail.field is not None:
        declared = document.schema.field(message, trail.field)
        if declared is None or (declared.is_message and trail.partial.strip()):
            return None
    elif trail.pending or trail.quote:
        return None
    span, closed = _span(document.text, offset, trail)
    return Writing(message, node, base, declared, span, trail.quote, closed)


@dataclasses.dataclass(slots=True)
class _Bracket:
    name: str
    start: int
    opens_message: bool


@dataclasses.dataclass(slots=True)
class _Trail:
    """The state after a row of tokens: the brackets that are open, and what has begun."""

    open: list[_Bracket] = dataclasses.field(default_factory=list)
    pending: str = ""
    colon: bool = False
    last_name: str = ""
    last_end: int = 0
    partial: str = ""
    quote: str = ""

    @property
    def in_list(self) -> bool:
        return bool(self.open) and not self.open[-1].opens_message

    @property
    def field(self) -> str | None:
        """The field whose value comes next."""
        if self.in_list:
            return self.open[-1].name
        return self.pending if self.pending and self.colon else None

    def take(self, kind: int, shown: str, start: int) -> None:
        if kind == TokenKind.IDENTIFIER:
            self.last_name = shown
            self.pending = "" if self.colon or self.in_list else shown
            self.colon = False
        elif kind == TokenKind.PUNCTUATION:
            self.take_punctuation(shown, start)
        elif not self.in_list:
            self.pending, self.colon = "", False

    def take_punctuation(self, shown: str, start: int) -> None:
        # A name behind a value that is missing was taken for that value.
        name = self.pending or self.last_name
        if shown == ":":
            self.pending, self.colon = name, True
        elif shown in "{<":
            self.open.append(_Bracket(self.open[-1].name if self.in_list else name, start, True))
            self.pending, self.colon = "", False
        elif shown == "[":
            self.open.append(_Bracket(name, start, False))
            self.pending, self.colon = "", False
        elif shown in "}>]":
            if self.open:
                self.open.pop()
            self.pending, self.colon = "", False
        elif not (shown == "-" or self.in_list):
            self.pending, self.colon = "", False


def _follow(text: str) -> _Trail | None:
    """The state at the end of a text; None within a comment."""
    trail = _Trail()
    for token in tokens(text):
        kind, _, start, end = token
        shown = text[start:end]
        if kind == TokenKind.END:
            break
        if end == len(text):
            if kind == TokenKind.COMMENT:
                return None
            if _is_unfinished(token, shown):
                _forget_old_line(trail, text[trail.last_end : start])
                trail.partial = shown[1:] if kind == TokenKind.BROKEN_STRING else shown
                trail.quote = shown[0] if kind == TokenKind.BROKEN_STRING else ""
                return trail
        if kind != TokenKind.COMMENT:
            trail.take(kind, shown, start)
            trail.last_end = end
    _forget_old_line(trail, text[trail.last_end :])
    return trail


def _is_unfinished(token: Token, shown: str) -> bool:
    if token.kind == TokenKind.BROKEN_STRING:
        return len(shown) == 1 or shown[-1] != shown[0]
    return token.kind not in (TokenKind.PUNCTUATION, TokenKind.STRING, TokenKind.CONTROL)


def _forget_old_line(trail: _Trail, gap: str) -> None:
    """A field that was begun on a line above has no value: what is being written is another one."""
    if "\n" in gap and not trail.in_list:
        trail.pending, trail.colon = "", False


def _message_of(document: PrototxtDocument, trail: _Trail) -> str | None:
    message = document.root
    for bracket in trail.open:
        if bracket.opens_message:
            declared = document.schema.field(message, bracket.name)
            if declared is None or not declared.is_message:
                return None
            message = declared.type_name
    return message


def _entry_before(file: File, offset: int, text: str) -> int:
    """The entry from whose beginning the tokens up to `offset` tell what is open there."""
    index = file.index_at(offset)
    if index and file.starts[index] == offset:
        index -= 1
    entry, base = file.entries[index] if file.entries else None, file.starts[index]
    if index and entry is not None and (entry.field is None or base + entry.field.start >= offset):
        # Behind a message that nothing closes, the rest of its line and indented lines still belong to it.
        before = file.entries[index - 1].field
        if before is not None and isinstance(before.value, Message) and not before.value.closed:
            line = text.rfind("\n", 0, offset) + 1
            if line <= base or text[line : line + 1] in (" ", "\t"):
                return index - 1
    return index


def _message_at(entry: Entry, start: int) -> Message | None:
    """The message whose opening bracket stands at `start` of its entry."""
    waiting: list[Field] = [] if entry.field is None else [entry.field]
    while waiting:
        value = waiting.pop().value
        inner = value.values if isinstance(value, ListValue) else [value]
        for message in inner:
            if isinstance(message, Message):
                if message.start == start:
                    return message
                if message.start < start:
                    waiting += message.fields
    return None


def _span(text: str, offset: int, trail: _Trail) -> tuple[Span, bool]:
    """The part to replace, and whether a closing quote follows."""
    if trail.quote:
        rest = _STRING_REST.match(text, offset)
        end = rest.end() if rest else offset
        closed = text[end : end + 1] == trail.quote
        return Span(offset - len(trail.partial), end if closed else offset), closed
    rest = (_UNQUOTED_REST if trail.field is not None else _WORD_REST).match(text, offset)
    return Span(offset - len(trail.partial), rest.end() if rest else offset), False
