"""Nets that are to have the same weights: what a solver trains and tests, and what is run afterwards."""

# ruff: noqa: PTH118, PTH119, PTH120 - paths are strings here, and os.path's functions on them are pure and fast

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import NamedTuple

from caffe_ls.analysis.disk import FilesBeside
from caffe_ls.analysis.documents import PrototxtDocument
from caffe_ls.analysis.nets import certain_net, judged_nets, net_text
from caffe_ls.analysis.states import states_of
from caffe_ls.analysis.workspace import Link, linked_solvers_in, nets_of_solver, parsed, solvers_in, states_in_solvers
from caffe_ls.immutable import replace
from caffe_ls.net.model import Layer, Net, Phase, Shape
from caffe_ls.net.shapes.step import shapes_differ, shown
from caffe_ls.text.source import decode

_LARGEST_NET = 16_777_216


class Relative(NamedTuple):
    """A net of another file, `number` of those that it makes; `path` is written as the document's own is."""

    path: str
    document: PrototxtDocument
    number: int

    @property
    def net(self) -> Net:
        """The net, without guesses about data; built at the first question."""
        return certain_net(self.document, judged_nets(self.document)[self.number])

    @property
    def name(self) -> str:
        """What messages call the file."""
        return f"`{os.path.basename(self.path)}`"


class Difference(NamedTuple):
    """A layer whose parameters are others than those of the layer of its name in the other net; indexes of layers.

    `param` is the index of the blob whose shape differs, None where their number does.
    """

    here: int
    there: int
    param: int | None
    message: str


def tested_with(document: PrototxtDocument) -> Iterator[Relative]:
    """The nets of other files that solvers train where they test this one."""
    files = document.context.files
    if files is None:
        return
    for links in _nets_of_solvers_beside(files):
        if any(link.path == files.path and link.field == "test_net" for link in links):
            trained = [link for link in links if link.field != "test_net" and link.path not in (None, files.path)]
            yield from _relatives(document, files, trained)


def trained_for(document: PrototxtDocument) -> tuple[Relative, ...]:
    """The nets of other files in this one's folder that solvers train; none where the net itself is one of these."""
    files = document.context.files
    if files is None:
        return ()
    solvers = _nets_of_solvers_beside(files)
    if any(link.path == files.path for links in solvers for link in links):
        return ()
    found: dict[str, Relative] = {}
    for links in solvers:
        trained = [link for link in links if link.field != "test_net" and link.path is not None]
        for relative in _relatives(document, files, trained):
            found.setdefault(relative.path, relative)
    return tuple(found.values())


def tested_by(document: PrototxtDocument) -> Iterator[tuple[int, Relative]]:
    """The nets of files that a solver tests, each with the index of its `test_iter` (solver.cpp, InitTestNets)."""
    files = document.context.files
    solver = document.solver
    if files is None or solver.has("test_net_param"):
        return
    links = nets_of_solver(files.path, document.file, files.access.read, files.start_directory, files.top)
    own = [link for link in links if link.field == "test_net"]
    generic = next((link for link in links if link.field == "net"), None)
    for index in range(solver.count("test_iter")):
        link = own[index] if index < len(own) else generic
        if link is not None and link.path is not None:
            for relative in _relatives(document, files, [link], "TEST"):
                yield index, relative


def differences(net: Net, other: Net) -> Iterator[Difference]:
    """What stops Caffe when one net takes the parameters of the other (net.cpp, ShareTrainedLayersWith)."""
    there = _by_name(other)
    for name, index in _by_name(net).items():
        if name not in there:
            continue
        mine, theirs = net.layers[index].param_shapes, other.layers[there[name]].param_shapes
        if mine is None or theirs is None:
            continue
        if len(mine) != len(theirs):
            message = f"`{name}` has {_blobs(len(mine))} here, {_blobs(len(theirs))}"
            yield Difference(index, there[name], None, message)
            continue
        for param, (one, two) in enumerate(zip(mine, theirs, strict=True)):
            if one is not None and two is not None and shapes_differ(one, two):
                message = f"parameter {param} of `{name}` is {shown(one)} here, {shown(two)}"
                yield Difference(index, there[name], param, message)
                break


def trainable(net: Net) -> dict[str, int]:
    """The layers that have parameters, by name."""
    return {name: index for name, index in _by_name(net).items() if net.layers[index].param_shapes}


def changed_output(layer: Layer, other: Layer) -> int | None:
    """The `num_output` of the other layer, where it alone makes the difference between their parameters."""
    for message in ("inner_product_param", "convolution_param"):
        here, there = (one.spec.fields.group(message).integer("num_output") for one in (layer, other))
        if here and there and here != there and layer.type == other.type:
            return there if _resized(layer.param_shapes, here, there) == other.param_shapes else None
    return None


def _resized(shapes: tuple[Shape | None, ...] | None, here: int, there: int) -> tuple[Shape | None, ...]:
    return tuple(
        None if shape is None else (there, *shape[1:]) if shape[:1] == (here,) else shape for shape in shapes or ()
    )


def _by_name(net: Net) -> dict[str, int]:
    found: dict[str, int] = {}
    for index, layer in enumerate(net.layers):
        found.setdefault(layer.name, index)
    return found


def _blobs(number: int) -> str:
    return f"{number} parameter blob{'s'[: number != 1]}"


def _nets_of_solvers_beside(files: FilesBeside) -> list[tuple[Link, ...]]:
    folder = os.path.dirname(files.path)
    return [solver.nets for solver in linked_solvers_in(folder, files.access, files.start_directory, files.top)]


def _relatives(
    document: PrototxtDocument, files: FilesBeside, links: list[Link], phase: Phase = "TRAIN"
) -> Iterator[Relative]:
    """The nets that the files of links make in a phase; of several states the first."""
    for link in links:
        assert link.path is not None
        key = (_relatives, link.path, document.settings.data_shape, document.dialect)
        other = files.access.once(key, lambda path=link.path: _opened(document, files, path))  # type: ignore[misc]
        if other is None:
            continue
        folder = os.path.dirname(files.path)
        shown_path = os.path.normpath(os.path.join(os.path.dirname(document.path), os.path.relpath(link.path, folder)))
        for number, state in enumerate(states_of(other, net_text(other))):
            if state.phase == phase:
                yield Relative(shown_path, other, number)
                break


def _opened(document: PrototxtDocument, files: FilesBeside, path: str) -> PrototxtDocument | None:
    data = files.access.read(path)
    if data is None or len(data) > _LARGEST_NET:
        return None
    beside = replace(files, path=path)
    solvers = tuple((solver, parsed(text)) for solver, text in solvers_in(os.path.dirname(path), files.access))
    states = states_in_solvers(path, parsed(decode(data)), solvers, files.access, files.start_directory, files.top)
    context = replace(document.context, states=states, files=beside, weights=())
    other = PrototxtDocument(path, decode(data), document.settings, context=context, file=parsed(decode(data)))
    return other if other.kind == "net" else None
