"""The solvers that train a net, and the nets that a solver builds: each looked at from the other."""

# ruff: noqa: PTH118, PTH119, PTH120 - paths are strings here, and os.path's functions on them are pure and fast

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from caffe_ls.analysis.disk import FilesBeside
from caffe_ls.analysis.documents import Context, PrototxtDocument
from caffe_ls.analysis.nets import judged_nets
from caffe_ls.analysis.workspace import linked_solvers_in, nets_of_solver, parsed
from caffe_ls.immutable import replace
from caffe_ls.net.lower import lower_file
from caffe_ls.net.model import LayerSpec, NetText, Phase, State
from caffe_ls.net.states import filtered, state_in
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
    for solver, text, links in linked_solvers_in(folder, files.access, files.start_directory, files.top):
        if any(link.path == files.path and link.field != "test_net" for link in links):
            shown = os.path.normpath(os.path.join(os.path.dirname(document.path), os.path.relpath(solver, folder)))
            context = Context(own_schema=document.context.own_schema, files=replace(files, path=solver))
            settings = document.settings._replace(dialect=document.dialect) if not context.own_schema else None
            yield SolverBeside(
                shown, PrototxtDocument(shown, text, settings, kind="solver", context=context, file=parsed(text))
            )


class NamedNet(NamedTuple):
    """A net that a solver builds in some phase, as far as its text alone tells; `name` is what messages call it."""

    name: str
    layers: tuple[LayerSpec, ...]


def net_of_solver(document: PrototxtDocument, phase: Phase, *types: str) -> NamedNet | None:
    """The first net that a solver builds in a phase; None where it is not there, or has no layer of these types.

    A net that does not so much as mention a type need not be parsed: hardly any net has LSTMs.
    """
    own = next((net for net in judged_nets(document) if net.phase == phase), None)
    if own is not None:
        return NamedNet("its net", tuple(layer.spec for layer in own.layers))
    files = document.context.files
    if files is None:
        return None
    links = nets_of_solver(files.path, document.file, files.access.read, files.start_directory, files.top)
    other = "train_net" if phase == "TEST" else "test_net"
    path = next((link.path for link in links if link.field != other and link.path is not None), None)
    if path is None:
        return None
    key = (net_of_solver, path, document.dialect, types)
    text = files.access.once(key, lambda: _net_text(files, path, document.dialect, types))
    if text is None:
        return None
    built = filtered(text, state_in(text, State(phase)))
    return NamedNet(f"`{os.path.basename(path)}`", tuple(text.layers[index].spec for index in built))


def _net_text(files: FilesBeside, path: str, dialect: str, types: Sequence[str]) -> NetText | None:
    data = files.access.read(path)
    text = decode(data) if data is not None and len(data) <= _LARGEST_NET else ""
    return lower_file(parsed(text), dialect) if any(name in text for name in types) else None
