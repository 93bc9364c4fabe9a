"""Which files belong together: solvers and their nets, prototxts and the caffe.proto above them.

All of it is told from paths and from what an injected `Access` reads; nothing here touches the disk by itself. Paths
are absolute, except those that files name.
"""

# ruff: noqa: PTH120 - paths are strings here, and os.path's functions on them are pure and fast

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

from caffe_ls.analysis.configuration import Read, ancestors
from caffe_ls.analysis.disk import Access, FilesBeside, Found, find_named_file, joined
from caffe_ls.analysis.documents import Context, PrototxtDocument
from caffe_ls.analysis.kinds import PROTOTXT_SUFFIXES, Kind, kind_of
from caffe_ls.analysis.states import phase_in_text, states_in_solver
from caffe_ls.immutable import replace
from caffe_ls.net.model import State
from caffe_ls.schema.dialect_guess import Usage, usages_of_file
from caffe_ls.schema.model import NET_MESSAGE, SOLVER_MESSAGE, Schema
from caffe_ls.settings import Settings
from caffe_ls.syntax.parser import parse
from caffe_ls.syntax.tree import Entry, File, Scalar
from caffe_ls.syntax.values import string_value
from caffe_ls.text.source import decode
from caffe_ls.text.span import Span

PROTO_PLACES = ("caffe.proto", "src/caffe/proto/caffe.proto")

_NET_FIELDS = ("net", "train_net", "test_net")

# More prototxts than this in one folder are not all opened to see which are solvers: only those that are called so.
_FOLDER_LIMIT = 64

# Solvers are short; nobody writes a net of this size.
_SOLVER_BYTES = 65_536
_NET_BYTES = 16_777_216


class Link(NamedTuple):
    """A file that a solver names: `field` and `span` say where, `path` is None when it was not found."""

    field: str
    written: str
    span: Span
    path: str | None
    found: Found | None


ReadSchema = Callable[[str, bytes], "Schema | None"]
"""Makes a schema of the path and the content of a caffe.proto; None when it is none that can be read."""


def open_document(
    path: str,
    text: str,
    settings: Settings,
    access: Access,
    read_schema: ReadSchema,
    *,
    start_directory: str = "",
    top: str = "",
    shown_path: str = "",
    kind: Kind | None = None,
    asked: Context | None = None,
) -> PrototxtDocument:
    """The document of a text at an absolute path, with what the files around it say about it.

    `start_directory` is where Caffe would be started, `top` the workspace's folder, above which nothing is looked at;
    `shown_path` is the document's path where it is not `path`; `asked` is what the user says of states and batch.
    """
    path = os.path.normpath(path)
    file = parsed(text)
    found = kind or kind_of(path, file)
    context = context_of(path, file, found, settings, access, read_schema, start_directory, top, asked)
    return PrototxtDocument(shown_path or path, text, settings, kind=kind, context=context, file=file)


def context_of(
    path: str,
    file: File,
    kind: Kind,
    settings: Settings,
    access: Access,
    read_schema: ReadSchema,
    start_directory: str = "",
    top: str = "",
    asked: Context | None = None,
) -> Context:
    """What the files around a file say about it."""
    asked = asked or Context()
    named = settings.dialect not in ("", "auto")
    own_schema = None if named else schema_above(path, settings, access, read_schema, top)
    linked: tuple[Usage, ...] = ()
    solvers = _solvers_naming(path, access, start_directory, top) if kind == "net" else ()
    if not named and own_schema is None:
        linked = _linked_usages(path, file, kind, solvers, access, start_directory, top)
    states = asked.states or states_in_solvers(path, file, solvers, access, start_directory, top)
    files = FilesBeside(path, access, start_directory, top, settings.python_path)
    weights = tuple(_weights_in_solvers(solvers, files))
    return replace(asked, own_schema=own_schema, linked=linked, states=states, files=files, weights=weights)


def schema_above(
    path: str, settings: Settings, access: Access, read_schema: ReadSchema, top: str = ""
) -> Schema | None:
    """The schema of the caffe.proto that the settings name, or of the nearest one above a file."""
    proto = settings.proto or nearest_proto(path, access, top)
    if proto is None:
        return None

    def read() -> Schema | None:
        data = access.read(proto)
        return None if data is None else read_schema(proto, data)

    return access.once((schema_above, proto), read)


def nearest_proto(path: str, access: Access, top: str = "") -> str | None:
    """The caffe.proto nearest above a file: in a folder above it, or where Caffe's own tree keeps it."""
    found = (_proto_in(folder, access) for folder in ancestors(os.path.dirname(path), top))
    return next((proto for proto in found if proto is not None), None)


def _proto_in(folder: str, access: Access) -> str | None:
    def look() -> str | None:
        candidates = (joined(folder, place) for place in PROTO_PLACES)
        return next((candidate for candidate in candidates if access.read(candidate) is not None), None)

    return access.once((_proto_in, folder), look)


def nets_of_solver(path: str, file: File, read: Read, start_directory: str = "", top: str = "") -> tuple[Link, ...]:
    """The nets that a solver names, found as Caffe would find them or as users keep them; spans are the file's."""
    return tuple(
        Link(field, written, span, *find_named_file(written, path, read, start_directory, top))
        for field, written, span in _named_nets(file)
    )


