"""The layers of a text in today's form.

Each entry is lowered by itself and the result kept with it; only V0's padding layers and a net's inputs need more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple, TypeAlias

from caffe_ls.immutable import replace
from caffe_ls.net.faults import Fault
from caffe_ls.net.inputs import input_layer, wrong_inputs
from caffe_ls.net.model import Damage, LayerSpec, Likeness, NetText, ParamSpec, PlacedLayer, Refusal
from caffe_ls.net.states import PHASES, refusals_of_rules
from caffe_ls.net.values import Group
from caffe_ls.syntax.tree import Entry, Field, File, Message, Scalar
from caffe_ls.text.span import Span

# Caffes in which the upgrade drops the three `param` of a BatchNorm where today's sets them to 0.
_DROPS_BATCH_NORM_PARAMS = frozenset({"ssd"})

DamageOf: TypeAlias = Callable[[Entry], Damage]
"""What the parser and the schema refuse of an entry; what one such function says of it is not asked again."""

# What is another in each layer, and decides of its shapes nothing but what `Row` tells.
_OF_ONE_LAYER = frozenset({"name", "bottom", "top", "include", "exclude"})
_LONGEST_ALIKE = 2_000
_MOST_ALIKE = 4_096


def lower_file(file: File, dialect: str = "bvlc", damage_of: DamageOf | None = None) -> NetText:
    """The net of a file (upgrade_proto.cpp, ReadNetParamsFromTextFileOrDie).

    `damage_of` tells of an entry what the parser and the schema refuse of it.
    """
    damage_of = damage_of or _damage_of_problems
    layers: list[_PlacedWritten] = []
    rest: list[tuple[int, Group]] = []
    complete = True
    for base, entry in file:
        written = _written_layers(entry)
        if written:
            layers += [(base, entry, one) for one in written]
            continue
        if damage_of(entry) is not Damage.NONE:
            complete = False
        field = entry.field
        if field is not None and field.name not in ("layer", "layers"):
            rest.append((base, Group({field.name: field.values}, field.span)))
    net = _lowered(_Parts(layers, rest), dialect, True, damage_of)
    return net if complete else replace(net, complete=False)


def _damage_of_problems(entry: Entry) -> Damage:
    return Damage.CONNECTIONS if entry.problems else Damage.NONE


def lower_nets_of_solver(
    file: File, dialect: str = "bvlc", damage_of: DamageOf | None = None
) -> dict[str, list[NetText]]:
    """The nets in a solver's own text, by field; Caffe does not upgrade these (solver.cpp, Solver::InitTrainNet).

    It drops their `layers` and `input`.
    """
    damage_of = damage_of or _damage_of_problems
    nets: dict[str, list[NetText]] = {}
    for base, entry in file:
        field = entry.field
        if field is None or field.name not in ("net_param", "train_net_param", "test_net_param"):
            continue
        for value in field.values:
            if isinstance(value, Message):
                group = Group.of(value)
                pieces: list[_PlacedWritten] = [
                    (base, None, one) for inner in value.fields for one in _layers_of(inner, entry.text, "as it stands")
                ]
                net = _lowered(_Parts(pieces, [(base, group)]), dialect, False, damage_of)
                complete = damage_of(entry) is Damage.NONE and not (group.has("layers") or group.has("input"))
                nets.setdefault(field.name, []).append(replace(net, complete=complete))
    return nets


class _Written:
    """A layer as written: the field's name, the message, and what it shares with others.

    `lowered` is what it was last in a dialect, and the function that judged its damage then.
    """

    __slots__ = ("field", "group", "likeness", "lowered")

    def __init__(self, field: str, group: Group, likeness: Likeness | None) -> None:
        self.field = field
        self.group = group
        self.likeness = likeness
        self.lowered: dict[str, tuple[DamageOf, PlacedLayer]] = {}


_PlacedWritten: TypeAlias = "tuple[int, Entry | None, _Written]"


class _Parts(NamedTuple):
    """Layers as written, and the groups that hold the net's other fields."""

    layers: Sequence[_PlacedWritten]
    rest: Sequence[tuple[int, Group]]

    def groups(self, name: str) -> Iterator[tuple[int, Group]]:
        return ((base, found) for base, group in self.rest for found in group.groups(name))

    def first(self, name: str) -> Group | None:
        return next((group for _, group in self.rest if group.has(name)), None)


