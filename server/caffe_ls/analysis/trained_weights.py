"""Trained weights held against a net as Caffe copies them: by layer name (net.cpp, CopyTrainedLayersFrom)."""

# ruff: noqa: PTH118, PTH119 - paths are strings here, and os.path's functions on them are pure and fast

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from caffe_ls.analysis.disk import FilesBeside
from caffe_ls.analysis.documents import PrototxtDocument
from caffe_ls.net.model import AnyShape, Net, Shape
from caffe_ls.net.shapes.step import shown
from caffe_ls.wire.stored_bytes import MissingLibraryError, NotReadableError

if TYPE_CHECKING:
    from caffe_ls.weights.model import StoredBlob, StoredLayer, Weights


_LOG_NAME = re.compile(r"\.log\b|\blog\b|\.INFO\.", re.IGNORECASE)
_STARTED_FROM = re.compile(rb"\] Finetuning from ([^\r\n]+)")
_MOST_LOGS = 4
_LOG_BEGINNING = 1 << 20


class WeightsFile(NamedTuple):
    """A weights file that a net starts from. `problem` says why it holds none, `unread` why nobody can tell.

    `log` is the name of the training log that shows it, where nobody says that the net is to start from it again.
    """

    path: str
    weights: Weights | None = None
    problem: str = ""
    unread: str = ""
    log: str = ""

    @property
    def name(self) -> str:
        """What messages call it."""
        return f"`{os.path.basename(self.path)}`"


class Mismatch(NamedTuple):
    """What stops Caffe when it copies a layer. `layer` is the net's; `here` is the blob's shape that differs there."""

    layer: int
    message: str
    here: AnyShape = None
    there: StoredBlob | None = None


class Copy(NamedTuple):
    """What copying weights to a net does. `unloaded` are layers of the net with parameters that get none, by index;
    `left_over` those of the file that the net lacks."""

    loaded: tuple[int, ...]
    mismatches: tuple[Mismatch, ...]
    unloaded: tuple[int, ...]
    left_over: tuple[StoredLayer, ...]


def weights_files(document: PrototxtDocument) -> tuple[WeightsFile, ...]:
    """The files that the settings name, else those that the net's solvers do, else those that logs beside it show."""
    files = document.context.files
    if files is None:
        return ()
    settings = tuple(path for path in document.settings.weights.split(",") if path)
    access = files.access

    def read(path: str) -> WeightsFile:
        from caffe_ls.weights.reading import read_weights

        stored = access.stored(path)
        if stored is None:
            return WeightsFile(path, unread="it is not there")
        try:
            return WeightsFile(path, read_weights(stored))
        except MissingLibraryError as error:
            return WeightsFile(path, unread=str(error))
        except NotReadableError as error:
            return WeightsFile(path, problem=str(error))

    def known(path: str) -> WeightsFile:
        return access.once((weights_files, path), lambda: read(path))

    named = tuple(known(path) for path in dict.fromkeys(settings or document.context.weights))
    if named or document.kind != "net":
        return named
    shown_by = access.once((weights_in_logs, files.path), lambda: weights_in_logs(files))
    return tuple(known(path)._replace(log=log) for path, log in shown_by.items())


def weights_in_logs(files: FilesBeside) -> dict[str, str]:
    """The weights, as far as they are there, that runs of the net started from, each with the log that tells it."""
    folder, name = os.path.split(files.path)
    found: dict[str, str] = {}
    logs = [log for log in sorted(files.access.names_in(folder)) if _LOG_NAME.search(log)]
    for log in logs[-_MOST_LOGS:]:
        stored = files.access.stored(os.path.join(folder, log))
        beginning = b"" if stored is None else stored.read_at(0, min(stored.size, _LOG_BEGINNING))
        # Before it starts from weights, a run prints its solver, which names the net.
        if name.encode("utf-8", "surrogateescape") not in beginning:
            continue
        for written in _STARTED_FROM.findall(beginning):
            path = files.find(written.decode("utf-8", "replace").strip())
            if path is not None:
                found[path] = log
    return found


def names_of(files: Sequence[WeightsFile]) -> str:
    """The files in words."""
    return " and ".join(file.name for file in files)


def copied(document: PrototxtDocument, net: Net) -> Copy:
    """What loading the document's weights files, one after the other, does to a net of it."""
    key = (copied, net)
    known = document.cache.get(key)
    if known is None:
        known = document.cache[key] = _all_copied(net, weights_files(document))
    return known  # type: ignore[return-value]


