"""Caffe's protobuf files: `.caffemodel` (NetParameter), `.binaryproto` (BlobProto), `.solverstate` (SolverState)."""

from __future__ import annotations

import struct
from collections.abc import Iterable

from caffe_ls.schema.legacy_types import V0_LAYER_TYPES, V1_LAYER_TYPES
from caffe_ls.weights.model import SolverState, StoredBlob, StoredLayer, Weights
from caffe_ls.wire.fields import BYTES, VARINT, WireField, WireReader
from caffe_ls.wire.stored_bytes import NotReadableError, StoredBytes

# Field numbers of caffe.proto, the same in all its forks.
_NET_NAME, _NET_V1_LAYERS, _NET_LAYERS = 1, 2, 100
_LAYER_NAME, _LAYER_TYPE, _LAYER_BLOBS = 1, 2, 7
_V1_V0_LAYER, _V1_NAME, _V1_TYPE, _V1_BLOBS = 1, 4, 5, 6
_V0_NAME, _V0_TYPE, _V0_BLOBS = 1, 2, 50
_BLOB_DATA, _BLOB_SHAPE, _BLOB_DOUBLE_DATA, _BLOB_RAW_DATA = 5, 7, 8, 12
_BLOB_LEGACY = (1, 2, 3, 4)
_SHAPE_DIM = 1
_STATE_ITERATION, _STATE_LEARNED_NET, _STATE_HISTORY, _STATE_CURRENT_STEP = 1, 2, 3, 4

_MOST_AXES = 32

# What is found under such a name instead: the beginnings of files that were not fetched as they should have been.
_NOT_FETCHED = (
    (b"version https://git-lfs", "it is a pointer of Git LFS, not the file itself (`git lfs pull` fetches it)"),
    (b"<!doctype", "it is a web page: the download did not work"),
    (b"<html", "it is a web page: the download did not work"),
    (b"\x93numpy", "it is an array of NumPy's; Caffe wants a protobuf file"),
)


def read_weights(stored: StoredBytes) -> Weights:
    """The layers of a `.caffemodel` of any age, as Caffe sees them once it has upgraded them (upgrade_proto.cpp)."""
    _refuse_other_files(stored)
    reader = WireReader(stored)
    name = ""
    layers: list[StoredLayer] = []
    old_layers: list[StoredLayer] = []
    for field in reader.message():
        if field.number == _STATE_ITERATION and field.kind == VARINT:
            raise NotReadableError(_named_state(read_solver_state(stored)))
        if field.number == _NET_NAME:
            name = reader.text(field)
        elif field.number == _NET_LAYERS:
            layers.append(_layer(reader, field))
        elif field.number == _NET_V1_LAYERS:
            old_layers.append(_v1_layer(reader, field))
    # A file with `layers` is upgraded, and its `layer` fields are ignored (UpgradeV1Net).
    found = tuple(old_layers or layers)
    if not found:
        raise NotReadableError("it holds no layers")
    return Weights("binary", name, found)


def read_blob(stored: StoredBytes) -> StoredBlob:
    """The one blob of a `.binaryproto`."""
    _refuse_other_files(stored)
    reader = WireReader(stored)
    return _blob(reader, reader.message())


def read_numbers(stored: StoredBytes, most: int) -> tuple[float, ...]:
    """The numbers of the one blob of a `.binaryproto`; those of the other precision where there are any."""
    _refuse_other_files(stored)
    reader = WireReader(stored)
    found: dict[int, list[float]] = {_BLOB_DATA: [], _BLOB_DOUBLE_DATA: []}
    for field in reader.message():
        if field.number not in found:
            continue
        kind, width = ("f", 4) if field.number == _BLOB_DATA else ("d", 8)
        # Not packed, each number has a key of one byte before it; that of the first has been read.
        step = width if field.kind == BYTES else width + 1
        if (field.end - field.start) // step + len(found[field.number]) > most:
            raise NotReadableError(f"it holds more than {most:,} numbers")
        data = reader.bytes_of(field, field.end - field.start)
        found[field.number] += (struct.unpack_from(f"<{kind}", data, at)[0] for at in range(0, len(data), step))
    return tuple(found[_BLOB_DOUBLE_DATA] or found[_BLOB_DATA])


