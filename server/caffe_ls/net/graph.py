"""A net as Caffe builds it (net.cpp, Net::Init): connections, shapes, parameters, memory, and what needs backward."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from caffe_ls.immutable import dataclass, replace
from caffe_ls.net.backward import Flags, needs_backward
from caffe_ls.net.faults import Fault
from caffe_ls.net.gradients import impossible_gradients
from caffe_ls.net.interface import interface_of
from caffe_ls.net.model import (
    AnyShape,
    Damage,
    DataSource,
    Layer,
    LayerSpec,
    Net,
    NetText,
    Param,
    PlacedLayer,
    Refusal,
    Source,
    State,
    count,
)
from caffe_ls.net.set_up import Circumstances, SetUp, set_up
from caffe_ls.net.sharing import Blobs, SharedParams
from caffe_ls.net.states import filtered, state_in
from caffe_ls.net.wiring import Wiring, wired
from caffe_ls.net.wrong_names import WrongNames

_FLOAT_BYTES = 4


@dataclass(frozen=True, slots=True, eq=False)
class Build:
    """A net, and the parts of which it was made: what stays equal in the next version of its text is taken again.

    `placed` are the layers of the text that the net has, `origins` their indexes there.
    """

    net: Net
    circumstances: Circumstances
    origins: Sequence[int]
    placed: Sequence[PlacedLayer]
    wiring: Wiring
    set_ups: Sequence[SetUp]
    learning: Sequence[bool]
    flags: Sequence[Flags]


def build(text: NetText, state: State, data: DataSource | None = None) -> Net:
    """The net of a text in a state. Where Caffe would stop, a refusal is kept and the rest is built."""
    return built(text, state, data).net


def built(text: NetText, state: State, data: DataSource | None = None, before: Build | None = None) -> Build:
    """The net of a text in a state; `before`, the build of any other text or state, spares work and changes nothing."""
    state = state_in(text, state)
    origins = filtered(text, state)
    placed = [text.layers[origin] for origin in origins]
    wiring = _wiring(placed, text.dialect, before)
    circumstances = Circumstances(state.phase, data or DataSource(), text.dialect)
    if before is not None and before.circumstances == circumstances:
        circumstances = before.circumstances
    set_ups, disputed = _set_ups(placed, wiring, circumstances, before)
    learning = [one.learns for one in set_ups]
    if before is not None and before.wiring is wiring and before.learning == learning and (
        before.net.text.force_backward == text.force_backward
    ):  # fmt: skip
        flags = before.flags
    else:
        flags = needs_backward(wiring, learning, text.force_backward)
    params, refusals_of_params = _params(placed, origins, set_ups, before)
    layers = _layers(origins, placed, wiring, set_ups, flags, before)
    refusals = list(text.refusals)
    for origin, one in zip(origins, set_ups, strict=True):
        if one.refusals:
            refusals += [replace(refusal, layer=origin) for refusal in one.refusals]
    if wiring.unmade or wiring.made_twice:
        refusals += WrongNames(text, state, origins, wiring).refusals()
    refusals += refusals_of_params
    if state.phase == "TRAIN":
        refusals += impossible_gradients(layers)
    if not layers:
        refusals += _emptiness(text, state)
    net = Net(
        text=text,
        state=state,
        layers=layers,
        readers=wiring.readers,
        finals=wiring.blobs,
        disputed=disputed,
        params=params,
        outputs=wiring.outputs,
        data_memory_bytes=_data_memory(wiring, set_ups, disputed),
        refusals=tuple(refusals),
    )
    return Build(net, circumstances, origins, placed, wiring, set_ups, learning, flags)


def _wiring(placed: Sequence[PlacedLayer], dialect: str, before: Build | None) -> Wiring:
    interfaces = tuple([interface_of(one.spec, dialect) for one in placed])
    return before.wiring if before is not None and before.wiring.interfaces == interfaces else wired(interfaces)


def _set_ups(
    placed: Sequence[PlacedLayer], wiring: Wiring, circumstances: Circumstances, before: Build | None
) -> tuple[Sequence[SetUp], Mapping[Source, AnyShape]]:
    """What becomes of each layer, and what is known of the shapes of blobs that several layers make.

    Where all is connected as before, only layers that are new themselves are asked, and those that read what has become
    of them.
    """
    olds = _kept(placed, before)
    found: list[SetUp] = list(olds)  # type: ignore[arg-type]
    is_like_before = before is not None and before.circumstances is circumstances
    is_partial = is_like_before and before is not None and before.wiring is wiring and not wiring.rivals
    waiting = {position for position, old in enumerate(olds) if old is None} if is_partial else set(range(len(placed)))
    disputed: dict[Source, AnyShape] = {}
    for position, (one, row, sources, old) in enumerate(zip(placed, wiring.rows, wiring.sources, olds, strict=True)):
        if position not in waiting:
            continue
        bottoms: tuple[AnyShape, ...] = ()
        for source in sources:
            bottoms += (None if source is None else found[source[0]].step.tops[source[1]],)
        if disputed:
            bottoms = tuple(map(disputed.get, sources, bottoms))  # type: ignore[arg-type]
        if not (is_like_before and old is not None and old.row is row and old.bottom_shapes == bottoms):
            found[position] = set_up(one.spec, row, bottoms, circumstances, one.damage is not Damage.NONE, old)
        if is_partial:
            if found[position] is not old:
                readers = [wiring.readers.get(Source(position, top), ()) for top in range(len(row.tops))]
                waiting.update([reader for of_top in readers for reader, _ in of_top])
        elif wiring.rivals:
            disputed.update(_disputed(position, found, wiring.rivals, disputed))
    return found, disputed


def _kept(placed: Sequence[PlacedLayer], before: Build | None) -> list[SetUp | None]:
    """What became of the layers that stand in the same positions as before."""
    if before is None:
        return [None] * len(placed)
    kept = [
        old if one.spec is was.spec and one.damage is was.damage else None
        for one, was, old in zip(placed, before.placed, before.set_ups, strict=False)
    ]
    return kept + [None] * (len(placed) - len(kept))


def _disputed(
    position: int, found: Sequence[SetUp], rivals: Mapping[Source, Source], disputed: Mapping[Source, AnyShape]
) -> Iterator[tuple[Source, AnyShape]]:
    """What is known of the tops of a layer that makes a blob which another makes too."""
    for top, shape in enumerate(found[position].step.tops):
        source = Source(position, top)
        if source in rivals:
            other = rivals[source]
            yield source, _agreed(shape, disputed.get(other, found[other.layer].step.tops[other.top]))


def _agreed(one: AnyShape, other: AnyShape) -> AnyShape:
    """What holds of a blob whichever of two layers makes it: Caffe refuses both, and nobody knows which is meant."""
    if one is None or other is None or len(one) != len(other):
        return None
    return tuple(a if a == b else None for a, b in zip(one, other, strict=True))


def _data_memory(wiring: Wiring, set_ups: Sequence[SetUp], disputed: Mapping[Source, AnyShape]) -> int | None:
    """The bytes of all tops, those of splits (SplitLayer::Reshape) and those in place too."""
    sizes = [one.numbers for one in set_ups]
    for position, splits in wiring.splits.items():
        for split in splits:
            shape = set_ups[position].step.tops[split.source.top]
            size = count(disputed.get(split.source, shape) if disputed else shape)
            sizes.append(None if size is None else size * len(split.copies))
    return None if None in sizes else _FLOAT_BYTES * sum(sizes)  # type: ignore[arg-type]


def _params(
    placed: Sequence[PlacedLayer], origins: Sequence[int], set_ups: Sequence[SetUp], before: Build | None
) -> tuple[tuple[Param, ...], Sequence[Refusal]]:
    blobs = [one.params for one in set_ups]
    names_none = not [True for params in blobs for spec, _ in params if spec.name]
    if names_none and before is not None and len(before.set_ups) == len(set_ups):
        old_blobs = [one.params for one in before.set_ups]
        return before.net.params if blobs == old_blobs else _unshared(blobs, old_blobs, before.net.params), ()
    shared = SharedParams([one.spec for one in placed], origins, blobs)
    return shared.all, shared.refusals


def _unshared(blobs: Sequence[Blobs], old_blobs: Sequence[Blobs], old_params: Sequence[Param]) -> tuple[Param, ...]:
    """The parameters of layers that share none; those of a layer that has the same as before are taken again."""
    found: list[Param] = []
    end = 0
    for layer, (own, old) in enumerate(zip(blobs, old_blobs, strict=True)):
        start, end = end, end + len(old)
        if own == old:
            found += old_params[start:end]
        else:
            found += [Param(layer, index, spec, shape, None) for index, (spec, shape) in enumerate(own)]
    return tuple(found)


def _layers(
    origins: Sequence[int],
    placed: Sequence[PlacedLayer],
    wiring: Wiring,
    set_ups: Sequence[SetUp],
    flags: Sequence[Flags],
    before: Build | None,
) -> tuple[Layer, ...]:
    made = zip(set_ups, origins, wiring.sources, flags, strict=True)
    if before is None or len(before.set_ups) != len(set_ups):
        return tuple([_layer(one.spec, *parts) for one, parts in zip(placed, made, strict=True)])
    known = zip(before.set_ups, before.origins, before.wiring.sources, before.flags, strict=True)
    # The same set-up is that of the same layer in the same row.
    return tuple(
        [
            old if parts == old_parts else _layer(one.spec, *parts)
            for one, parts, old_parts, old in zip(placed, made, known, before.net.layers, strict=True)
        ]
    )


def _layer(spec: LayerSpec, made: SetUp, origin: int, sources: tuple[Source | None, ...], flags: Flags) -> Layer:
    step = made.step
    # Given by name, they would take twice as long; there is one for each layer of each net.
    return Layer(
        spec,
        spec.name,
        spec.type,
        origin,
        spec.bottoms,
        made.row.tops,
        sources,
        made.bottom_shapes,
        step.tops,
        step.params,
        step.macs,
        made.row.loss_weights,
        *flags,
        made.judged,
        step.assumes,
    )


def _emptiness(text: NetText, state: State) -> Iterator[Refusal]:
    """Net::ForwardFromTo and BackwardFromTo run no net without layers, though it can be built."""
    if not text.complete or text.refusals:
        return
    if not text.layers:
        message = "a net without layers can be built, but not run"
        yield Refusal(Fault.EMPTY_NET, message, text.named, "net.cpp:520", stage="first-iteration")
        return
    fields = text.layers[0].spec.fields
    place = fields.place("include" if fields.has("include") else "exclude")
    message = f"no layer is built in the {state.phase} phase: a net without layers cannot be run"
    yield Refusal(Fault.EMPTY_NET, message, place, "net.cpp:520", 0, "first-iteration")
