"""A net as Caffe builds it (net.cpp, Net::Init): connections, shapes, parameters, memory, and what needs backward."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from caffe_ls.immutable import dataclass, replace
from caffe_ls.net.backward import Flags, needs_backward
from caffe_ls.net.faults import Fault
from caffe_ls.net.gradients import impossible_gradients
from caffe_ls.net.interface import interface_of
from caffe_ls.net.lower import filtered, state_in
from caffe_ls.net.model import AnyShape, DataSource, Layer, LayerSpec, Net, NetText, Param, Refusal, State, count
from caffe_ls.net.set_up import Circumstances, SetUp, set_up
from caffe_ls.net.sharing import Blobs, SharedParams
from caffe_ls.net.splits import Row
from caffe_ls.net.wiring import Wiring, wired
from caffe_ls.net.wrong_names import WrongNames

_FLOAT_BYTES = 4


@dataclass(frozen=True, slots=True, eq=False)
class Build:
    """A net, and the parts of which it was made: what stays equal in the next version of its text is taken again."""

    net: Net
    circumstances: Circumstances
    wiring: Wiring
    set_ups: tuple[SetUp, ...]
    learning: tuple[bool, ...]
    flags: Sequence[Flags]


def build(text: NetText, state: State, data: DataSource | None = None) -> Net:
    """The net of a text in a state. Where Caffe would stop, a refusal is kept and the rest is built."""
    return built(text, state, data).net


def built(text: NetText, state: State, data: DataSource | None = None, before: Build | None = None) -> Build:
    """The net of a text in a state; `before`, the build of any other text or state, spares work and changes nothing."""
    state = state_in(text, state)
    origins = filtered(text, state)
    wiring = _wiring(text, origins, before)
    circumstances = Circumstances(state.phase, data or DataSource(), text.dialect)
    if before is not None and before.circumstances == circumstances:
        circumstances = before.circumstances
    set_ups, shapes, learning, numbers = _set_ups(text, origins, wiring, circumstances, before)
    if before is not None and before.wiring is wiring and before.learning == learning and (
        before.net.text.force_backward == text.force_backward
    ):  # fmt: skip
        flags = before.flags
    else:
        flags = needs_backward(wiring, learning, text.force_backward)
    params, refusals_of_params = _params(text, origins, set_ups, before)
    layers = _layers(text, origins, wiring, set_ups, flags, before)
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
        blobs={wiring.names[blob]: shapes[blob] for blob in wiring.visible},
        params=params,
        outputs=wiring.outputs,
        data_memory_bytes=None if numbers is None else numbers * _FLOAT_BYTES,
        refusals=tuple(refusals),
    )
    return Build(net, circumstances, wiring, set_ups, learning, flags)


def _wiring(text: NetText, origins: Sequence[int], before: Build | None) -> Wiring:
    layers, dialect = text.layers, text.dialect
    interfaces = tuple([interface_of(layers[origin].spec, dialect) for origin in origins])
    return before.wiring if before is not None and before.wiring.interfaces == interfaces else wired(interfaces)


def _set_ups(
    text: NetText, origins: Sequence[int], wiring: Wiring, circumstances: Circumstances, before: Build | None
) -> tuple[tuple[SetUp, ...], list[AnyShape], tuple[bool, ...], int | None]:
    """Each layer's part, the blobs' final shapes, which rows ask for a gradient, and how many numbers all tops hold."""
    found: list[SetUp] = []
    shapes: list[AnyShape] = [None] * len(wiring.names)
    learning: list[bool] = []
    numbers: int | None = 0
    rivals = wiring.rivals
    old_layers, old_set_ups = (before.net.layers, before.set_ups) if before is not None else ((), ())
    for row, bottoms, tops in zip(wiring.rows, wiring.bottoms, wiring.tops, strict=True):
        bottom_shapes = tuple([shapes[blob] for blob in bottoms])
        if row.is_split:
            # SplitLayer::Reshape.
            made: Sequence[AnyShape] = bottom_shapes * len(tops)
            size = count(bottom_shapes[0])
            more = None if size is None else size * len(tops)
            learning.append(False)
        else:
            position = row.position
            placed = text.layers[origins[position]]
            spec = placed.spec
            is_kept = position < len(old_layers) and old_layers[position].spec is spec
            old = old_set_ups[position] if is_kept else None
            one = set_up(spec, row, bottom_shapes, circumstances, placed.damaged, old)
            found.append(one)
            made, more = one.step.tops, one.numbers
            learning.append(one.learns)
        numbers = None if numbers is None or more is None else numbers + more
        for blob, shape in zip(tops, made, strict=True):
            shapes[blob] = shape
        if rivals:
            for blob in rivals.keys() & tops:
                shapes[blob] = _agreed(shapes[blob], shapes[rivals[blob]])
    return tuple(found), shapes, tuple(learning), numbers


def _agreed(one: AnyShape, other: AnyShape) -> AnyShape:
    """What holds of a blob whichever of two layers makes it: Caffe refuses both, and nobody knows which is meant."""
    if one is None or other is None or len(one) != len(other):
        return None
    return tuple(a if a == b else None for a, b in zip(one, other, strict=True))


def _params(
    text: NetText, origins: Sequence[int], set_ups: Sequence[SetUp], before: Build | None
) -> tuple[tuple[Param, ...], Sequence[Refusal]]:
    blobs = [one.params for one in set_ups]
    names_none = not [True for params in blobs for spec, _ in params if spec.name]
    if names_none and before is not None and len(before.set_ups) == len(set_ups):
        old_blobs = [one.params for one in before.set_ups]
        return before.net.params if blobs == old_blobs else _unshared(blobs, old_blobs, before.net.params), ()
    shared = SharedParams([text.layers[origin].spec for origin in origins], origins, blobs)
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
    text: NetText,
    origins: Sequence[int],
    wiring: Wiring,
    set_ups: Sequence[SetUp],
    flags: Sequence[Flags],
    before: Build | None,
) -> tuple[Layer, ...]:
    own_flags = [one for one, row in zip(flags, wiring.rows, strict=True) if not row.is_split]
    made = list(zip(origins, wiring.layers, set_ups, own_flags, strict=True))
    if before is None or len(before.set_ups) != len(set_ups):
        return tuple([_layer(text.layers[origin].spec, origin, row, one, own) for origin, row, one, own in made])
    known = zip(before.net.layers, before.wiring.layers, before.set_ups, strict=True)
    return tuple(
        [
            old
            if old_set_up is one and old_row == row and old.origin == origin and _flags_of(old) == own
            else _layer(text.layers[origin].spec, origin, row, one, own)
            for (origin, row, one, own), (old, old_row, old_set_up) in zip(made, known, strict=True)
        ]
    )


def _flags_of(layer: Layer) -> Flags:
    return layer.needs_backward, layer.bottoms_need_backward


def _layer(spec: LayerSpec, origin: int, row: Row, made: SetUp, flags: Flags) -> Layer:
    return Layer(
        spec=spec,
        origin=origin,
        bottoms=spec.bottoms,
        tops=row.tops,
        sources=row.sources,
        bottom_shapes=made.bottom_shapes,
        top_shapes=made.step.tops,
        param_shapes=made.step.params,
        macs=made.step.macs,
        loss_weights=row.loss_weights,
        needs_backward=flags[0],
        bottoms_need_backward=flags[1],
        judged=made.judged,
        assumes=made.step.assumes,
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
