"""The tree of a prototxt file.

A file is a row of top-level entries. An entry is a pure function of its own text: the nodes in it hold offsets from the
entry's first code point, so that it can be kept, with all that was computed from it, while the text around it changes.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from itertools import accumulate
from typing import Literal

from caffe_ls.text.span import Span

ScalarKind = Literal["identifier", "integer", "float", "string", "broken"]


class Scalar:
    """One value that is no message: `text` as written, with its sign, or all adjacent strings with what is between."""

    __slots__ = ("end", "kind", "start", "text")

    def __init__(self, kind: ScalarKind, start: int, end: int, text: str) -> None:
        self.kind = kind
        self.start = start
        self.end = end
        self.text = text

    @property
    def span(self) -> Span:
        """Where the value stands in its entry."""
        return Span(self.start, self.end)


class Message:
    """`{ ... }` or `< ... >`; `start` is the opening bracket; without `closed`, the closing one is missing."""

    __slots__ = ("closed", "end", "fields", "start")

    def __init__(self, start: int) -> None:
        self.start = start
        self.end = start + 1
        self.fields: list[Field] = []
        self.closed = False

    @property
    def span(self) -> Span:
        """From the opening to the closing bracket, both included."""
        return Span(self.start, self.end)

    def named(self, name: str) -> Iterator[Field]:
        """The fields of that name, in their order."""
        return (field for field in self.fields if field.name == name)

    def first(self, name: str) -> Field | None:
        """The first field of that name."""
        for field in self.fields:
            if field.name == name:
                return field
        return None


class ListValue:
    """`[ ... ]`: several values of a repeated field."""

    __slots__ = ("end", "start", "values")

    def __init__(self, start: int) -> None:
        self.start = start
        self.end = start + 1
        self.values: list[Scalar | Message] = []

    @property
    def span(self) -> Span:
        """From the opening to the closing bracket, both included."""
        return Span(self.start, self.end)


class Field:
    """`name: value` or `name { ... }`; `name` is `[full.name]` for an extension; `value` None where it is missing."""

    __slots__ = ("colon", "end", "name", "name_end", "start", "value")

    def __init__(self, name: str, start: int, name_end: int) -> None:
        self.name = name
        self.start = start
        self.name_end = name_end
        self.end = name_end
        self.colon = False
        self.value: Scalar | Message | ListValue | None = None

    @property
    def name_span(self) -> Span:
        """Where the name stands in its entry."""
        return Span(self.start, self.name_end)

    @property
    def span(self) -> Span:
        """Name and value, without a separator behind."""
        return Span(self.start, self.end)

    @property
    def values(self) -> tuple[Scalar | Message, ...]:
        """The values given: one, those of a list, or none."""
        if isinstance(self.value, ListValue):
            return tuple(self.value.values)
        return () if self.value is None else (self.value,)


class SyntaxProblem:
    """Something that the text format's parser refuses.

    `code` names the kind of fault for fixes; `span` is relative to the entry; `other` is a second place that belongs to
    it (the bracket that is not closed). `replacement`, where one way to mend it is plain, is a span and the text to put
    in its place.
    """

    __slots__ = ("code", "message", "other", "replacement", "span")

    def __init__(
        self,
        code: str,
        span: Span,
        message: str,
        other: Span | None = None,
        replacement: tuple[Span, str] | None = None,
    ) -> None:
        self.code = code
        self.span = span
        self.message = message
        self.other = other
        self.replacement = replacement


class Entry:
    """A top-level field with everything since the end of the entry before it: white space, comments, broken text.

    `examined` is how many code points from the entry's start its parse depended on; an edit before that makes it stale.
    """

    __slots__ = ("cache", "examined", "field", "problems", "template", "text")

    def __init__(
        self, text: str, field: Field | None, problems: tuple[SyntaxProblem, ...], examined: int, template: bool
    ) -> None:
        self.text = text
        self.field = field
        self.problems = problems
        self.examined = examined
        self.template = template
        # Results of pure functions of this entry, by function and arguments; they live as long as the entry does.
        self.cache: dict[object, object] = {}


class File:
    """A whole text as entries, in order; the last entry holds what follows the last field."""

    __slots__ = ("entries", "starts")

    def __init__(self, entries: tuple[Entry, ...]) -> None:
        self.entries = entries
        self.starts = list(accumulate((len(entry.text) for entry in entries), initial=0))

    @property
    def text(self) -> str:
        """The text that was parsed, to the last code point."""
        return "".join(entry.text for entry in self.entries)

    def __iter__(self) -> Iterator[tuple[int, Entry]]:
        """Each entry with the offset of its first code point in the file."""
        return iter(zip(self.starts, self.entries, strict=False))

    def index_at(self, offset: int) -> int:
        """The index of the entry that holds `offset`; offsets outside count as the nearest end."""
        return max(0, min(len(self.entries), bisect_right(self.starts, offset)) - 1)