def _all_copied(net: Net, files: Sequence[WeightsFile]) -> Copy:
    parts = [_copied(net, file) for file in files if file.weights is not None]
    loaded = {layer for part in parts for layer in part.loaded}
    return Copy(
        tuple(sorted(loaded)),
        tuple(mismatch for part in parts for mismatch in part.mismatches),
        tuple(layer for layer in _trainable(net) if layer not in loaded),
        tuple(layer for part in parts for layer in part.left_over),
    )


def stand_in(net: Net, layer: int, copy: Copy) -> str | None:
    """The name under which a layer without weights may stand in the file: the only one left over of its shapes."""
    shapes = net.layers[layer].param_shapes or ()
    fitting = [
        stored.name
        for stored in copy.left_over
        if len(stored.blobs) == len(shapes)
        and all(shape is not None and blob.has_shape(shape) for shape, blob in zip(shapes, stored.blobs, strict=True))
    ]
    return fitting[0] if len(fitting) == 1 else None


def _copied(net: Net, file: WeightsFile) -> Copy:
    assert file.weights is not None
    targets: dict[str, int] = {}
    for index, layer in enumerate(net.layers):
        targets.setdefault(layer.name, index)
    loaded: list[int] = []
    mismatches: list[Mismatch] = []
    left_over: list[StoredLayer] = []
    for stored in file.weights.layers:
        target = targets.get(stored.name)
        if target is None:
            left_over += [stored] if stored.blobs else []
            continue
        loaded += [target] if stored.blobs else []
        mismatch = _mismatch(net, target, stored, file)
        if mismatch is not None:
            mismatches.append(mismatch)
    return Copy(tuple(loaded), tuple(mismatches), (), tuple(left_over))


def _trainable(net: Net) -> Iterator[int]:
    """The layers that have parameters of their own, shared ones counted where they are owned."""
    owners = {param.layer for param in net.params if param.owner is None}
    for index, layer in enumerate(net.layers):
        if layer.param_shapes and index in owners:
            yield index


def _mismatch(net: Net, target: int, stored: StoredLayer, file: WeightsFile) -> Mismatch | None:
    layer = net.layers[target]
    assert file.weights is not None
    if layer.param_shapes is None:
        return None
    here, there = len(layer.param_shapes), len(stored.blobs)
    if _count_differs(net, target, there, is_hdf5=file.weights.format == "HDF5"):
        message = f"`{layer.name}` has {_blobs(here)} here, {_blobs(there)} in {file.name}"
        return Mismatch(target, message + _why(layer.type, here, there))
    for index, (shape, blob) in enumerate(zip(layer.param_shapes, stored.blobs, strict=False)):
        if blob.lacks_numbers:
            numbers = f"{blob.numbers:,} number{'s'[: blob.numbers != 1]} for a shape of {shown(blob.shape)}"
            return Mismatch(target, f"`{layer.name}` has {numbers} in {file.name}", shape, blob)
        if shape is not None and not blob.has_shape(shape):
            told = f"{shown(shape)} here, {shown(_like(blob, shape))} in {file.name}"
            return Mismatch(target, f"parameter {index} of `{layer.name}` is {told}", shape, blob)
    return None


def _count_differs(net: Net, target: int, there: int, is_hdf5: bool) -> bool:
    """HDF5 files need not hold parameters whose memory is another layer's (CopyTrainedLayersFromHDF5)."""
    params = [param for param in net.params if param.layer == target]
    if not is_hdf5:
        return there != len(params)
    return there > len(params) or any(param.owner is None for param in params[there:])


def _blobs(number: int) -> str:
    return f"{number:,} parameter blob{'s'[: number != 1]}"


def _why(kind: str, here: int, there: int) -> str:
    if kind == "BatchNorm" and {here, there} == {3, 5}:
        return ": NVIDIA's BatchNorm has scale and bias, too"
    if here and {here, there} == {1, 2}:
        return f": it {'had' if there == 2 else 'was trained without'} a bias"
    return ""


def _like(blob: StoredBlob, shape: Shape) -> Shape:
    """A legacy shape with as many axes as the net's, where those in front say nothing."""
    surplus = len(blob.shape) - len(shape)
    if blob.is_legacy and surplus > 0 and all(dim == 1 for dim in blob.shape[:surplus]):
        return blob.shape[surplus:]
    return blob.shape
