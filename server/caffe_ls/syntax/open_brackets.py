"""The messages and lists that are open while an entry is read, and those whose closing brackets are missing."""

from __future__ import annotations

from caffe_ls.syntax.lexer import TokenKind
from caffe_ls.syntax.scalar_parser import ScalarParser
from caffe_ls.syntax.tree import Field, ListValue, Message

CLOSING = {"{": "}", "<": ">"}
"""By the bracket that opens a message, the one that closes it."""

# Of more messages than these that lack their brackets, a message names the innermost only.
_NAMED_UNCLOSED = 3


class Frame:
    """An open message or list, the field that it is the value of, and, where indentation counts, that of its line."""

    __slots__ = ("field", "indent", "line", "node")

    def __init__(self, field: Field, node: Message | ListValue, line: int = -1, indent: int = 0) -> None:
        self.field = field
        self.node = node
        self.line = line
        self.indent = indent


class OpenBrackets(ScalarParser):
    """Keeps the frames.

    Without `by_indentation`, brackets alone say where messages end. With it, indentation shows where closing brackets
    are missing: for entries whose brackets find no partner up to the end of the text. `unclosed` are the offsets of
    those brackets.
    """

    def __init__(self, text: str, base: int, unclosed: set[int], *, by_indentation: bool) -> None:
        super().__init__(text, base)
        self.unclosed = unclosed
        self.by_indentation = by_indentation
        self.frames: list[Frame] = []
        self.done = False

    def push(self, field: Field, node: Message | ListValue) -> None:
        field.value = node
        self.push_frame(field, node)

    def push_frame(self, field: Field, node: Message | ListValue) -> None:
        if self.by_indentation:
            line = self.line_start(self.base + node.start)
            above = self.frames[-1] if self.frames else None
            # Many brackets on one long line would count its white space again and again.
            indent = above.indent if above is not None and above.line == line else self.indent_of_line(line)
            self.frames.append(Frame(field, node, line, indent))
        else:
            self.frames.append(Frame(field, node))

    def begin_by_indentation_if_unclosed(self) -> None:
        if not self.frames and self.start in self.unclosed:
            self.by_indentation = True
            # That the bracket has no partner is known from the whole rest of the text.
            self.examined = len(self.text) + 1

    def close_by_indentation(self) -> bool:
        """Whether the token, by its indentation, shows that messages before it lack their closing brackets."""
        closing = self.kind == TokenKind.PUNCTUATION and self.character() in "}>"
        if not (closing or self.kind == TokenKind.IDENTIFIER) or not self.first_on_line():
            return False
        line = self.line_start(self.start)
        column = self.start - line
        keep = len(self.frames)
        if closing:
            while keep > 1 and self.frames[keep - 1].indent > column <= self.frames[keep - 2].indent:
                keep -= 1
        elif self.at_field_start():
            while keep and self.frames[keep - 1].indent >= column and self.frames[keep - 1].line < line:
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
        named = [f"`{frame.field.name}`" for frame in closed if isinstance(frame.node, Message)]
        names = " and ".join(named if len(named) <= _NAMED_UNCLOSED else [named[0], f"{len(named) - 1} around it"])
        end = self.previous_end
        brackets = ""
        line = -1
        for frame in closed:
            frame.node.end = end - self.base
            frame.field.end = end - self.base
            opened = self.text[frame.node.start + self.base : frame.node.start + self.base + 1]
            closing = CLOSING.get(opened, "]" if opened == "[" else "}")
            # What was opened on one line is closed on one.
            brackets += " " if frame.line == line else f"\n{self.text[frame.line : frame.line + frame.indent]}"
            brackets += closing
            line = frame.line
        insertion = self.span(end, end)
        wanted = " ".join(dict.fromkeys(brackets.split()))
        self.problem(
            "closing-bracket-missing",
            self.span(max(self.base, end - 1), end),
            f"expected `{wanted}` to close {names or '`' + closed[0].field.name + '`'}",
            closed[-1].field.name_span,
            (insertion, brackets),
        )
