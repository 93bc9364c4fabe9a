"""The solvers that train a net, and the nets that a solver builds: each looked at from the other."""

# ruff: noqa: PTH118, PTH119, PTH120 - paths are strings here, and os.path's functions on them are pure and fast

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import NamedTuple

from caffe_ls.analysis.disk import FilesBeside
from caffe_ls.analysis.documents import Context, PrototxtDocument
from caffe_ls.analysis.nets import judged_nets
from caffe_ls.analysis.workspace import nets_of_solver, parsed, solvers_in
from caffe_ls.immutable import replace
from caffe_ls.net.graph import build
from caffe_ls.net.lower import lower_file
from caffe_ls.net.model import Net, Phase, State
from caffe_ls.text.source import decode

_LARGEST_NET = 16_777_216


class SolverBeside(NamedTuple):
    """A solver that trains a net; `path` is written as the net's document's own is."""

    path: str
    document: PrototxtDocument

    @property
    def name(self) -> str:
        """What messages call the file."""
        return f"`{os.path.basename(self.path)}`"


def solvers_training(document: PrototxtDocument) -> tuple[SolverBeside, ...]:
    """The solvers in a net's folder that train it."""
    files = document.context.files
    if files is None:
        return ()
    folder = os.path.dirname(files.path)
    key = (solvers_training, files.path, files.start_directory, files.top, document.path, document.dialect)
    return files.access.once(key, lambda: tuple(_solvers_training(document, files, folder)))


def _solvers_training(document: PrototxtDocument, files: FilesBeside, folder: str) -> Iterator[SolverBeside]:
    for solver, text in solvers_in(folder, files.access):
        file = parsed(text)
        links = nets_of_solver(solver, file, files.access.read, files.start_directory, files.top)
        if any(link.path == files.path and link.field != "test_net" for link in links):
            shown = os.path.normpath(os.path.join(os.path.dirname(document.path), os.path.relpath(solver, folder)))
            context = Context(own_schema=document.context.own_schema, files=replace(files, path=solver))
            settings = document.settings._replace(dialect=document.dialect) if not context.own_schema else None
            yield SolverBeside(
                shown, PrototxtDocument(shown, text, settings, kind="solver", context=context, file=file)
            )


class NamedNet(NamedTuple):
    """A net that a solver builds in some phase; `name` is what messages call it."""

    name: str
    net: Net


def net_of_solver(document: PrototxtDocument, phase: Phase) -> NamedNet | None:
    """The first net that a solver builds in a phase; None where it is not there. What it reads is not looked at."""
    own = next((net for net in judged_nets(document) if net.phase == phase), None)
    if own is not None:
        return NamedNet("its net", own)
    files = document.context.files
    if files is None:
        return None
    links = nets_of_solver(files.path, document.file, files.access.read, files.start_directory, files.top)
    other = "train_net" if phase == "TEST" else "test_net"
    path = next((link.path for link in links if link.field != other and link.path is not None), None)
    if path is None:
        return None
    key = (net_of_solver, path, phase, document.dialect)
    found = files.access.once(key, lambda: _built(files, path, State(phase), document.dialect))
    return None if found is None else NamedNet(f"`{os.path.basename(path)}`", found)


def _built(files: FilesBeside, path: str, state: State, dialect: str) -> Net | None:
    data = files.access.read(path)
    if data is None or len(data) > _LARGEST_NET:
        return None
    return build(lower_file(parsed(decode(data)), dialect), state)