def _written_layers(entry: Entry) -> Sequence[_Written]:
    known = entry.cache.get(_written_layers)
    if known is None:
        field = entry.field
        known = entry.cache[_written_layers] = () if field is None else _layers_of(field, entry.text)
    return known  # type: ignore[return-value]


def _layers_of(field: Field, text: str, *kind: str) -> list[_Written]:
    """The layers of one field. Only those of the same `kind` are alike."""
    if field.name not in ("layer", "layers"):
        return []
    return [
        _Written(field.name, Group.of(value), _likeness(value, text, field.name, *kind))
        for value in field.values
        if isinstance(value, Message)
    ]


def _likeness(layer: Message, text: str, *kind: str) -> Likeness | None:
    """What a layer shares with others; one whose text is long, such as one with blobs, is like no other."""
    if layer.end - layer.start > _LONGEST_ALIKE:
        return None
    fields = layer.fields
    v0 = layer.first("layer") if kind[0] == "layers" else None
    if v0 is not None and isinstance(v0.value, Message):
        # Of what stands around it the upgrade takes the connections alone.
        kind, fields = (*kind, "of V0"), v0.value.fields
    written = [text[field.start : field.end] for field in fields if field.name not in _OF_ONE_LAYER]
    return _likeness_of("\n".join((*kind, *written)))


@lru_cache(maxsize=_MOST_ALIKE)
def _likeness_of(text: str) -> Likeness:
    return Likeness()


def _lowered(parts: _Parts, dialect: str, upgrade: bool, damage_of: DamageOf) -> NetText:
    v0 = upgrade and _has_v0(parts)
    refusals: list[Refusal] = []
    if v0:
        layers, refusals = _v0_layers(parts, dialect, damage_of)
    else:
        layers = list(_layers(parts, dialect, damage_of))
    inputs = input_layer(parts.rest, forgets_shapes=v0) if upgrade else None
    if inputs is not None:
        base, group = inputs
        layers.insert(0, PlacedLayer(base, _spec(group)))
    if upgrade and not v0:
        refusals += [*_mixture(parts), *wrong_inputs(parts.rest)]
    refusals += refusals_of_rules(layers)
    state = next((group for _, group in parts.groups("state")), None) if not v0 else None
    named, forced = parts.first("name"), parts.first("force_backward")
    return NetText(
        name=named.text("name") if named is not None else "",
        layers=tuple(layers),
        force_backward=forced is not None and forced.flag("force_backward"),
        level=state.integer("level") if state is not None else 0,
        stages=frozenset(state.texts("stage")) if state is not None else frozenset(),
        phase=state.choice("phase", PHASES) if state is not None and state.has("phase") else None,
        refusals=tuple(refusals),
        dialect=dialect,
        named=next(
            (value.span.shift(base) for base, group in parts.rest for value in group.scalars("name")), Span(0, 0)
        ),
        is_v0=v0,
    )


def _has_v0(parts: _Parts) -> bool:
    old = [one.group for _, _, one in parts.layers if one.field == "layers"]
    if not old:
        return False
    # Not above: most nets have no layers of older forms.
    from caffe_ls.net.legacy import is_v0

    return any(map(is_v0, old))


def _mixture(parts: _Parts) -> Iterator[Refusal]:
    """UpgradeV1Net; the upgrade of V0 drops today's layers without a word."""
    old = [(base, entry) for base, entry, one in parts.layers if one.field == "layers"]
    if old and len(old) < len(parts.layers):
        base, entry = old[0]
        place = entry.field.name_span if entry is not None and entry.field is not None else Span(0, 0)
        message = "`layers` of the older form beside `layer`: Caffe refuses a file with both"
        check = "upgrade_proto.cpp, UpgradeV1Net"
        yield Refusal(Fault.MIXED_LAYER_FORMS, message, place.shift(base), check, stage="upgrade")


def _layers(parts: _Parts, dialect: str, damage_of: DamageOf) -> Iterator[PlacedLayer]:
    for base, entry, one in parts.layers:
        if entry is not None:
            yield _placed(base, entry, one, dialect, damage_of)
        elif one.field == "layer":
            yield PlacedLayer(base, _spec(one.group, one.likeness, dialect))


