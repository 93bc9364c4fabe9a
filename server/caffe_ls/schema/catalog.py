"""The bundled dialects: which there are, the schema of each, and who has what."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache, lru_cache
from types import MappingProxyType
from typing import Any, Generic, NamedTuple, TypeVar

from caffe_ls.schema.merged_table import FieldVariant, MergedTable, merged_table
from caffe_ls.schema.model import Enum, Field, Message, Schema

BVLC = "bvlc"

ANY = "any"
"""The union of all bundled dialects: for files that no single one of them reads. Not among `dialects()`."""

_TITLES: Mapping[str, str] = {
    "bvlc": "BVLC Caffe",
    "ssd": "SSD (weiliu89)",
    "nvidia-0.17": "NVCaffe 0.17",
    "nvidia-0.16": "NVCaffe 0.16",
    "nvidia-0.15": "NVCaffe 0.15",
    "intel": "Intel Caffe",
    "fast-rcnn": "Fast and Faster R-CNN (rbgirshick)",
    "rfcn": "R-FCN (daijifeng001)",
    "cascade-rcnn": "Cascade R-CNN (zhaoweicai)",
    "refinedet": "RefineDet (sfzhang15)",
    "mobilenet-yolo": "MobileNet-YOLO (eric612)",
    "segnet": "SegNet (alexgkendall)",
    "enet": "ENet (TimoSaemann)",
    "crfrnn": "CRF-RNN (torrvision)",
    "deeplab": "DeepLab (TheLegendAli)",
    "pspnet": "PSPNet (hszhao)",
    "temporal-segments": "Temporal Segment Networks (yjxiong)",
    "flownet2": "FlowNet 2 (lmb-freiburg)",
    "lrcn-recurrent": "LRCN (LisaAnne, lisa_recurrent)",
    "lstm": "caffe-lstm (junhyukoh)",
    "sphereface": "SphereFace (wy1iu)",
    "openpose-train": "OpenPose training (CMU)",
    "c3d": "C3D (facebookarchive)",
    "ristretto": "Ristretto (pmgysel)",
    "windows-microsoft": "Caffe for Windows (Microsoft)",
    "windows-happynear": "caffe-windows (happynear)",
    "bvlc-opencl": "BVLC Caffe, branch opencl",
    "bvlc-2015-02": "BVLC Caffe of February 2015",
    "bvlc-2014-12": "BVLC Caffe of December 2014",
    "bvlc-2014-07": "BVLC Caffe of July 2014",
    "cambricon": "Cambricon Caffe",
    "synopsys": "Synopsys Caffe",
    "ncnn": "ncnn's converter (Tencent)",
    "openvino": "OpenVINO's model optimizer",
    ANY: "any known fork",
}

# Other words by which people know a dialect; each in lower case.
_ALIASES: Mapping[str, str] = {
    "caffe": "bvlc",
    "berkeley": "bvlc",
    "master": "bvlc",
    "weiliu89": "ssd",
    "nvidia": "nvidia-0.17",
    "nvcaffe": "nvidia-0.17",
    "nv": "nvidia-0.17",
    "faster-rcnn": "fast-rcnn",
    "py-faster-rcnn": "fast-rcnn",
    "r-fcn": "rfcn",
    "yolo": "mobilenet-yolo",
    "crf-rnn": "crfrnn",
    "crfasrnn": "crfrnn",
    "tsn": "temporal-segments",
    "flownet": "flownet2",
    "lrcn": "lrcn-recurrent",
    "openpose": "openpose-train",
    "windows": "windows-microsoft",
    "microsoft": "windows-microsoft",
    "happynear": "windows-happynear",
    "opencl": "bvlc-opencl",
}

_Item = TypeVar("_Item")


class Dialect(NamedTuple):
    """A bundled dialect: its name in settings, what people call it, and where its schema was read."""

    name: str
    title: str
    source: str


@cache
def dialects() -> tuple[Dialect, ...]:
    """All bundled dialects, in the order in which ties between them are decided; BVLC's master is the first."""
    table = merged_table()
    return tuple(
        Dialect(name, title_of(name), source) for name, source in zip(table.dialect_names, table.sources, strict=True)
    )


def title_of(dialect_name: str) -> str:
    """What people call a dialect; the name itself for one that is not bundled."""
    return _TITLES.get(dialect_name, dialect_name)


def load(dialect_name: str) -> Schema:
    """The schema of a dialect; the same object at every call.

    Upper and lower case are the same, and some aliases are known: `nvidia` is the newest of NVIDIA's. `any` is the
    union of all dialects. ValueError, whose message lists the names, when the dialect is unknown.
    """
    wanted = dialect_name.strip().lower().replace("_", "-")
    wanted = _ALIASES.get(wanted, wanted)
    if wanted == ANY:
        return _load_any()
    names = merged_table().dialect_names
    if wanted not in names:
        raise ValueError(f"unknown dialect {dialect_name!r}; known are {', '.join(names)} and {ANY}")
    return _load(wanted)


def dialects_with_message(message: str) -> tuple[str, ...]:
    """The dialects that have a message of this name."""
    table = merged_table()
    return table.names(table.message_mask(message))


def dialects_with_field(message: str, field: str) -> tuple[str, ...]:
    """The dialects whose `message` has a field of this name, whatever its type."""
    table = merged_table()
    mask = 0
    for variant in table.variants(message, field):
        mask |= variant.mask
    return table.names(mask)


