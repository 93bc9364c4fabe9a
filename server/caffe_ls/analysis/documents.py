"""A prototxt as an immutable document: text, tree, kind, dialect and schema."""

from __future__ import annotations

import re
from functools import cached_property
from typing import NamedTuple

from caffe_ls.analysis.kinds import Kind, kind_of
from caffe_ls.schema import catalog
from caffe_ls.schema.dialect_guess import Guess, Usage, guess, usages_of_file
from caffe_ls.schema.model import NET_MESSAGE, SOLVER_MESSAGE, Schema
from caffe_ls.settings import Settings
from caffe_ls.syntax.parser import parse, reparse
from caffe_ls.syntax.tree import Entry, File
from caffe_ls.text.edit import Edit
from caffe_ls.text.source import Source
from caffe_ls.text.span import Span

_SUPPRESSION = re.compile(r"#\s*caffe-ls:\s*(ignore-file|ignore)\s*(?:\[([^\]\n]*)\])?")


class Suppression(NamedTuple):
    """A comment that silences rules: on its line and the next, or in the whole file. No rules named: all of them."""

    span: Span
    whole_file: bool
    rules: frozenset[str]


class PrototxtDocument:
    """One version of one prototxt.

    `path` is used for its name only; nothing is read from disk. `own_schema` is the schema of the user's caffe.proto,
    where there is one; it goes before a guess, but not before a dialect that the settings name. `linked` is what the
    files that belong to this one (a solver's nets, a net's solver) use of dialects.
    """

    def __init__(
        self,
        path: str,
        text: str,
        settings: Settings | None = None,
        *,
        kind: Kind | None = None,
        own_schema: Schema | None = None,
        linked: tuple[Usage, ...] = (),
        file: File | None = None,
    ) -> None:
        self.path = path
        self.source = Source(text)
        self.settings = settings or Settings()
        self.forced_kind = kind
        self.own_schema = own_schema
        self.linked = linked
        self._file = file

    @property
    def text(self) -> str:
        return self.source.text

    @cached_property
    def file(self) -> File:
        """The tree of the text."""
        return self._file if self._file is not None else parse(self.source.text)

    def edited(self, edit: Edit) -> PrototxtDocument:
        """The document after one edit; entries that it does not touch are shared with this one."""
        text = self.text[: edit.span.start] + edit.new_text + self.text[edit.span.end :]
        file = reparse(self.file, edit.span, len(edit.new_text), text)
        return PrototxtDocument(
            self.path,
            text,
            self.settings,
            kind=self.forced_kind,
            own_schema=self.own_schema,
            linked=self.linked,
            file=file,
        )

    @cached_property
    def content_kind(self) -> Kind:
        """The kind that the content shows, whatever the user says."""
        return kind_of(self.path, self.file)

    @property
    def kind(self) -> Kind:
        """The kind that the file is judged as."""
        return self.forced_kind or self.content_kind

    @property
    def root(self) -> str:
        """The full name of the message that the file's top-level fields belong to."""
        return SOLVER_MESSAGE if self.kind == "solver" else NET_MESSAGE

    @cached_property
    def guess(self) -> Guess:
        """Which dialect the file, and what is linked with it, shows."""
        return guess(usages_of_file(self.file, self.root), self.linked)

    @cached_property
    def dialect(self) -> str:
        """The name of the dialect in force."""
        return self.schema.dialect

    @cached_property
    def schema(self) -> Schema:
        """What the Caffe in force accepts."""
        if self.dialect_is_guessed:
            return catalog.load(self.guess.dialect)
        if self.settings.dialect not in ("", "auto"):
            return catalog.load(self.settings.dialect)
        assert self.own_schema is not None
        return self.own_schema

    @property
    def dialect_is_guessed(self) -> bool:
        """Whether neither the settings nor a caffe.proto of the user's say which Caffe the file is for."""
        return self.settings.dialect in ("", "auto") and self.own_schema is None

    @cached_property
    def template(self) -> bool:
        """Whether placeholders stand where values or names belong, to be filled in before Caffe reads the file."""
        return any(entry.template for entry in self.file.entries)

    @cached_property
    def suppressions(self) -> tuple[Suppression, ...]:
        """The comments that silence rules."""
        return tuple(
            Suppression(found.span.shift(base), found.whole_file, found.rules)
            for base, entry in self.file
            if "caffe-ls:" in entry.text
            for found in _suppressions(entry)
        )


def _suppressions(entry: Entry) -> tuple[Suppression, ...]:
    return tuple(
        Suppression(
            Span(*found.span()),
            found[1] == "ignore-file",
            frozenset(name.strip() for name in (found[2] or "").split(",") if name.strip()),
        )
        for found in _SUPPRESSION.finditer(entry.text)
    )
