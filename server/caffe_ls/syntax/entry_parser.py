"""One top-level entry of a file, read with recovery from whatever stands in it."""

from __future__ import annotations

import re

from caffe_ls.syntax.foreign_text import ForeignText
from caffe_ls.syntax.lexer import TokenKind
from caffe_ls.syntax.open_brackets import CLOSING, Frame
from caffe_ls.syntax.plain_fields import plain_fields
from caffe_ls.syntax.tree import Entry, Field, ListValue, Message, Scalar
from caffe_ls.text.span import Span

_EXTENSION_NAME = re.compile(r"\[\s*[A-Za-z_]\w*(?:\s*[./]\s*[A-Za-z_]\w*)*\s*\]", re.ASCII)
_QUOTED_NAME = re.compile(r"""["']([A-Za-z_]\w*)["'](?=[ \t]*[:{])""", re.ASCII)
_LIST_END = re.compile(r"[^\n\]{}#]{0,200}\]")
_OTHER_MARKUP = re.compile(r"<(?:!DOCTYPE|!--|html|head|\?xml)", re.IGNORECASE)


class EntryParser(ForeignText):
    """Reads one entry; offsets of nodes are made relative to `base` as they are built."""

    def __init__(self, text: str, base: int, unclosed: set[int], *, by_indentation: bool) -> None:
        super().__init__(text, base, unclosed, by_indentation=by_indentation)
        self.top: Field | None = None
        self.hit_end = False

    def entry(self) -> Entry:
        """The entry, from `base` to the end of its field, or of the text that belongs to none."""
        if self.kind == TokenKind.END:
            return self.finish(len(self.text))
        if self.base == 0 and self.text.startswith("\ufeff"):
            self.problem(
                "byte-order-mark", self.span(0, 1), "Caffe's parser refuses a byte order mark", None, (Span(0, 1), "")
            )
            if self.start == 0:
                return self.finish(1)
        if self.base == 0 and _OTHER_MARKUP.match(self.text, self.start):
            self.problem("markup", self.span(self.start, self.end), "this is an HTML or XML page, not a prototxt")
            self.examined = len(self.text)
            return self.finish(len(self.text))
        while not self.done:
            self.next_part()
        return self.finish(self.previous_end)

    def next_part(self) -> None:
        if self.frames and not self.by_indentation and self.plain_fields():
            return
        if self.frames and isinstance(self.frames[-1].node, ListValue):
            self.list_item()
        else:
            self.field()

    def finish(self, end: int) -> Entry:
        return Entry(
            self.text[self.base : end], self.top, tuple(self.problems), self.examined - self.base + 1, self.template
        )

    def end_field(self, field: Field) -> None:
        """A field is complete: take the separator behind it; at the top level the entry is complete too."""
        field.end = self.previous_end - self.base
        if self.kind == 3 and self.character() in ";,":  # TokenKind.PUNCTUATION
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
        if self.kind == TokenKind.STRING and self.quoted_name():
            return
        if self.kind == TokenKind.PUNCTUATION:
            character = self.character()
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

    def quoted_name(self) -> bool:
        """Take a field whose name stands in quotes, as in JSON; False, with nothing taken, where there is none."""
        name = _QUOTED_NAME.match(self.text, self.start)
        if name is None:
            return False
        span = self.span(self.start, self.end)
        self.problem("quoted-name", span, f"a field's name takes no quotes: `{name[1]}`", None, (span, name[1]))
        field = Field(name[1], span.start, span.end)
        self.keep(field)
        self.advance()
        self.after_name(field)
        return True

    def plain_fields(self) -> bool:
        """Take all fields from here on that are written the common way; True when that ends the entry."""
        if self.kind == 1 or self.text[self.start : self.start + 1] == "}":  # TokenKind.IDENTIFIER
            first = self.previous_end
            end = plain_fields(self.text, self.base, first, self.frames)
            if end != first:
                self.start = self.end = end
                self.advance()
                self.done = not self.frames
        return self.done

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
            character = self.character()
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
            start, end = self.start, self.end
            while text[end : end + 1] == "=":
                end += 1
            span = self.span(start, end)
            message = f"expected `:` after `{field.name}`, found `{text[start:end]}`"
            self.problem("equals-sign", span, message, None, (span, ":"))
            field.colon = True
            self.seek(end)
            self.value(field)
            return
        gap = text[self.previous_end : self.start]
        is_value = self.kind in (TokenKind.STRING, TokenKind.INTEGER, TokenKind.FLOAT, TokenKind.IDENTIFIER) or (
            self.kind == TokenKind.PUNCTUATION and self.character() == "-"
        )
        if "\n" not in gap and is_value and not self.at_field_start():
            # The colon belongs right behind the name; a span over the gap is the smallest that can be seen.
            span = self.span(self.previous_end, max(self.start, self.previous_end + 1))
            insertion = self.span(self.previous_end, self.previous_end)
            self.problem("colon-missing", span, f"expected `:` after `{field.name}`", None, (insertion, ":"))
            field.colon = True
            self.value(field)
            return
        previous_line = self.line_start(self.previous_start)
        deeper = (
            self.kind == TokenKind.IDENTIFIER
            and self.first_on_line()
            and self.start - self.line_start(self.start) > self.indent_of_line(previous_line)
        )
        if deeper:
            insertion = self.span(self.previous_end, self.previous_end)
            self.problem(
                "opening-bracket-missing",
                field.name_span,
                f"expected `{{` after `{field.name}`",
                None,
                (insertion, " {"),
            )
            self.push(field, Message(field.name_end))
            return
        self.problem(
            "value-missing", field.name_span, f"expected `:` or `{{` after `{field.name}`, found {self.found()}"
        )
        self.end_field(field)

    def value(self, field: Field) -> None:
        """The value behind `name:`."""
        scalar = self.scalar()
        if scalar is not None:
            field.value = scalar
            self.end_field(field)
            return
        if self.kind == TokenKind.PUNCTUATION:
            character = self.character()
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
            self.problem(
                "value-missing", colon, f"expected a value after `{name}:`, found {self.found()}", field.name_span
            )
        self.end_field(field)

    def skippable_value(self) -> bool:
        """Whether the token is rubbish in the value's place, and not what follows a value that is missing."""
        if self.kind == TokenKind.END or (self.kind == 3 and self.character() in "}>;,]"):
            return False
        return "\n" not in self.text[self.previous_end : self.start] and not self.at_field_start()

    # Brackets.

    def open_message(self, field: Field) -> None:
        self.begin_by_indentation_if_unclosed()
        self.push(field, Message(self.start - self.base))
        self.advance()

    def open_list(self, field: Field) -> None:
        self.begin_by_indentation_if_unclosed()
        self.push(field, ListValue(self.start - self.base))
        self.advance()
        if self.kind == TokenKind.PUNCTUATION and self.character() == "]":
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
        after_message = (
            bool(node.values)
            and isinstance(node.values[-1], Message)
            and self.previous_end == node.values[-1].end + self.base
        )
        if not after_message:
            character = self.character()
            if self.kind == TokenKind.PUNCTUATION and character in ("{", "<"):
                message = Message(self.start - self.base)
                node.values.append(message)
                self.push_frame(frame.field, message)
                self.advance()
                return
            value = None if self.at_field_start() else self.scalar()
            if value is None:
                self.list_problem(frame, "a value")
                return
            node.values.append(value)
        if self.kind == TokenKind.PUNCTUATION:
            character = self.character()
            if character == "]":
                self.close_list()
                return
            if character == ",":
                self.advance()
                return
        self.list_problem(frame, "`,` or `]`")

    def list_problem(self, frame: Frame, expected: str) -> None:
        """Give the list up: go to its bracket where that is near, else take it as missing."""
        if self.kind == TokenKind.END and not self.by_indentation:
            self.end_of_text()
            return
        self.problem(
            "list",
            self.span(self.start, self.end)
            if self.kind != TokenKind.END
            else Span(frame.node.start, frame.node.start + 1),
            f"expected {expected} in the list of `{frame.field.name}`, found {self.found()}",
            frame.field.name_span,
        )
        closing = _LIST_END.match(self.text, self.start)
        frame = self.frames.pop()
        if closing:
            self.examined = max(self.examined, closing.end())
            self.seek(closing.end())
        elif self.kind != TokenKind.END and not self.at_field_start() and self.character() not in "}>":
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
        expected = CLOSING.get(opened, "}")
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