def dialects_with_layer_type(layer_type: str) -> tuple[str, ...]:
    """The dialects that register this layer type; those whose registered types are not known are left out."""
    table = merged_table()
    return table.names(table.layer_types.get(layer_type, 0))


def dialects_with_enum_value(enum: str, value: str) -> tuple[str, ...]:
    """The dialects in whose enum `enum` this is a value's name."""
    table = merged_table()
    return table.names(table.enum_value_mask(enum, value))


def messages_with_field(schema: Schema, field: str) -> tuple[str, ...]:
    """The messages of a schema that have a field of this name: where a misplaced field may belong."""
    return _messages_by_field(schema).get(field, ())


def nearest_dialect(schema: Schema) -> str:
    """The bundled dialect with which a schema shares most fields; the one with fewer others when several do."""
    table = merged_table()
    best, best_score = BVLC, (-1, 0)
    shared = dict.fromkeys(table.dialect_names, 0)
    for message in schema.messages.values():
        for field in message.fields.values():
            for variant in table.variants(message.name, field.name):
                if variant.shape == (field.label, field.type, field.type_name):
                    for name in table.names(variant.mask):
                        shared[name] += 1
    for name in table.dialect_names:
        score = (shared[name], -sum(len(message.fields) for message in load(name).messages.values()))
        if score > best_score:
            best, best_score = name, score
    return best


def dialect_of_known_types(known_types: Iterable[str]) -> str | None:
    """The dialect that registers most nearly these types, as Caffe prints them behind "known types:".

    Layers left out of a build and layers added to it count alike; None when hardly anything agrees.
    """
    table, given = merged_table(), frozenset(known_types)
    best, least = None, len(given) / 2
    for name in table.names(table.typed):
        distance = len(given ^ load(name).layer_types)
        if distance < least:
            best, least = name, distance
    return best


class _LazyItems(Mapping[str, _Item], Generic[_Item]):
    """A mapping that makes an item when it is first asked for, and keeps it."""

    def __init__(self, names: Iterable[str], make: Callable[[str], _Item]) -> None:
        self._items: dict[str, _Item | None] = dict.fromkeys(names)
        self._make = make

    def __getitem__(self, name: str) -> _Item:
        item = self._items[name]
        if item is None:
            item = self._items[name] = self._make(name)
        return item

    def get(self, name: str, default: Any = None) -> Any:
        """As any mapping's, without an exception for each name that is not there: validation asks a lot."""
        item = self._items.get(name)
        return item if item is not None else self[name] if name in self._items else default

    def __iter__(self) -> Iterator[str]:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)

    def __contains__(self, name: object) -> bool:
        return name in self._items


@cache
def _load(name: str) -> Schema:
    table = merged_table()
    bit = table.mask(name)

    def message(message_name: str) -> Message:
        fields: dict[str, Field] = {}
        for field_name in table.field_names(message_name):
            for variant in table.variants(message_name, field_name):
                if variant.mask & bit:
                    fields[field_name] = variant.field(field_name)
        return Message(message_name, MappingProxyType(fields))

    def enum(enum_name: str) -> Enum:
        values = next(values for mask, values in table.enum_versions(enum_name) if mask & bit)
        return Enum(enum_name, MappingProxyType(values))

    return Schema(
        dialect=name,
        source=table.sources[table.dialect_names.index(name)],
        messages=_LazyItems(table.message_names(bit), message),
        enums=_LazyItems(table.enum_names(bit), enum),
        layer_types=frozenset(layer_type for layer_type, mask in table.layer_types.items() if mask & bit),
        documentation=MappingProxyType({}),
        layer_types_complete=bool(table.typed & bit),
    )


@cache
def _load_any() -> Schema:
    table = merged_table()

    def message(message_name: str) -> Message:
        return Message(
            message_name,
            MappingProxyType({name: _widest(table, message_name, name) for name in table.field_names(message_name)}),
        )

    def enum(enum_name: str) -> Enum:
        values: dict[str, int] = {}
        for _, version in table.enum_versions(enum_name):
            values = {**version, **values}
        return Enum(enum_name, MappingProxyType(values))

    return Schema(
        dialect=ANY,
        source="all bundled dialects",
        messages=_LazyItems(table.message_names(table.everywhere), message),
        enums=_LazyItems(table.enum_names(table.everywhere), enum),
        layer_types=frozenset(table.layer_types),
        documentation=MappingProxyType({}),
        layer_types_complete=False,
    )


def _widest(table: MergedTable, message: str, name: str) -> Field:
    """Of several declarations of a field: the type that most dialects agree on, repeated where any has it so."""
    variants = table.variants(message, name)

    def agreement(variant: FieldVariant) -> tuple[int, int]:
        same = sum(other.mask.bit_count() for other in variants if other.shape[1:] == variant.shape[1:])
        return same, -(variant.mask & -variant.mask)

    chosen = max(variants, key=agreement)
    same_type = [variant for variant in variants if variant.shape[1:] == chosen.shape[1:]]
    return next((variant for variant in same_type if variant.shape.label == "repeated"), chosen).field(name)


# A user's caffe.proto makes a new schema at each of its edits: only the last few are kept.
@lru_cache(maxsize=8)
def _messages_by_field(schema: Schema) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for message in schema.messages.values():
        for field in message.fields:
            found[field] = (*found.get(field, ()), message.name)
    return found
