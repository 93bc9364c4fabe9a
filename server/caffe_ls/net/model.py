"""Nets as Caffe builds them: layers, blobs and parameters, each with the place it was written at."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from enum import Enum
from functools import cached_property
from itertools import chain
from typing import Literal, NamedTuple, TypeAlias

from caffe_ls.immutable import dataclass, field
from caffe_ls.net.faults import Fault
from caffe_ls.net.values import Group
from caffe_ls.text.span import Span

Dim: TypeAlias = "int | None"
"""A dimension; None where it is not known."""

Shape: TypeAlias = tuple[Dim, ...]

AnyShape: TypeAlias = "Shape | None"
"""A shape; None where not even the number of axes is known."""

Phase = Literal["TRAIN", "TEST"]

_START = Span(0, 0)

AUTOMATIC = "(automatic)"
"""What Caffe calls the tops that a loss layer gets although nobody wrote them (net.cpp, Net::AppendTop)."""


@dataclass(frozen=True, slots=True)
class State:
    """In which state a net is built (NetState); a net file's own `state` is added by `lower.state_in`."""

    phase: Phase = "TRAIN"
    level: int = 0
    stages: frozenset[str] = frozenset()


class Record(NamedTuple):
    """What the first record of a data layer's source shows; `kind` and `source` are the layer's type and `source`.

    `image` is channels, height and width before anything is cropped, None in either that is not known; `tops` are the
    shapes of datasets by the tops' names. `assumes` says in words what guess it rests on.
    """

    kind: str
    source: str
    image: tuple[Dim, Dim, Dim] = (None, None, None)
    tops: tuple[tuple[str, Shape], ...] = ()
    assumes: str = ""


class DataSource(NamedTuple):
    """What is known of the data that data layers read: the shape of one item, and the batch.

    Items of images are channels, height and width; those of HDF5 files may have any number of axes. `may_assume`:
    whether a guess may take the place of what is not known. `records` are what is really there, and go before `shape`.
    `told` are the shapes of all tops, by the layer's name, as a run told them, and go before all else.
    """

    shape: tuple[int, ...] | None = None
    batch: int | None = None
    may_assume: bool = True
    records: tuple[Record, ...] = ()
    told: tuple[tuple[str, tuple[Shape, ...]], ...] = ()

    @property
    def image(self) -> tuple[int, int, int] | None:
        """Channels, height and width, where the items are images."""
        if self.shape is None or len(self.shape) != 3:
            return None
        return self.shape[0], self.shape[1], self.shape[2]

    def told_of(self, layer: str) -> tuple[Shape, ...]:
        """The shapes of a layer's tops as a run told them; none where it told none."""
        return next((shapes for name, shapes in self.told if name == layer), ())

    def record(self, kind: str, source: str) -> Record | None:
        """What a data layer of this type reads of this source."""
        for record in self.records:
            if record.kind == kind and record.source == source and (self.may_assume or not record.assumes):
                return record
        return None


NO_DATA = DataSource()
"""Nothing is known of the data."""


ONE_NUMBER_AN_ITEM = "1 number an item in the other datasets"
"""What is assumed of an HDF5 file where only the first dataset's shape is told; targets of a regression have more."""


Stage = Literal["upgrade", "init", "first-iteration"]
"""When Caffe stops: upgrading the text, building the net, or at the first forward, backward or update."""


class About(NamedTuple):
    """A bottom that is one side of a contradiction, and along which axis; None: its shape as a whole."""

    bottom: int
    axis: int | None = None


class Elsewhere(NamedTuple):
    """Another place that belongs to a refusal; `span` is relative to the entry of `layer`."""

    layer: int
    span: Span
    message: str