def _placed(base: int, entry: Entry, one: _Written, dialect: str, damage_of: DamageOf) -> PlacedLayer:
    """A layer that is lowered by itself; what it was last is taken again as far as it holds."""
    judge, known = one.lowered.get(dialect, (None, None))
    if known is not None and judge is damage_of and known.base == base:
        return known
    spec = known.spec if known is not None else _upgraded_spec(one, dialect)
    damage = known.damage if known is not None and judge is damage_of else damage_of(entry)
    placed = PlacedLayer(base, spec, damage, entry.text)
    one.lowered[dialect] = (damage_of, placed)
    return placed


def _upgraded_spec(one: _Written, dialect: str) -> LayerSpec:
    today = one.group
    if one.field == "layers":
        from caffe_ls.net.legacy import of_today

        today = of_today(today)
    return _spec(_batch_norm_upgraded(today, dialect), one.likeness, dialect)


def _v0_layers(parts: _Parts, dialect: str, damage_of: DamageOf) -> tuple[list[PlacedLayer], list[Refusal]]:
    from caffe_ls.net.legacy import fold_padding, is_v0, v0_to_v1, v1_to_layer

    names = [name for _, group in parts.rest for name in group.texts("input")]
    old = [(base, entry, one) for base, entry, one in parts.layers if one.field == "layers" and entry is not None]
    folded, misused = fold_padding([one.group for _, _, one in old], names)
    layers = []
    for (base, entry, one), group in zip(old, folded, strict=True):
        if group is one.group and is_v0(group):
            layers.append(_placed(base, entry, one, dialect, damage_of))
        elif group is not None:
            today = _batch_norm_upgraded(v1_to_layer(v0_to_v1(group)), dialect)
            layers.append(PlacedLayer(base, _spec(today), damage_of(entry), entry.text))
    refusals = [
        Refusal(Fault.PADDING_LAYER_MISUSED, found.message, found.span.shift(old[found.layer][0]), found.check,
                stage="upgrade")
        for found in dict.fromkeys(misused)
    ]  # fmt: skip
    return layers, refusals


def _batch_norm_upgraded(layer: Group, dialect: str) -> Group:
    """UpgradeNetBatchNorm: three `param` are zeroed, by older Caffes dropped."""
    if layer.count("param") < 3 or layer.text("type") != "BatchNorm":
        return layer
    params = layer.groups("param")
    if len(params) != 3:
        return layer
    if dialect in _DROPS_BATCH_NORM_PARAMS:
        return layer.replaced({"param": ()})
    zeroed = []
    for param in params:
        zero = [Scalar("integer", *param.span, "0")]
        zeroed.append(param.replaced({"lr_mult": zero, "decay_mult": zero}))
    return layer.replaced({"param": zeroed})


class _Said(NamedTuple):
    """What layers that are alike say of themselves, in one dialect."""

    type: str
    loss_weights: tuple[float, ...]
    propagate_down: tuple[bool, ...]
    params: tuple[ParamSpec, ...]


def _spec(layer: Group, likeness: Likeness | None = None, dialect: str = "") -> LayerSpec:
    """The layer that a message of today's form says."""
    said: _Said | None = likeness.said.get(dialect) if likeness is not None else None  # type: ignore[assignment]
    if said is None:
        said = _Said(
            layer.text("type"),
            tuple(layer.numbers("loss_weight")),
            tuple(layer.flags("propagate_down")),
            tuple([_param_spec(param) for param in layer.groups("param")]),
        )
        if likeness is not None:
            likeness.said[dialect] = said
    name, bottoms, tops = layer.text("name"), tuple(layer.texts("bottom")), tuple(layer.texts("top"))
    has_rules = layer.has("include") or layer.has("exclude")
    # Given by name, they would take twice as long.
    return LayerSpec(
        layer, name, said.type, bottoms, tops, said.loss_weights, said.propagate_down, said.params, has_rules, likeness
    )


def _param_spec(param: Group) -> ParamSpec:
    return ParamSpec(
        name=param.text("name"),
        lr_mult=param.number("lr_mult", 1.0),
        decay_mult=param.number("decay_mult", 1.0),
        permissive=param.choice("share_mode", ("STRICT", "PERMISSIVE")) == "PERMISSIVE",
        has_lr_mult=param.has("lr_mult"),
        has_decay_mult=param.has("decay_mult"),
    )
