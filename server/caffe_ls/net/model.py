"""Nets as Caffe builds them: layers, blobs and parameters, each with the place it was written at."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple, TypeAlias

from caffe_ls.net.values import Group
from caffe_ls.text.span import Span

Dim: TypeAlias = "int | None"
"""A dimension; None where it is not known."""

Shape: TypeAlias = tuple[Dim, ...]

AnyShape: TypeAlias = "Shape | None"
"""A shape; None where not even the number of axes is known."""

Phase = Literal["TRAIN", "TEST"]

AUTOMATIC = "(automatic)"
"""What Caffe calls the tops that a loss layer gets although nobody wrote them (net.cpp, Net::AppendTop)."""


@dataclass(frozen=True, slots=True)
class State:
    """In which state a net is built (NetState); a net file's own `state` is added by `lower.state_in`."""

    phase: Phase = "TRAIN"
    level: int = 0
    stages: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class DataSource:
    """What is known of the data that data layers read: channels, height and width, and the batch."""

    shape: tuple[int, int, int] | None = None
    batch: int | None = None


@dataclass(frozen=True, slots=True)
class Refusal:
    """Caffe stops here. `check` names the CHECK (`pooling_layer.cpp:18`); `layer` is the layer's index in the text."""

    message: str
    span: Span
    check: str
    layer: int | None = None


@dataclass(frozen=True, slots=True)
class ParamSpec:
    """One `param { ... }` of a layer, or what Caffe takes where there is none."""

    name: str = ""
    lr_mult: float = 1.0
    decay_mult: float = 1.0
    permissive: bool = False
    has_lr_mult: bool = False
    has_decay_mult: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class LayerSpec:
    """A layer of the text in today's form; places are relative to the entry that it stands in.

    `steps` keeps what shape inference found for it, by bottom shapes: it lives as long as the entry.
    """

    fields: Group
    name: str
    type: str
    bottoms: tuple[str, ...]
    tops: tuple[str, ...]
    loss_weights: tuple[float, ...]
    propagate_down: tuple[bool, ...]
    params: tuple[ParamSpec, ...]
    steps: dict[object, object] = field(default_factory=dict)


class PlacedLayer(NamedTuple):
    """A layer of the text and the offset of its entry in the file."""

    base: int
    spec: LayerSpec

    def place(self, name: str, index: int = 0) -> Span:
        """Where a value of the layer's own field stands in the file; the whole layer where it is not given."""
        return self.spec.fields.place(name, index).shift(self.base)


class Source(NamedTuple):
    """Which top a bottom reads: the index of a layer of the net, and of its top."""

    layer: int
    top: int


@dataclass(frozen=True, slots=True)
class Layer:
    """A layer of a net. `sources` are what its bottoms read, None for a bottom that nothing makes.

    `tops` has the automatic ones too; `param_shapes` and `macs` are None where they cannot be known.
    """

    placed: PlacedLayer
    bottoms: tuple[str, ...]
    tops: tuple[str, ...]
    sources: tuple[Source | None, ...]
    bottom_shapes: tuple[AnyShape, ...]
    top_shapes: tuple[AnyShape, ...]
    param_shapes: tuple[AnyShape, ...] | None
    macs: int | None
    loss_weights: tuple[float, ...]
    needs_backward: bool
    bottoms_need_backward: tuple[bool, ...]
    known_type: bool
    assumes: str

    @property
    def name(self) -> str:
        return self.placed.spec.name

    @property
    def type(self) -> str:
        return self.placed.spec.type

    def is_in_place(self, top: int) -> bool:
        """Whether a top is the bottom of the same index (net.cpp, Net::AppendTop)."""
        return top < len(self.bottoms) and self.tops[top] == self.bottoms[top]


@dataclass(frozen=True, slots=True)
class Param:
    """A parameter blob; `owner` is the index, among the net's, of the one whose memory it shares, None for its own."""

    layer: int
    index: int
    spec: ParamSpec
    shape: AnyShape
    owner: int | None

    @property
    def is_learnable(self) -> bool:
        """Whether it is among Net::learnable_params, which the solver updates; lr_mult 0 counts, sharers do not."""
        return self.owner is None


@dataclass(frozen=True, slots=True)
class Net:
    """The net that Caffe builds in a state. `blobs` are final shapes by name, `outputs` what nothing reads."""

    name: str
    state: State
    layers: tuple[Layer, ...]
    blobs: Mapping[str, AnyShape]
    params: tuple[Param, ...]
    outputs: tuple[str, ...]
    data_memory_bytes: int | None
    refusals: tuple[Refusal, ...]

    @property
    def param_count(self) -> int | None:
        """How many numbers the net learns or keeps, shared ones counted once; None where shapes are not known."""
        if any(layer.param_shapes is None for layer in self.layers):
            return None
        counts = [count(param.shape) for param in self.params if param.owner is None]
        return None if None in counts else sum(number for number in counts if number is not None)

    def consumers(self, source: Source) -> Iterator[tuple[int, int]]:
        """The layers that read a top, each with the index of its bottom."""
        for index, layer in enumerate(self.layers):
            for position, found in enumerate(layer.sources):
                if found == source:
                    yield index, position


def count(shape: AnyShape) -> int | None:
    """How many numbers a blob of this shape holds; None where that is not known."""
    if shape is None:
        return None
    product = 1
    for dim in shape:
        if dim == 0:
            return 0
        product = product * dim if dim is not None and product else 0
    return product or None
