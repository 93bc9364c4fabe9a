"""A prototxt as an immutable document: text, tree, kind, dialect and schema."""

from __future__ import annotations

import re
from functools import cached_property
from typing import NamedTuple

from caffe_ls.analysis.disk import FilesBeside
from caffe_ls.analysis.kinds import Kind, kind_of
from caffe_ls.immutable import dataclass
from caffe_ls.net.model import Shape, State
from caffe_ls.schema import catalog
from caffe_ls.schema.dialect_guess import Guess, Usage, guess, usages_of_file
from caffe_ls.schema.model import NET_MESSAGE, SOLVER_MESSAGE, Schema
from caffe_ls.settings import Settings
from caffe_ls.solver.lower import lower_solver
from caffe_ls.solver.model import Solver
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


@dataclass(frozen=True, slots=True)
class Context:
    """What holds for a document besides its text and its settings.

    `own_schema` is the schema of the user's caffe.proto, where there is one; it goes before a guess, but not before a
    dialect that the settings name. `linked` is what the files that belong to this one (a solver's nets, a net's solver)
    use of dialects. `states` are those in which a net will be built, where a solver or the user says so; `batch` is the
    batch size that the user asks about. `files` are those that the text may name, None where there is no disk;
    `weights` are the files, by path, that the solvers of a net start it from. `told` are the shapes of the tops of its
    layers, by name, where a run of the very text told them.
    """

    own_schema: Schema | None = None
    linked: tuple[Usage, ...] = ()
    states: tuple[State, ...] = ()
    batch: int | None = None
    files: FilesBeside | None = None
    weights: tuple[str, ...] = ()
    told: tuple[tuple[str, tuple[Shape, ...]], ...] = ()


class PrototxtDocument:
    """One version of one prototxt. `path` is used for its name only; nothing is read from disk."""

    def __init__(
        self,
        path: str,
        text: str,
        settings: Settings | None = None,
        *,
        kind: Kind | None = None,
        context: Context | None = None,
        file: File | None = None,
        carried: dict[object, object] | None = None,
    ) -> None:
        self.path = path
        self.source = Source(text)
        self.settings = settings or Settings()
        self.forced_kind = kind
        self.context = context or Context()
        # Results of pure functions of this document, by function and arguments.
        self.cache: dict[object, object] = {}
        # What such functions keep from one version to the next, to do less; it never changes what they give.
        self.carried: dict[object, object] = {} if carried is None else carried
        self._file = file

    @property
    def text(self) -> str:
        return self.source.text

    @cached_property
    def file(self) -> File:
        """The tree of the text."""
        # Not above: logs know documents too, and most of them hold no text to be parsed.
        from caffe_ls.syntax.parser import parse

        return self._file if self._file is not None else parse(self.source.text)

    def edited(self, edit: Edit) -> PrototxtDocument:
        """The document after one edit; entries that it does not touch are shared with this one."""
        from caffe_ls.syntax.parser import reparse

        text = self.text[: edit.span.start] + edit.new_text + self.text[edit.span.end :]
        file = reparse(self.file, edit.span, len(edit.new_text), text)
        return PrototxtDocument(
            self.path,
            text,
            self.settings,
            kind=self.forced_kind,
            context=self.context,
            file=file,
            carried=self.carried,
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
        return guess(usages_of_file(self.file, self.root), self.context.linked)

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
        assert self.context.own_schema is not None
        return self.context.own_schema

    @property
    def dialect_is_guessed(self) -> bool:
        """Whether neither the settings nor a caffe.proto of the user's say which Caffe the file is for."""
        return self.settings.dialect in ("", "auto") and self.context.own_schema is None

    @cached_property
    def template(self) -> bool:
        """Whether placeholders stand where values or names belong, to be filled in before Caffe reads the file."""
        return any(entry.template for entry in self.file.entries)

    @cached_property
    def solver(self) -> Solver:
        """What the text says of a solver; of use where it is one."""
        return lower_solver(self.file, self.schema)

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