def read_solver_state(stored: StoredBytes) -> SolverState:
    """A `.solverstate`."""
    _refuse_other_files(stored)
    reader = WireReader(stored)
    iteration = current_step = 0
    learned_net = ""
    history: list[StoredBlob] = []
    for field in reader.message():
        if field.number == _STATE_ITERATION:
            iteration = field.signed
        elif field.number == _STATE_LEARNED_NET and field.kind == BYTES:
            learned_net = reader.text(field)
        elif field.number == _STATE_HISTORY and field.kind == BYTES:
            history.append(_blob(reader, reader.inside(field)))
        elif field.number == _STATE_CURRENT_STEP:
            current_step = field.signed
    return SolverState("binary", iteration, learned_net, current_step, tuple(history))


def _named_state(state: SolverState) -> str:
    where = f", whose weights are in `{state.learned_net}`" if state.learned_net else ""
    return f"it is a solver's state{where}"


def _refuse_other_files(stored: StoredBytes) -> None:
    if not stored.size:
        raise NotReadableError("it is empty")
    beginning = stored.read(0, min(stored.size, 64)).lstrip().lower()
    for signature, reason in _NOT_FETCHED:
        if beginning.startswith(signature):
            raise NotReadableError(reason)


def _layer(reader: WireReader, layer: WireField) -> StoredLayer:
    name = kind = ""
    blobs: list[StoredBlob] = []
    for field in reader.inside(layer):
        if field.number == _LAYER_NAME:
            name = reader.text(field)
        elif field.number == _LAYER_TYPE and field.kind == BYTES:
            kind = reader.text(field)
        elif field.number == _LAYER_BLOBS:
            blobs.append(_blob(reader, reader.inside(field)))
    return StoredLayer(name, kind, tuple(blobs))


def _v1_layer(reader: WireReader, layer: WireField) -> StoredLayer:
    name = kind = ""
    blobs: list[StoredBlob] = []
    for field in reader.inside(layer):
        if field.number == _V1_V0_LAYER:
            # A connection holds a layer of the oldest form, and what it says itself is only what it is connected with.
            return _v0_layer(reader, field)
        if field.number == _V1_NAME:
            name = reader.text(field)
        elif field.number == _V1_TYPE and field.kind == VARINT:
            kind = _v1_type(field.signed)
        elif field.number == _V1_BLOBS:
            blobs.append(_blob(reader, reader.inside(field)))
    return StoredLayer(name, kind, tuple(blobs))


def _v0_layer(reader: WireReader, layer: WireField) -> StoredLayer:
    name = kind = ""
    blobs: list[StoredBlob] = []
    for field in reader.inside(layer):
        if field.number == _V0_NAME:
            name = reader.text(field)
        elif field.number == _V0_TYPE:
            kind = V1_LAYER_TYPES.get(V0_LAYER_TYPES.get(reader.text(field), ""), "")
        elif field.number == _V0_BLOBS:
            blobs.append(_blob(reader, reader.inside(field)))
    return StoredLayer(name, kind, tuple(blobs))


def _v1_type(number: int) -> str:
    from caffe_ls.schema import catalog

    enum = catalog.load("bvlc").enum("V1LayerParameter.LayerType")
    names = enum.values if enum is not None else {}
    return next((V1_LAYER_TYPES.get(name, "") for name, value in names.items() if value == number), "")


def _blob(reader: WireReader, fields: Iterable[WireField]) -> StoredBlob:
    """A blob; numbers of the other precision count when there are any (blob.cpp, Blob::FromProto)."""
    legacy: dict[int, int] = {}
    dims: list[int] = []
    floats = doubles = 0
    raw = False
    for field in fields:
        if field.number in _BLOB_LEGACY and field.kind == VARINT:
            legacy[field.number] = field.signed
        elif field.number == _BLOB_SHAPE:
            dims += _dims(reader, field)
        elif field.number == _BLOB_DATA:
            floats += (field.end - field.start) // 4 if field.kind == BYTES else field.repeats
        elif field.number == _BLOB_DOUBLE_DATA:
            doubles += (field.end - field.start) // 8 if field.kind == BYTES else field.repeats
        elif field.number == _BLOB_RAW_DATA:
            raw = True
    shape = tuple(legacy.get(number, 0) for number in _BLOB_LEGACY) if legacy else tuple(dims)
    return StoredBlob(shape, bool(legacy), None if raw else doubles or floats)


def _dims(reader: WireReader, shape: WireField) -> list[int]:
    dims: list[int] = []
    for field in reader.inside(shape):
        if field.number == _SHAPE_DIM:
            dims += [field.signed] if field.kind == VARINT else _signed(reader.packed_varints(field, _MOST_AXES + 1))
        if len(dims) > _MOST_AXES:
            raise NotReadableError(f"it has a blob of more than {_MOST_AXES} axes")
    return dims


def _signed(values: Iterable[int]) -> list[int]:
    return [value - (1 << 64) if value >= 1 << 63 else value for value in values]
