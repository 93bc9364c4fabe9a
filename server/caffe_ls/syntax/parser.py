"""Text into a tree and problems."""

from __future__ import annotations

import re
from typing import NamedTuple

from caffe_ls.syntax.lexer import TOKEN, TokenKind, broken_escapes
from caffe_ls.syntax.tree import Entry, Field, File, ListValue, Message, Scalar, SyntaxProblem
from caffe_ls.text.span import Span

_CLOSING = {"{": "}", "<": ">"}
_SIGNED_WORDS = ("inf", "infinity", "nan")

# What people write behind a value that they forgot to quote: paths, names with a slash or a dash, versions.
_UNQUOTED_REST = re.compile(r"[^\s{}<>\[\]:;,#\"']*")
_STRAY_QUOTE = re.compile(r"[\"'](?=[ \t\r]*(?:#|$))", re.MULTILINE)
_STARTS_A_FIELD = re.compile(r"[ \t\n\r\v\f]*[:{<]")
_EXTENSION_NAME = re.compile(r"\[\s*[A-Za-z_]\w*(?:\s*[./]\s*[A-Za-z_]\w*)*\s*\]", re.ASCII)
_CLOSED_STRING = re.compile(r"""(["'])(?:(?!\1)[^\\]|\\.)*\1""", re.DOTALL)
_CONFLICT_MARKER = re.compile(r"(?:<{7}|={7}|>{7}|\|{7})(?: [^\n]*)?\r?$", re.MULTILINE)

_KEPT_PROBLEMS = 128


class _Frame(NamedTuple):
    """An open message or list: what it is the value of, and how far the line with its bracket is indented."""

    field: Field
    node: Message | ListValue
    line: int
    indent: int


def parse(text: str) -> File:
    """The tree of a text; every problem in it is told by the entry that holds it."""
    entries: list[Entry] = []
    unclosed: set[int] = set()
    offset = 0
    while offset < len(text):
        entry = parse_entry(text, offset, unclosed)
        entries.append(entry)
        offset += len(entry.text)
    return File(tuple(entries))


def reparse(before: File, edited: Span, new_length: int, text: str) -> File:
    """`parse(text)`, where `text` is the text of `before` with its `edited` range replaced by `new_length` code points.

    Entries that the edit does not reach are the same objects as before.
    """
    first = 0
    starts = before.starts
    for first, entry in enumerate(before.entries):
        if starts[first] + entry.examined >= edited.start:
            break
    kept_after = {start: index for index, start in enumerate(starts[:-1]) if start >= edited.end}
    growth = new_length - (edited.end - edited.start)
    entries = list(before.entries[:first])
    unclosed: set[int] = set()
    offset = starts[first] if before.entries else 0
    while offset < len(text):
        index = kept_after.get(offset - growth)
        if index is not None and offset >= edited.start + new_length:
            entries += before.entries[index:]
            break
        entry = parse_entry(text, offset, unclosed)
        entries.append(entry)
        offset += len(entry.text)
    return File(tuple(entries))


def parse_entry(text: str, start: int, unclosed: set[int]) -> Entry:
    """The entry that begins at `start`.

    `unclosed` collects the offsets of brackets known to have no partner up to the end of the text, which saves looking
    for it again; the result does not depend on it.
    """
    parser = _EntryParser(text, start, unclosed, by_indentation=False)
    entry = parser.entry()
    if not parser.hit_end:
        return entry
    unclosed.update(frame.node.start + start for frame in parser.frames)
    by_indentation = _EntryParser(text, start, unclosed, by_indentation=True)
    entry = by_indentation.entry()
    entry.examined = max(entry.examined, parser.examined - start + 2)
    return entry