@dataclass(frozen=True, slots=True)
class Refusal:
    """Caffe stops here. `check` names the CHECK (`pooling_layer.cpp:18`).

    `layer` is the layer's index in the text, and `span` is relative to its entry; where it is None, `span` is the
    file's. `about` are the layer's bottoms, and `elsewhere` the places, that are the other side of a contradiction.
    """

    fault: Fault
    message: str
    span: Span
    check: str
    layer: int | None = None
    stage: Stage = "init"
    about: tuple[About, ...] = ()
    elsewhere: tuple[Elsewhere, ...] = ()


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
class Likeness:
    """What layers share that are written alike but for their own names and rules, as most of a net's layers are.

    `said` keeps what they say of themselves, by dialect or by who asks.
    """

    said: dict[object, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class LayerSpec:
    """A layer of the text in today's form; places are relative to the entry that it stands in.

    `has_rules`: whether it has include or exclude rules, without which it is built in all states. `likeness` is None
    for one that is not known to be like others.
    `interfaces` keeps what it shows to other layers, `set_ups` what becomes of it, and `cache` the results of other
    pure functions of the layer and of what their key says; they live as long as the entry.
    """

    fields: Group
    name: str
    type: str
    bottoms: tuple[str, ...]
    tops: tuple[str, ...]
    loss_weights: tuple[float, ...]
    propagate_down: tuple[bool, ...]
    params: tuple[ParamSpec, ...]
    has_rules: bool = False
    likeness: Likeness | None = None
    interfaces: dict[str, object] = field(default_factory=dict)
    set_ups: dict[object, object] = field(default_factory=dict)
    cache: dict[object, object] = field(default_factory=dict)

    def makes(self, name: str) -> bool:
        """Whether the layer makes a blob of this name, and does not merely overwrite it in place."""
        tops = enumerate(self.tops)
        return any(top == name and self.bottoms[index : index + 1] != (name,) for index, top in tops)


class Damage(Enum):
    """What the parser or the schema refuses in an entry of the text.

    INSIDE: only what stands within its messages, such as a layer's parameters. CONNECTIONS: so that it may make and
    read other blobs than it seems, or stand in other states.
    """

    NONE = 0
    INSIDE = 1
    CONNECTIONS = 2


class PlacedLayer(NamedTuple):
    """A layer of the text, the offset of its entry in the file, and the entry's text."""

    base: int
    spec: LayerSpec
    damage: Damage = Damage.NONE
    text: str = ""

    @property
    def damaged(self) -> bool:
        """Whether what the layer lacks may be what is broken in the text."""
        return self.damage is not Damage.NONE


@dataclass(frozen=True, slots=True, eq=False)
class NetText:
    """What a text says of a net, upgraded, before a state chooses among its layers.

    Of one that is not `complete` some broken text may be a layer or an input. `named` is where the name stands in the
    file, or its beginning. Of one of the oldest form (`is_v0`) the upgrade looks at the connections.
    """

    name: str
    layers: tuple[PlacedLayer, ...]
    force_backward: bool
    level: int
    stages: frozenset[str]
    phase: str | None
    refusals: tuple[Refusal, ...]
    dialect: str
    complete: bool = True
    named: Span = _START
    is_v0: bool = False


class Source(NamedTuple):
    """Which top a bottom reads: the index of a layer of the net, and of its top."""

    layer: int
    top: int


Readers: TypeAlias = Mapping[Source, Sequence[tuple[int, int]]]
"""The layers that read a top, each with the index of its bottom; tops that nothing reads are left out."""


@dataclass(frozen=True, slots=True, eq=False)
class Layer:
    """A layer of a net; `origin` is its index in the text.

    `sources` are what its bottoms read, None for a bottom that nothing makes. `tops` has the automatic ones too;
    `param_shapes` and `macs` are None where they cannot be known. `assumes` says what guess the layer's own tops rest
    on. Of a layer that is not `judged` nothing is known but its connections: its text is damaged or its type unknown.
    """

    spec: LayerSpec
    name: str
    type: str
    origin: int
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
    judged: bool
    assumes: str

    def is_in_place(self, top: int) -> bool:
        """Whether a top is the bottom of the same index (net.cpp, Net::AppendTop)."""
        return top < min(len(self.tops), len(self.bottoms)) and self.tops[top] == self.bottoms[top]


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


@dataclass(frozen=True, eq=False)
class Net:
    """The net that Caffe builds of a text in a state; layers know each other by their index in `layers`.

    `finals` says of each blob's name which top it is in the end, None where nothing makes it, `disputed` what is known
    of the shapes of blobs that several layers make, `outputs` what nothing reads.
    """

    text: NetText
    state: State
    layers: tuple[Layer, ...]
    readers: Readers
    finals: Mapping[str, Source | None]
    disputed: Mapping[Source, AnyShape]
    params: tuple[Param, ...]
    outputs: tuple[str, ...]
    data_memory_bytes: int | None
    refusals: tuple[Refusal, ...]

    @property
    def name(self) -> str:
        return self.text.name

    @property
    def phase(self) -> Phase:
        return self.state.phase

    @cached_property
    def blobs(self) -> Mapping[str, AnyShape]:
        """The final shapes of the blobs, by name."""
        return {name: self._shape_of(source) for name, source in self.finals.items()}

    def _shape_of(self, source: Source | None) -> AnyShape:
        if source is None or source in self.disputed:
            return None if source is None else self.disputed[source]
        return self.layers[source.layer].top_shapes[source.top]

    @cached_property
    def assumes(self) -> tuple[str, ...]:
        """The guesses about data that shapes rest on, in words."""
        return tuple(dict.fromkeys(layer.assumes for layer in self.layers if layer.assumes))

    @property
    def param_count(self) -> int | None:
        """How many numbers the net learns or keeps, shared ones counted once; None where shapes are not known."""
        if any(layer.param_shapes is None for layer in self.layers):
            return None
        counts = [count(param.shape) for param in self.params if param.owner is None]
        return None if None in counts else sum(number for number in counts if number is not None)

    @cached_property
    def _by_type(self) -> dict[str, tuple[int, ...]]:
        found: dict[str, list[int]] = {}
        for index, layer in enumerate(self.layers):
            found.setdefault(layer.spec.type, []).append(index)
        return {name: tuple(indexes) for name, indexes in found.items()}

    @property
    def types(self) -> Collection[str]:
        """The types of the net's layers."""
        return self._by_type.keys()

    def of_type(self, *types: str) -> tuple[int, ...]:
        """The indexes of the layers of these types, in their order."""
        found = [self._by_type[name] for name in types if name in self._by_type]
        return found[0] if len(found) == 1 else tuple(sorted(chain(*found)))

    def consumers(self, layer: int, top: int = 0) -> Sequence[tuple[int, int]]:
        """The layers that read a top, each with the index of its bottom."""
        # A plain pair is the same key, and made in a tenth of the time.
        return self.readers.get((layer, top), ())  # type: ignore[call-overload,no-any-return]

    def place(self, layer: int, field: str = "", index: int = 0) -> Span:
        """Where a value of the layer's own field stands in the file; the layer's message where it is not given."""
        return self.in_file(layer, self.layers[layer].spec.fields.place(field, index))

    def in_file(self, layer: int, span: Span) -> Span:
        """A span that is relative to the layer's entry, as the file's."""
        return span.shift(self.text.layers[self.layers[layer].origin].base)

    def place_of(self, refusal: Refusal) -> Span:
        """Where in the file a refusal stands."""
        return refusal.span if refusal.layer is None else refusal.span.shift(self.text.layers[refusal.layer].base)


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