def solvers_of_net(path: str, access: Access, start_directory: str = "", top: str = "") -> tuple[str, ...]:
    """The solvers in a net's folder that name it."""
    own = os.path.normpath(path)
    beside = linked_solvers_in(os.path.dirname(path), access, start_directory, top)
    return tuple(one.path for one in beside if one.path != own and any(link.path == own for link in one.nets))


def _solvers_naming(path: str, access: Access, start_directory: str, top: str) -> tuple[tuple[str, File], ...]:
    """The solvers in a net's folder that name it, parsed."""
    naming = solvers_of_net(path, access, start_directory, top)
    return tuple(
        (solver, parsed(text)) for solver, text in solvers_in(os.path.dirname(path), access) if solver in naming
    )


def states_in_solvers(
    path: str, net: File, solvers: Iterable[tuple[str, File]], access: Access, start_directory: str, top: str
) -> tuple[State, ...]:
    """The states in which these solvers build the net at a path."""
    found: dict[State, None] = {}
    own_phase = phase_in_text(net)
    for solver, file in solvers:

        def names_net(written: str, solver: str = solver) -> bool:
            return find_named_file(written, solver, access.read, start_directory, top)[0] == path

        found.update(dict.fromkeys(states_in_solver(file, names_net, own_phase)))
    return tuple(found)


def _weights_in_solvers(solvers: Iterable[tuple[str, File]], files: FilesBeside) -> Iterator[str]:
    """The weights that solvers start their net from (`weights`, commas between several), by path."""
    for solver, file in solvers:
        for written in _texts(file, "weights"):
            for name in written.split(","):
                found = replace(files, path=solver).find(name.strip())
                if name.strip():
                    yield found or joined(os.path.dirname(solver), name.strip())


def _linked_usages(
    path: str,
    file: File,
    kind: Kind,
    solvers: tuple[tuple[str, File], ...],
    access: Access,
    start_directory: str,
    top: str,
) -> tuple[Usage, ...]:
    """What the files that belong to one use of dialects: the nets of a solver; the solvers of a net, and their nets."""
    usages = [usage for _, solver_file in solvers for usage in usages_of_file(solver_file, SOLVER_MESSAGE)]
    if kind == "solver":
        solvers = ((path, file),)
    nets = {
        link.path
        for solver, solver_file in solvers
        for link in nets_of_solver(solver, solver_file, access.read, start_directory, top)
    }
    for net in sorted(net for net in nets if net is not None and net != path):
        text = _text(net, access.read, _NET_BYTES)
        if text is not None:
            usages += usages_of_file(parsed(text), NET_MESSAGE)
    return tuple(usages)


def _named_nets(file: File) -> Iterator[tuple[str, str, Span]]:
    for base, entry in file:
        named = entry.field
        if named is None or named.name not in _NET_FIELDS:
            continue
        for value in named.values:
            written = string_value(value) if isinstance(value, Scalar) else None
            if written:
                yield named.name, written, value.span.shift(base)


def _texts(file: File, field: str) -> Iterator[str]:
    for entry in file.entries:
        if entry.field is not None and entry.field.name == field:
            for value in entry.field.values:
                yield (string_value(value) if isinstance(value, Scalar) else None) or ""


class LinkedSolver(NamedTuple):
    """A solver on the disk, and the nets that it names."""

    path: str
    text: str
    nets: tuple[Link, ...]


def linked_solvers_in(folder: str, access: Access, start_directory: str, top: str) -> tuple[LinkedSolver, ...]:
    """The solvers in a folder and their nets."""
    return access.once(
        (linked_solvers_in, folder, start_directory, top),
        lambda: tuple(
            LinkedSolver(solver, text, nets_of_solver(solver, parsed(text), access.read, start_directory, top))
            for solver, text in solvers_in(folder, access)
        ),
    )


def solvers_in(folder: str, access: Access) -> tuple[tuple[str, str], ...]:
    """The solvers in a folder: their paths and texts."""
    return access.once((solvers_in, folder), lambda: tuple(_look_for_solvers(folder, access)))


def _look_for_solvers(folder: str, access: Access) -> Iterator[tuple[str, str]]:
    names = sorted(name for name in access.names_in(folder) if name.endswith(PROTOTXT_SUFFIXES))
    if len(names) > _FOLDER_LIMIT:
        names = [name for name in names if "solver" in name.lower()][:_FOLDER_LIMIT]
    for name in names:
        if name.endswith(".txt") and "solver" not in name.lower():
            continue
        path = joined(folder, name)
        text = _text(path, access.read, _SOLVER_BYTES)
        if text is not None and ("net:" in text or "net :" in text) and kind_of(path, parsed(text)) == "solver":
            yield path, text


def _text(path: str, read: Read, largest: int) -> str | None:
    data = read(path)
    return decode(data) if data is not None and len(data) <= largest else None


# Nets that belong together have most of their layers in common: what is computed of one serves all files that have it.
# Some 5 KB each, they stay when no file has them any more: to take so many trees apart, and to read those of the next
# folder anew, takes a tenth of the time of a large check.
_MOST_ENTRIES = 20_000
_entries: dict[str, Entry] = {}


@lru_cache(maxsize=24)
def parsed(text: str) -> File:
    """The tree of a text, parsed once though several files ask for it; its entries keep what was computed of them."""
    if len(_entries) >= _MOST_ENTRIES:
        _entries.clear()
    return parse(text, _entries)