class _EntryParser:
    """Reads one entry; offsets of nodes are made relative to `base` as they are built."""

    def __init__(self, text: str, base: int, unclosed: set[int], *, by_indentation: bool) -> None:
        self.text = text
        self.base = base
        self.unclosed = unclosed
        self.by_indentation = by_indentation
        self.frames: list[_Frame] = []
        self.problems: list[SyntaxProblem] = []
        self.top: Field | None = None
        self.template = False
        self.hit_end = False
        self.done = False
        self.examined = base
        self.kind = 0
        self.start = self.end = self.previous_start = self.previous_end = base
        self.advance()

    # Tokens.

    def advance(self) -> None:
        """Go to the next token that is no comment."""
        self.previous_start = self.start
        self.previous_end = end = self.end
        text = self.text
        match = TOKEN.match
        while True:
            found = match(text, end)
            assert found is not None  # The last alternatives of TOKEN match anything and the end.
            kind = found.lastindex
            end = found.end()
            if kind != 6:  # TokenKind.COMMENT
                break
        assert kind is not None
        self.kind = kind
        self.start = found.start(kind)
        self.end = end
        if end > self.examined:
            self.examined = end

    def seek(self, offset: int) -> None:
        """Take everything up to `offset` as one token that is done with, and go to the next."""
        self.end = max(offset, self.start)
        self.advance()

    def line_start(self, offset: int) -> int:
        """Where the line of `offset` begins; the entry's own start counts as one, since nothing before it may matter."""
        return max(self.text.rfind("\n", self.base, offset) + 1, self.base)

    def indent_at(self, line: int) -> int:
        """How far the line that begins at `line` is indented, in code points."""
        offset = line
        while self.text[offset : offset + 1] in (" ", "\t"):
            offset += 1
        return offset - line

    def first_on_line(self) -> bool:
        """Whether only white space stands before the token on its line."""
        line = self.line_start(self.start)
        return not self.text[line : self.start].strip()

    def span(self, start: int, end: int) -> Span:
        """A span relative to the entry."""
        return Span(start - self.base, end - self.base)

    def problem(
        self,
        code: str,
        span: Span,
        message: str,
        other: Span | None = None,
        replacement: tuple[Span, str] | None = None,
    ) -> None:
        """Keep a problem, unless the entry has had plenty: a file that is no prototxt at all must stay readable."""
        if len(self.problems) < _KEPT_PROBLEMS:
            self.problems.append(SyntaxProblem(code, span, message, other, replacement))

    def found(self) -> str:
        """The token, quoted for a message."""
        if self.kind == TokenKind.END:
            return "the end of the file"
        shown = self.text[self.start : self.end]
        if self.kind == TokenKind.CONTROL:
            return f"the control character U+{ord(shown[0]):04X}"
        if self.kind == TokenKind.NON_ASCII:
            return f"the character U+{ord(shown[0]):04X}" if not shown[0].isprintable() else f"`{shown[:20]}`"
        return f"`{shown if len(shown) <= 40 else shown[:37] + '...'}`"

    # Structure.

    def entry(self) -> Entry:
        """The entry, from `base` to the end of its field, or of the text that belongs to none."""
        if self.kind == TokenKind.END:
            return self.finish(len(self.text))
        if self.base == 0 and self.text.startswith("\ufeff"):
            self.problem("byte-order-mark", self.span(0, 1), "Caffe's parser refuses a byte order mark", None, (Span(0, 1), ""))
            if self.start == 0:
                return self.finish(1)
        while not self.done:
            if self.frames and isinstance(self.frames[-1].node, ListValue):
                self.list_item()
            else:
                self.field()
        return self.finish(self.previous_end)

    def finish(self, end: int) -> Entry:
        return Entry(
            self.text[self.base : end], self.top, tuple(self.problems), self.examined - self.base + 1, self.template
        )

    def end_field(self, field: Field) -> None:
        """A field is complete: take the separator behind it; at the top level the entry is complete too."""
        field.end = self.previous_end - self.base
        if self.kind == 3 and self.text[self.start] in ";,":  # TokenKind.PUNCTUATION
            self.advance()
        if not self.frames:
            self.done = True

    def field(self) -> None:
        """One field of the message on top, or its end."""
        if self.by_indentation and self.frames and self.close_by_indentation():
            return
        if self.kind == 1:  # TokenKind.IDENTIFIER
            field = Field(self.text[self.start : self.end], self.start - self.base, self.end - self.base)
            self.keep(field)
            self.advance()
            self.after_name(field)
            return
        if self.kind == TokenKind.END:
            self.end_of_text()
            return
        if self.kind == TokenKind.PUNCTUATION:
            character = self.text[self.start]
            if character in "}>" and not self.at_conflict_marker():
                self.close(character)
                return
            if character == "[" and (name := _EXTENSION_NAME.match(self.text, self.start)):
                field = Field(re.sub(r"\s+", "", name[0]), self.start - self.base, name.end() - self.base)
                self.examined = max(self.examined, name.end())
                self.keep(field)
                self.seek(name.end())
                self.after_name(field)
                return
        self.garbage("a field name")

    def keep(self, field: Field) -> None:
        if self.frames:
            node = self.frames[-1].node
            assert isinstance(node, Message)
            node.fields.append(field)
        else:
            self.top = field

    def after_name(self, field: Field) -> None:
        """What stands behind a field's name: `:` and a value, or a message."""
        text = self.text
        if self.kind == 3:
            character = text[self.start]
            if character == ":":
                field.colon = True
                self.advance()
                self.value(field)
                return
            if character in "{<":
                self.open_message(field)
                return
            if character == "[":
                self.open_list(field)
                return
        elif text[self.start : self.start + 1] == "=":
            span = self.span(self.start, self.end)
            self.problem("equals-sign", span, f"expected `:` after `{field.name}`, found `=`", None, (span, ":"))
            field.colon = True
            self.advance()
            self.value(field)
            return
        gap = text[self.previous_end : self.start]
        is_value = self.kind in (TokenKind.STRING, TokenKind.INTEGER, TokenKind.FLOAT, TokenKind.IDENTIFIER) or (
            self.kind == TokenKind.PUNCTUATION and text[self.start] == "-"
        )
        if "\n" not in gap and is_value and not self.at_field_start():
            # The colon belongs right behind the name; a span over the gap is the smallest that can be seen.
            span = self.span(self.previous_end, max(self.start, self.previous_end + 1))
            insertion = self.span(self.previous_end, self.previous_end)
            self.problem("colon-missing", span, f"expected `:` after `{field.name}`", None, (insertion, ":"))
            field.colon = True
            self.value(field)
            return
        name_line = self.line_start(self.previous_start)
        deeper = (
            self.kind == TokenKind.IDENTIFIER
            and self.first_on_line()
            and self.start - self.line_start(self.start) > self.indent_at(name_line)
        )
        if deeper:
            insertion = self.span(self.previous_end, self.previous_end)
            self.problem(
                "opening-bracket-missing", field.name_span, f"expected `{{` after `{field.name}`", None, (insertion, " {")
            )
            self.push(field, Message(field.name_end), name_line)
            return
        self.problem("value-missing", field.name_span, f"expected `:` or `{{` after `{field.name}`, found {self.found()}")
        self.end_field(field)

    def at_field_start(self) -> bool:
        """Whether the token is a name with `:`, `{` or `<` behind it."""
        return self.kind == 1 and _STARTS_A_FIELD.match(self.text, self.end) is not None

    def value(self, field: Field) -> None:
        """The value behind `name:`."""
        scalar = self.scalar()
        if scalar is not None:
            field.value = scalar
            self.end_field(field)
            return
        if self.kind == TokenKind.PUNCTUATION:
            character = self.text[self.start]
            if character in "{<" and not self.at_conflict_marker():
                self.open_message(field)
                return
            if character == "[":
                self.open_list(field)
                return
        if self.skippable_value():
            self.garbage(f"a value after `{field.name}:`")
        else:
            name = field.name
            colon = self.span(self.previous_start, self.previous_end)
            self.problem("value-missing", colon, f"expected a value after `{name}:`, found {self.found()}", field.name_span)
        self.end_field(field)

    def skippable_value(self) -> bool:
        """Whether the token is rubbish in the value's place, and not what follows a value that is missing."""
        if self.kind == TokenKind.END or (self.kind == 3 and self.text[self.start] in "}>;,]"):
            return False
        return "\n" not in self.text[self.previous_end : self.start] and not self.at_field_start()

    def scalar(self) -> Scalar | None:
        """The scalar that begins at the token, or None, with nothing taken, where none does."""
        kind, start, end = self.kind, self.start, self.end
        text = self.text
        if kind == 2:  # TokenKind.STRING
            return self.string()
        if kind == 4 or kind == 5:  # TokenKind.INTEGER, FLOAT
            self.advance()
            return Scalar("integer" if kind == 4 else "float", start - self.base, end - self.base, text[start:end])
        if kind == 1:  # TokenKind.IDENTIFIER
            if self.at_field_start() and "\n" in text[self.previous_end : start]:
                return None
            rest = text[end : end + 1]
            if rest and rest not in " \t\r\n\v\f{}<>[]:;,#" and self.unquoted(start):
                return Scalar("broken", start - self.base, self.previous_end - self.base, text[start : self.previous_end])
            self.advance()
            return Scalar("identifier", start - self.base, end - self.base, text[start:end])
        return self.unusual_scalar(kind, start, end)

    def unusual_scalar(self, kind: int, start: int, end: int) -> Scalar | None:
        text = self.text
        if kind == TokenKind.PUNCTUATION and text[start] == "-":
            return self.signed(start)
        if kind == TokenKind.OTHER and text[start] == "+" and text[end : end + 1] in tuple(".0123456789"):
            span = self.span(start, end)
            self.problem("plus-sign", span, "a number takes no leading `+`", None, (span, ""))
            self.advance()
            return self.scalar()
        if kind == TokenKind.BROKEN_NUMBER:
            self.advance()
            shown = text[start:end]
            self.problem("number", self.span(start, end), f"`{shown[:40]}` is not a number{_number_hint(shown)}")
            return Scalar("broken", start - self.base, end - self.base, shown)
        if kind == TokenKind.BROKEN_STRING:
            return self.string()
        if kind == TokenKind.TEMPLATE:
            self.template = True
            rest = _UNQUOTED_REST.match(text, end)
            end = rest.end() if rest else end
            self.seek(end)
            return Scalar("broken", start - self.base, end - self.base, text[start:end])
        if kind in (TokenKind.OTHER, TokenKind.NON_ASCII) and not self.at_comment_of_another_language():
            if text[start] not in "=\"'" and self.unquoted(start):
                return Scalar("broken", start - self.base, self.previous_end - self.base, text[start : self.previous_end])
        return None

    def unquoted(self, start: int) -> bool:
        """Take a value such as `examples/mnist/lmdb` as one that lacks its quotes."""
        rest = _UNQUOTED_REST.match(self.text, start)
        assert rest is not None
        end = rest.end()
        if stray := _STRAY_QUOTE.match(self.text, end):
            end = stray.end()
        if end == start or end == self.end:
            return False
        shown = self.text[start:end]
        self.examined = max(self.examined, end)
        span = self.span(start, end)
        self.problem(
            "quotes-missing", span, f"expected quotes around `{shown[:60]}`", None, (span, '"' + shown.rstrip("\"'") + '"')
        )
        self.seek(end)
        return True

    def signed(self, minus: int) -> Scalar | None:
        """`-` and the number, or the word for one, behind it; C++ lets white space stand between."""
        text = self.text
        self.advance()
        kind, start, end = self.kind, self.start, self.end
        known = kind in (TokenKind.INTEGER, TokenKind.FLOAT) or (
            kind == TokenKind.IDENTIFIER and text[start:end].lower() in _SIGNED_WORDS
        )
        if known:
            self.advance()
            name = "integer" if kind == TokenKind.INTEGER else "float" if kind == TokenKind.FLOAT else "identifier"
            return Scalar(name, minus - self.base, end - self.base, text[minus:end])  # type: ignore[arg-type]
        broken = Scalar("broken", minus - self.base, minus + 1 - self.base, "-")
        if kind in (TokenKind.BROKEN_NUMBER, TokenKind.TEMPLATE):
            self.scalar()
            broken.end = self.previous_end - self.base
        else:
            self.problem("number", self.span(minus, minus + 1), f"expected a number after `-`, found {self.found()}")
            if kind == TokenKind.IDENTIFIER and start == minus + 1:
                self.advance()
        return broken

    def string(self) -> Scalar:
        """A string, with those that follow it: adjacent strings are one."""
        start = self.start
        kind = "string"
        while self.kind == TokenKind.STRING or (
            self.kind == TokenKind.BROKEN_STRING and (self.start == start or self.on_line_of_previous())
        ):
            if self.kind == TokenKind.BROKEN_STRING:
                kind = "broken"
                self.broken_string()
            self.advance()
        end = self.previous_end
        return Scalar(kind, start - self.base, end - self.base, self.text[start:end])  # type: ignore[arg-type]

    def on_line_of_previous(self) -> bool:
        return "\n" not in self.text[self.previous_end : self.start]

    def broken_string(self) -> None:
        literal = self.text[self.start : self.end]
        if not _CLOSED_STRING.fullmatch(literal):
            if self.start == self.previous_end and len(literal.rstrip()) == 1:
                self.problem("quotes-missing", self.span(self.start, self.start + 1), "a quote that opens no string")
                return
            end = self.start + len(literal.rstrip())
            insertion = self.span(end, end)
            self.problem(
                "quote-missing",
                self.span(self.start, end),
                f"expected `{literal[0]}` before the end of the line",
                None,
                (insertion, literal[0]),
            )
        for start, end in broken_escapes(literal):
            shown = literal[start:end]
            self.problem(
                "escape",
                self.span(self.start + start, self.start + max(end, start + 1)),
                f"`{shown}` is no escape that Caffe's parser knows",
                None,
                (self.span(self.start + start, self.start + start + 1), "\\\\"),
            )

    # Brackets.

    def push(self, field: Field, node: Message | ListValue, line: int) -> None:
        field.value = node
        self.frames.append(_Frame(field, node, line, self.indent_at(line)))

    def open_message(self, field: Field) -> None:
        if not self.frames and self.start in self.unclosed:
            self.by_indentation = True
        self.push(field, Message(self.start - self.base), self.line_start(self.start))
        self.advance()

    def open_list(self, field: Field) -> None:
        if not self.frames and self.start in self.unclosed:
            self.by_indentation = True
        self.push(field, ListValue(self.start - self.base), self.line_start(self.start))
        self.advance()
        if self.kind == TokenKind.PUNCTUATION and self.text[self.start] == "]":
            self.close_list()

    def close_list(self) -> None:
        self.advance()
        frame = self.frames.pop()
        frame.node.end = self.previous_end - self.base
        if not frame.field.colon and any(isinstance(value, Scalar) for value in frame.field.values):
            start = frame.field.name_end
            self.problem(
                "colon-missing", Span(start, frame.node.start + 1), f"expected `:` after `{frame.field.name}`", None,
                (Span(start, start), ":"),
            )  # fmt: skip
        self.end_field(frame.field)

    def list_item(self) -> None:
        """One value of a list and the comma or bracket behind it."""
        frame = self.frames[-1]
        node = frame.node
        assert isinstance(node, ListValue)
        after_message = bool(node.values) and isinstance(node.values[-1], Message) and self.previous_end == node.values[-1].end + self.base
        if not after_message:
            character = self.text[self.start : self.start + 1]
            if self.kind == TokenKind.PUNCTUATION and character in ("{", "<"):
                message = Message(self.start - self.base)
                node.values.append(message)
                line = self.line_start(self.start)
                self.frames.append(_Frame(frame.field, message, line, self.indent_at(line)))
                self.advance()
                return
            value = None if self.at_field_start() else self.scalar()
            if value is None:
                self.list_problem(frame, "a value")
                return
            node.values.append(value)
        if self.kind == TokenKind.PUNCTUATION:
            character = self.text[self.start]
            if character == "]":
                self.close_list()
                return
            if character == ",":
                self.advance()
                return
        self.list_problem(frame, "`,` or `]`")

    def list_problem(self, frame: _Frame, expected: str) -> None:
        """Give the list up: go to its bracket where that is near, else take it as missing."""
        if self.kind == TokenKind.END and not self.by_indentation:
            self.end_of_text()
            return
        self.problem(
            "list",
            self.span(self.start, self.end) if self.kind != TokenKind.END else Span(frame.node.start, frame.node.start + 1),
            f"expected {expected} in the list of `{frame.field.name}`, found {self.found()}",
            frame.field.name_span,
        )
        closing = re.compile(r"[^\n\]{}#]*\]").match(self.text, self.start)
        frame = self.frames.pop()
        if closing:
            self.examined = max(self.examined, closing.end())
            self.seek(closing.end())
        elif self.kind != TokenKind.END and not self.at_field_start() and self.text[self.start] not in "}>":
            self.garbage(None)
        frame.node.end = self.previous_end - self.base
        self.end_field(frame.field)

    def close(self, character: str) -> None:
        """A closing bracket where a field may stand."""
        if not self.frames:
            self.problem("unexpected-bracket", self.span(self.start, self.end), f"`{character}` closes nothing")
            self.advance()
            self.done = True
            return
        frame = self.frames.pop()
        message = frame.node
        assert isinstance(message, Message)
        opened = self.text[message.start + self.base : message.start + self.base + 1]
        expected = _CLOSING.get(opened, "}")
        if character != expected:
            span = self.span(self.start, self.end)
            self.problem(
                "wrong-bracket",
                span,
                f"expected `{expected}` to close `{frame.field.name}`, found `{character}`",
                Span(message.start, message.start + 1),
                (span, expected),
            )
        self.advance()
        message.end = self.previous_end - self.base
        message.closed = True
        if not self.frames or isinstance(self.frames[-1].node, Message):
            self.end_field(frame.field)

    def end_of_text(self) -> None:
        """The text ends where a field may stand."""
        self.done = True
        if not self.frames:
            return
        if not self.by_indentation:
            self.hit_end = True
            return
        self.close_missing(0)

    def close_by_indentation(self) -> bool:
        """Whether the token, by its indentation, shows that messages before it lack their closing brackets."""
        closing = self.kind == TokenKind.PUNCTUATION and self.text[self.start] in "}>"
        if not (closing or self.kind == TokenKind.IDENTIFIER) or not self.first_on_line():
            return False
        line = self.line_start(self.start)
        column = self.start - line
        keep = len(self.frames)
        if closing:
            while keep > 1 and self.frames[keep - 1].indent > column and self.frames[keep - 2].indent >= column:
                keep -= 1
        elif self.at_field_start():
            while keep and self.frames[keep - 1].indent >= column and self.frames[keep - 1].line != line:
                keep -= 1
        if keep == len(self.frames):
            return False
        self.close_missing(keep)
        if not self.frames:
            self.done = True
        return True

    def close_missing(self, keep: int) -> None:
        """Close all but the outer `keep` frames here, with one problem for all of them."""
        closed = self.frames[keep:][::-1]
        del self.frames[keep:]
        names = " and ".join(f"`{frame.field.name}`" for frame in closed if isinstance(frame.node, Message))
        end = self.previous_end
        brackets = ""
        for frame in closed:
            frame.node.end = end - self.base
            frame.field.end = end - self.base
            opened = self.text[frame.node.start + self.base : frame.node.start + self.base + 1]
            closing = _CLOSING.get(opened, "]" if opened == "[" else "}")
            brackets += f"\n{self.text[frame.line : frame.line + frame.indent]}{closing}"
        insertion = self.span(end, end)
        wanted = " ".join(dict.fromkeys(brackets.split()))
        self.problem(
            "closing-bracket-missing",
            self.span(max(self.base, end - 1), end),
            f"expected `{wanted}` to close {names or '`' + closed[0].field.name + '`'}",
            closed[-1].field.name_span,
            (insertion, brackets),
        )

    # What is no field.

    def at_conflict_marker(self) -> bool:
        return self.first_on_line() and _CONFLICT_MARKER.match(self.text, self.start) is not None

    def at_comment_of_another_language(self) -> bool:
        return self.text.startswith(("//", "/*"), self.start)

    def garbage(self, expected: str | None) -> None:
        """Pass over what can be no field, with one problem for the whole of it."""
        text, start = self.text, self.start
        line_end = text.find("\n", start)
        line_end = len(text) if line_end < 0 else line_end
        if self.at_comment_of_another_language():
            self.foreign_comment(start, line_end)
        elif self.at_conflict_marker():
            self.problem("conflict-marker", self.span(start, line_end), "a merge conflict is not resolved here")
            self.examined = max(self.examined, line_end)
            self.seek(line_end)
        else:
            if self.kind == TokenKind.TEMPLATE:
                self.template = True
            elif expected is not None:
                self.problem("unexpected", self.span(start, self.end), f"expected {expected}, found {self.found()}")
            self.advance()
            self.skip_rest_of_line(line_end)
        if not self.frames:
            self.done = True

    def foreign_comment(self, start: int, line_end: int) -> None:
        block_end = self.text.find("*/", start + 2) if self.text.startswith("/*", start) else -1
        end = block_end + 2 if block_end >= 0 else line_end
        shown = self.text[start : start + 2]
        opening = self.span(start, start + 2)
        replacement = (opening, "#") if shown == "//" or "\n" not in self.text[start:end] else None
        self.problem("comment", opening, f"a comment begins with `#`, not with `{shown}`", None, replacement)
        self.examined = max(self.examined, end if shown == "//" else len(self.text) if block_end < 0 else end)
        self.seek(end)

    def skip_rest_of_line(self, line_end: int) -> None:
        while self.kind != TokenKind.END and self.start < line_end:
            if self.at_field_start() or (self.kind == TokenKind.PUNCTUATION and self.text[self.start] in "{}<>"):
                return
            self.advance()


def _number_hint(shown: str) -> str:
    if re.fullmatch(r"0[0-9]+", shown):
        return ": with a leading 0 it is octal"
    if shown.count(".") > 1:
        return ": it has more than one decimal point"
    if re.fullmatch(r"0[xX]", shown):
        return ": hex digits must follow"
    return ""
