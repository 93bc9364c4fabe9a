"""Edits that remove, move and wrap fields, with the white space that belongs to them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from caffe_ls.rules.layout import newline_of
from caffe_ls.syntax.tree import Field, Message
from caffe_ls.text.edit import Edit
from caffe_ls.text.source import Source
from caffe_ls.text.span import Span

_SEPARATOR_BEHIND = re.compile(r"[ \t]*[;,]")
_REST_OF_LINE_OR_COMMENT = re.compile(r"[ \t;,]*(?:#[^\r\n]*)?(?:\r\n|\n|\r|$)")
_FIRST_CODE = re.compile(r"(?:\s|#[^\r\n]*)*")
_REST_OF_LINE = re.compile(r"[ \t]*(?:\r\n|\n|\r|$)")


def removal(text: str, span: Span) -> Edit:
    """Remove a field: with its separator, and with its line where nothing else stands on it."""
    start, end = span
    if separator := _SEPARATOR_BEHIND.match(text, end):
        end = separator.end()
    line = _line_start(text, start)
    rest = _REST_OF_LINE.match(text, end)
    if rest is not None and not text[line:start].strip() and (line > 0 or text[line:start] == ""):
        return Edit(Span(line, rest.end()), "")
    while text[end : end + 1] in (" ", "\t"):
        end += 1
    if rest is not None:
        while start > line and text[start - 1] in " \t":
            start -= 1
    return Edit(Span(start, end), "")


def new_line_after(source: Source, offset: int, *lines: str) -> Edit:
    """Insert lines behind the one that `offset` is in, with the line end that the text uses."""
    end = newline_of(source.text)
    content = end.join(lines)
    starts = source.line_starts
    following = source.line_of(offset) + 1
    if following < len(starts):
        return Edit(Span(starts[following], starts[following]), content + end)
    return Edit(Span(len(source.text), len(source.text)), end + content)


def beside(source: Source, field: Span, contents: Sequence[str]) -> Edit:
    """Insert fields behind one: on lines of their own where it stands alone on its line, else on the same line."""
    text, indent = source.text, _indent(source.text, field.start)
    if indent is None or _REST_OF_LINE_OR_COMMENT.match(text, field.end) is None:
        return Edit(Span(field.end, field.end), "".join(f" {content}" for content in contents))
    return new_line_after(source, field.end, *(indent + content for content in contents))


def before(source: Source, field: Span, contents: Sequence[str]) -> Edit:
    """Insert fields before the first one of a message: on lines of their own where that begins a line."""
    text, indent = source.text, _indent(source.text, field.start)
    if indent is None:
        return Edit(Span(field.start, field.start), "".join(f"{content} " for content in contents))
    opening = text.rfind("{", 0, field.start)
    return new_line_after(source, opening, *(indent + content for content in contents))


def into_new_block(text: str, fields: Sequence[Field], block: str) -> tuple[Edit, ...]:
    """Put fields of one message into a new block of the name `block`, where the first of them stands."""
    first, *others = fields
    indent = _indent(text, first.start)
    contents = [text[field.start : field.end] for field in fields]
    if indent is None:
        new = f"{block} {{ {' '.join(contents)} }}"
    else:
        end, inner = newline_of(text), indent + _step(indent)
        new = f"{block} {{{end}" + "".join(f"{inner}{content}{end}" for content in contents) + f"{indent}}}"
    return (Edit(first.span, new), *(removal(text, field.span) for field in others))


def into_block(text: str, fields: Sequence[Field], block: Message) -> tuple[Edit, ...]:
    """Move fields to the end of a closed block of the same entry."""
    contents = [text[field.start : field.end] for field in fields]
    removals = tuple(removal(text, field.span) for field in fields)
    closing = block.end - 1
    closing_indent = _indent(text, closing)
    if closing_indent is None:
        gap = "" if text[closing - 1] in " \t{<" else " "
        lead = " " if text[closing - 1] in "{<" else ""
        return (*removals, Edit(Span(closing, closing), f"{gap}{lead}{' '.join(contents)} "))
    inner = _indent(text, block.fields[0].start) if block.fields else None
    indent = inner if inner is not None else closing_indent + _step(closing_indent)
    line = _line_start(text, closing)
    return (*removals, Edit(Span(line, line), "".join(f"{indent}{content}{newline_of(text)}" for content in contents)))


def into_end(text: str, block: Span, content: str) -> Edit:
    """Write a field at the end of a message that stands in brackets, on a line of its own where others have theirs."""
    closing = block.end - 1
    closing_indent = _indent(text, closing)
    if closing_indent is None:
        gap = "" if text[closing - 1] in " \t{<" else " "
        lead = " " if text[closing - 1] in "{<" else ""
        return Edit(Span(closing, closing), f"{gap}{lead}{content} ")
    first = _FIRST_CODE.match(text, block.start + 1)
    inner = _indent(text, first.end()) if first is not None and first.end() < closing else None
    line = _line_start(text, closing)
    indent = inner if inner is not None else closing_indent + _step(closing_indent)
    return Edit(Span(line, line), f"{indent}{content}{newline_of(text)}")


def behind_block(text: str, fields: Sequence[Field], block: Field, into: str = "") -> tuple[Edit, ...]:
    """Move fields out of the block that they stand in, to behind it: directly, or in a new block of the name `into`."""
    contents = [text[field.start : field.end] for field in fields]
    if into:
        contents = [f"{into} {{ {' '.join(contents)} }}"]
    indent = _indent(text, block.start)
    before = " " if indent is None or "\n" not in text[block.start : block.end] else f"{newline_of(text)}{indent}"
    removals = tuple(removal(text, field.span) for field in fields)
    return (*removals, Edit(Span(block.end, block.end), "".join(before + content for content in contents)))


def _line_start(text: str, offset: int) -> int:
    return max(text.rfind("\n", 0, offset), text.rfind("\r", 0, offset)) + 1


def _step(indent: str) -> str:
    """One more level, for a message that has no line yet."""
    return "\t" if "\t" in indent else "  "


def _indent(text: str, offset: int) -> str | None:
    """The white space between the line's beginning and `offset`; None where anything else stands there."""
    before = text[_line_start(text, offset) : offset]
    return None if before.strip() else before
