"""Prototxt in one layout: a field a line, comments where they were, values as written."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import SequenceMatcher
from typing import NamedTuple

from caffe_ls.immutable import dataclass
from caffe_ls.syntax.lexer import TokenKind, tokens
from caffe_ls.syntax.parser import parse
from caffe_ls.syntax.tree import Entry, Field, File, ListValue, Message, Scalar
from caffe_ls.text.edit import Edit
from caffe_ls.text.span import Span

_BLANK = " \t\r\v\f"
_BYTE_ORDER_MARK = "\ufeff"

# Messages longer than this in the source are not tried on one line; else nested ones would be measured again and again.
_LONGEST_ONE_LINER = 400
# Deeper levels are not indented further: the white space before 100,000 of them would be gigabytes.
_DEEPEST_INDENTATION = 64
# Entries with more lines are compared from both ends only.
_MOST_COMPARED_LINES = 1_000


@dataclass(frozen=True, slots=True)
class FormatOptions:
    """The layout: the width of one level, the length up to which a message stays on one line, the end of the file."""

    indent_width: int = 2
    line_length: int = 100
    final_newline: bool = True


DEFAULT_OPTIONS = FormatOptions()


def format_text(text: str, options: FormatOptions = DEFAULT_OPTIONS) -> str:
    """The text in the one layout: same fields, same values, same comments; formatting it again changes nothing.

    Top-level entries with syntax problems or placeholders of a template stay as they are, to the last code point. Line
    ends become those that most lines have.
    """
    return "".join(formatted for _, formatted in _formatted_entries(parse(text), options))


def format_edits(text: str, options: FormatOptions = DEFAULT_OPTIONS) -> list[Edit]:
    """The edits, as few and small as lines allow, that turn `text` into `format_text(text, options)`."""
    return format_file_edits(parse(text), options)


def format_file_edits(file: File, options: FormatOptions = DEFAULT_OPTIONS, within: Span | None = None) -> list[Edit]:
    """`format_edits` for a text that is parsed already; with `within`, for the top-level entries that it touches."""
    edits: list[Edit] = []
    for (start, entry), (_, formatted) in zip(file, _formatted_entries(file, options), strict=True):
        touched = within is None or Span(start, start + len(entry.text)).overlaps(within)
        if touched and entry.text != formatted:
            edits += _line_edits(entry.text, formatted, start)
    return edits


def _formatted_entries(file: File, options: FormatOptions) -> Iterator[tuple[Entry, str]]:
    newline = _newline_of(file)
    entries = file.entries
    broken = [bool(entry.problems) or entry.template for entry in entries]
    first, after_kept, after_comment = True, False, False
    for index, entry in enumerate(entries):
        last = index + 1 == len(entries)
        # What stands on a line with broken text may belong to it.
        shares_line = (after_kept and not _begins_line(entry)) or (
            not last and broken[index + 1] and not _begins_line(entries[index + 1])
        )
        if broken[index] or shares_line:
            formatted = entry.text
            after_kept = formatted != _BYTE_ORDER_MARK
            first = not after_kept
        else:
            formatted = _EntryPrinter(entry, newline, options, first, last, after_comment).text()
            if after_kept:
                # A carriage return more or less would change what the broken text before it is.
                formatted = formatted.replace(newline, _first_line_end(entry.text), 1)
            first = after_kept = False
        yield entry, formatted
        # A separator on a line of its own takes the comments before it into its entry.
        after_comment = entry.field is not None and "#" in entry.text[entry.field.end :]


def _first_line_end(text: str) -> str:
    return "\r\n" if 0 <= text.find("\r\n") < text.find("\n") else "\n"


def _begins_line(entry: Entry) -> bool:
    """Whether a line end stands before the first thing in the entry that is no comment."""
    start = len(entry.text) - len(entry.text.lstrip()) if entry.field is None else entry.field.start
    return "\n" in entry.text[:start]


def _field_start(entry: Entry) -> int:
    return len(entry.text) if entry.field is None else entry.field.start


def _newline_of(file: File) -> str:
    carriage_returns = sum(entry.text.count("\r\n") for entry in file.entries)
    return "\r\n" if 2 * carriage_returns > sum(entry.text.count("\n") for entry in file.entries) else "\n"


class _Gap(NamedTuple):
    """What stands between two things: a comment on the line of the first, others, and whether a blank line follows."""

    trailing: str | None
    comments: list[tuple[bool, str]]
    blank: bool


def _gap(text: str) -> _Gap:
    """White space, comments and separators taken apart; each comment with whether a blank line precedes it."""
    if "#" not in text:
        return _Gap(None, [], text.count("\n") > 1)
    trailing: str | None = None
    comments: list[tuple[bool, str]] = []
    line_ends = 0
    for token in tokens(text):
        line_ends += text.count("\n", token.before, token.start)
        if token.kind is TokenKind.COMMENT:
            comment = text[token.start : token.end].rstrip(_BLANK)
            if line_ends == 0 and not comments and trailing is None:
                trailing = comment
            else:
                comments.append((line_ends > 1, comment))
            line_ends = 0
    return _Gap(trailing, comments, line_ends > 1)


class _Frame:
    """A message or list that is being printed over several lines: its items, how far it is printed, its depth."""

    __slots__ = ("depth", "end", "index", "items", "node", "position")

    def __init__(self, node: Message | ListValue, depth: int) -> None:
        self.node = node
        self.items: list[Field] | list[Scalar | Message] = node.fields if isinstance(node, Message) else node.values
        self.index = 0
        self.position = node.start + 1
        self.end = node.end - 1
        self.depth = depth


class _EntryPrinter:
    """Prints one intact entry: the lines since the end of the entry before it, the last without its line end."""

    def __init__(
        self, entry: Entry, newline: str, options: FormatOptions, first: bool, last: bool, after_comment: bool
    ) -> None:
        self.entry = entry
        self.source = entry.text
        self.newline = newline
        self.options = options
        self.last = last
        # The first line is what is added to the line on which the entry before ends; the file's first entry begins it.
        self.lines: list[str] = [] if first else [""]
        self.after_comment = after_comment
        self.frames: list[_Frame] = []

    def text(self) -> str:
        """The entry in the layout."""
        field = self.entry.field
        self.gap(0, _field_start(self.entry), 0, blank_after=field is not None)
        if field is None:
            return self.end()
        self.field(field, 0)
        while self.frames:
            frame = self.frames[-1]
            if frame.index < len(frame.items):
                self.item(frame)
            else:
                self.close(frame)
        self.gap(field.end, len(self.source), 0, blank_after=False)
        return self.end() if self.last else self.newline.join(self.lines)

    def end(self) -> str:
        text = self.newline.join(self.lines)
        # Without a field this is what follows the last one, which ends a line even where it adds nothing to it.
        if self.options.final_newline and (self.lines and (text or self.entry.field is None)) and self.last:
            text += self.newline
        return text

    # Lines.

    def indentation(self, depth: int) -> str:
        return " " * (self.options.indent_width * min(depth, _DEEPEST_INDENTATION))

    def line(self, depth: int, text: str) -> None:
        self.lines.append(self.indentation(depth) + text)

    def gap(self, start: int, end: int, depth: int, *, blank_after: bool, opening: bool = False) -> None:
        """Print the comments between two things, and the blank line before the next, unless that is a bracket."""
        gap = _gap(self.source[start:end])
        if gap.trailing is not None:
            if self.lines and not self.after_comment:
                self.lines[-1] += f"  {gap.trailing}"
            else:
                self.line(depth, gap.trailing)
        self.after_comment = False
        for blank, comment in gap.comments:
            if blank and self.lines and not opening:
                self.lines.append("")
            self.line(depth, comment)
            opening = False
        if gap.blank and blank_after and self.lines and not opening:
            self.lines.append("")

    # Fields and values.

    def item(self, frame: _Frame) -> None:
        """The next field of a message, or value of a list, with what stands before it."""
        item = frame.items[frame.index]
        frame.index += 1
        self.gap(frame.position, item.start, frame.depth, blank_after=True, opening=frame.index == 1)
        frame.position = item.end
        if isinstance(item, Field):
            self.field(item, frame.depth)
            return
        if isinstance(item, Message):
            self.message("", item, item.start, frame.depth)
        else:
            self.scalar("", item, frame.depth)
        self.comma()

    def comma(self) -> None:
        """A comma behind a value of a list that is complete and not the last."""
        frame = self.frames[-1] if self.frames else None
        if frame is not None and isinstance(frame.node, ListValue) and frame.index < len(frame.items):
            self.lines[-1] += ","

    def close(self, frame: _Frame) -> None:
        """The closing bracket, with the comments before it."""
        opening = not frame.items
        self.gap(frame.position, frame.end, frame.depth, blank_after=False, opening=opening)
        self.frames.pop()
        self.line(frame.depth - 1, "}" if isinstance(frame.node, Message) else "]")
        if isinstance(frame.node, Message):
            self.comma()

    def field(self, field: Field, depth: int) -> None:
        """A field; comments between its name and its value go before it."""
        value = field.value
        if value is None:
            self.line(depth, self.source[field.start : field.end])
            return
        self.hoist(field.name_end, value.start, depth)
        if isinstance(value, Scalar):
            self.scalar(f"{field.name}: ", value, depth)
        elif isinstance(value, Message):
            self.message(f"{field.name} ", value, field.start, depth)
        elif (inline := self.inline_list(field, value, depth)) is not None:
            self.line(depth, inline)
        else:
            self.line(depth, f"{field.name}: [")
            self.frames.append(_Frame(value, depth + 1))

    def hoist(self, start: int, end: int, depth: int) -> None:
        """Comments at a place where the layout has no line for them, on lines before the field."""
        if end - start > 1 and "#" in self.source[start:end]:
            gap = _gap(self.source[start:end])
            for comment in (gap.trailing, *(comment for _, comment in gap.comments)):
                if comment is not None:
                    self.line(depth, comment)

    def message(self, head: str, message: Message, start: int, depth: int) -> None:
        inline = self.inline(head, message, start, depth)
        if inline is not None:
            self.line(depth, inline)
            return
        self.line(depth, f"{head}{{")
        self.frames.append(_Frame(message, depth + 1))

    def scalar(self, head: str, scalar: Scalar, depth: int) -> None:
        """A scalar as written; adjacent strings that stood on several lines stay on lines of their own."""
        if "\n" not in scalar.text:
            self.line(depth, head + _one_line(scalar))
        elif scalar.kind != "string":
            self.hoist(scalar.start, scalar.end, depth)
            self.line(depth, head + _one_line(scalar))
        else:
            self.strings(head, scalar, depth)

    def strings(self, head: str, scalar: Scalar, depth: int) -> None:
        end = 0
        for token in tokens(scalar.text):
            if token.kind is not TokenKind.STRING:
                continue
            literal = scalar.text[token.start : token.end]
            if end:
                self.gap(scalar.start + end, scalar.start + token.start, depth + 1, blank_after=False)
                self.line(depth + 1, literal)
            else:
                self.line(depth, head + literal)
            end = token.end

    # One line.

    def inline(self, head: str, message: Message, start: int, depth: int) -> str | None:
        """A message on one line, where it stood on one and fits."""
        if message.end - start > _LONGEST_ONE_LINER or "\n" in self.source[start : message.end]:
            return None
        text = head + _inline_message(message)
        return text if len(self.indentation(depth)) + len(text) <= self.options.line_length else None

    def inline_list(self, field: Field, value: ListValue, depth: int) -> str | None:
        """A list on one line, where it stood on one; with messages in it, also where it fits."""
        if "\n" in self.source[field.start : value.end]:
            return None
        if all(isinstance(item, Scalar) for item in value.values):
            return f"{field.name}: {_inline_list(value)}"
        if value.end - field.start > _LONGEST_ONE_LINER:
            return None
        text = f"{field.name}: {_inline_list(value)}"
        return text if len(self.indentation(depth)) + len(text) <= self.options.line_length else None


# These three recurse, but never deeper than _LONGEST_ONE_LINER has room for brackets.


def _inline_message(message: Message) -> str:
    if not message.fields:
        return "{}"
    return f"{{ {' '.join(_inline_field(field) for field in message.fields)} }}"


def _inline_field(field: Field) -> str:
    value = field.value
    if isinstance(value, Message):
        return f"{field.name} {_inline_message(value)}"
    if isinstance(value, ListValue):
        return f"{field.name}: {_inline_list(value)}"
    return f"{field.name}: {_one_line(value)}" if value is not None else field.name


def _inline_list(value: ListValue) -> str:
    items = (_inline_message(item) if isinstance(item, Message) else _one_line(item) for item in value.values)
    return f"[{', '.join(items)}]"


def _one_line(scalar: Scalar) -> str:
    """A scalar with one space between adjacent strings and none behind a sign; its comments are left out."""
    text = scalar.text
    if scalar.kind == "string":
        if text.count(text[0]) == 2 and text[-1] == text[0]:
            return text
        parts = (text[token.start : token.end] for token in tokens(text) if token.kind is TokenKind.STRING)
        return " ".join(parts)
    if text[0] != "-":
        return text
    kept = (text[token.start : token.end] for token in tokens(text) if token.kind is not TokenKind.COMMENT)
    return "".join(kept)


# Edits.


def _line_edits(before: str, after: str, base: int) -> list[Edit]:
    old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    starts = [base]
    for line in old:
        starts.append(starts[-1] + len(line))
    if max(len(old), len(new)) > _MOST_COMPARED_LINES:
        return [_trimmed(before, after, base)]
    edits: list[Edit] = []
    for operation, first, last, new_first, new_last in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if operation == "equal":
            continue
        if last - first == new_last - new_first:
            pairs = zip(old[first:last], new[new_first:new_last], starts[first:last], strict=True)
            edits += [_trimmed(line, new_line, start) for line, new_line, start in pairs if line != new_line]
        else:
            edits.append(_trimmed("".join(old[first:last]), "".join(new[new_first:new_last]), starts[first]))
    return edits


def _trimmed(before: str, after: str, start: int) -> Edit:
    """An edit without the beginning and end that both texts share."""
    shortest = min(len(before), len(after))
    prefix = 0
    while prefix < shortest and before[prefix] == after[prefix]:
        prefix += 1
    suffix = 0
    while suffix < shortest - prefix and before[-1 - suffix] == after[-1 - suffix]:
        suffix += 1
    return Edit(Span(start + prefix, start + len(before) - suffix), after[prefix : len(after) - suffix])
