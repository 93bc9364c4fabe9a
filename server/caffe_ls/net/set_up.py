"""What Caffe makes of one layer in its place in a net: shapes, parameters, and where it stops.

A pure function of the layer, of its row and of its bottoms' shapes; kept with the layer, so that an edit costs the
layers whose inputs it changes.
"""

from __future__ import annotations

from collections.abc import Iterator
from operator import eq
from typing import NamedTuple, TypeAlias

from caffe_ls.immutable import dataclass
from caffe_ls.net.faults import Fault
from caffe_ls.net.interface import Row
from caffe_ls.net.model import NO_DATA, AnyShape, DataSource, LayerSpec, ParamSpec, Phase, Refusal, count
from caffe_ls.net.shapes.registry import layer_type, step
from caffe_ls.net.shapes.step import Given, Step
from caffe_ls.net.shapes.unknown_bottoms import refusals_for_all_bottoms

# As many results are kept with a layer: more than its states and what the shapes above it are by turns in an edit.
_MOST_KEPT = 8

# Nets repeat their layers, and folders their nets.
_MOST_ALIKE = 8192
_KNOWN_ALIKE: dict[object, SetUp] = {}

_NO_PARAM = ParamSpec()


class Circumstances(NamedTuple):
    """What holds for all layers of a net."""

    phase: Phase
    data: DataSource
    dialect: str


_Key: TypeAlias = "tuple[Row, tuple[AnyShape, ...], str, Phase | None, DataSource, bool]"
"""The row, the bottoms' shapes, the dialect, the phase and the data as far as they count, whether it is damaged."""


@dataclass(frozen=True, slots=True, eq=False)
class SetUp:
    """`params` are the parameter blobs that are known, `numbers` how many numbers the tops hold.

    `learns` is whether the layer asks for a gradient by itself. The refusals do not name the layer. `key` is all that
    it depends on besides the layer.
    """

    row: Row
    bottom_shapes: tuple[AnyShape, ...]
    step: Step
    params: tuple[tuple[ParamSpec, AnyShape], ...]
    numbers: int | None
    learns: bool
    judged: bool
    refusals: tuple[Refusal, ...]
    key: _Key


def set_up(
    spec: LayerSpec,
    row: Row,
    bottoms: tuple[AnyShape, ...],
    circumstances: Circumstances,
    damaged: bool,
    before: SetUp | None = None,
) -> SetUp:
    """What becomes of the layer; of one that is damaged nothing is known but its connections.

    `before` is what became of it at another time, and is taken again where nothing is different now.
    """
    dialect = circumstances.dialect
    declared = layer_type(spec.type, dialect)
    phase = circumstances.phase if declared is not None and declared.reads_phase else None
    data = NO_DATA if bottoms else circumstances.data
    key = (row, bottoms, dialect, phase, data, damaged)
    if before is not None and before.key == key:
        return before
    known = spec.set_ups.get(key) if spec.set_ups else None
    if known is None:
        if len(spec.set_ups) >= _MOST_KEPT:
            spec.set_ups.clear()
        is_alone = spec.likeness is None or not bottoms or damaged
        known = spec.set_ups[key] = _set_up(spec, key) if is_alone else _set_up_as_those_alike(spec, key)
    return known  # type: ignore[return-value]


def _set_up_as_those_alike(spec: LayerSpec, key: _Key) -> SetUp:
    """What became of another layer that is written alike, where nothing is refused of that one.

    A refusal names places and blobs; all else is said by the text, by the inputs, and by what is done in place. What
    data layers make depends on more.
    """
    row, bottoms, dialect, phase, *_ = key
    in_place = tuple(map(eq, row.bottoms, spec.tops))
    alike = (spec.likeness, in_place, len(spec.tops), len(row.tops), bottoms, dialect, phase)
    known = _KNOWN_ALIKE.get(alike)
    if known is not None:
        # A split may have taken over the loss weights of one of them.
        refusals = tuple(_refusals_of_loss_weights(spec, row)) if row.given_weights else ()
        return SetUp(row, bottoms, known.step, known.params, known.numbers, known.learns, known.judged, refusals, key)
    made = _set_up(spec, key)
    if not made.refusals:
        if len(_KNOWN_ALIKE) >= _MOST_ALIKE:
            _KNOWN_ALIKE.clear()
        _KNOWN_ALIKE[alike] = made
    return made


def _set_up(spec: LayerSpec, key: _Key) -> SetUp:
    row, bottoms, dialect, phase, data, damaged = key
    given = Given(spec, row.bottoms, len(row.tops), bottoms, dialect, phase, data)
    refusals = list(_refusals_of_propagate_down(spec)) if spec.propagate_down else []
    if damaged:
        found = Step((None,) * given.top_count, None, None)
    else:
        found = step(given)
        refusals += found.refusals or refusals_for_all_bottoms(given)
        if row.given_weights:
            refusals += _refusals_of_loss_weights(spec, row)
        if spec.params:
            refusals += _refusals_of_params(spec, found)
    params = _params(spec, found.params) if found.params else ()
    own = spec.params if found.params is None else [one for one, _ in params]
    sizes = list(map(count, found.tops))
    numbers = None if None in sizes else sum(sizes)  # type: ignore[arg-type]
    learns = True in [one.lr_mult != 0 for one in own]
    judged = not damaged and layer_type(spec.type, dialect) is not None
    return SetUp(row, bottoms, found, params, numbers, learns, judged, tuple(refusals), key)


def _params(spec: LayerSpec, shapes: tuple[AnyShape, ...]) -> tuple[tuple[ParamSpec, AnyShape], ...]:
    given, missing = spec.params, len(shapes) - len(spec.params)
    return tuple(zip(given + (_NO_PARAM,) * missing if missing > 0 else given, shapes, strict=False))


def _refusals_of_propagate_down(spec: LayerSpec) -> Iterator[Refusal]:
    given, wanted = len(spec.propagate_down), len(spec.bottoms)
    if given and given != wanted:
        message = f"{given} `propagate_down` for {wanted} bottom{'s'[: wanted != 1]}"
        span = spec.fields.place("propagate_down", wanted)
        yield Refusal(Fault.PROPAGATE_DOWN_COUNT, message, span, "net.cpp:79")


def _refusals_of_loss_weights(spec: LayerSpec, row: Row) -> Iterator[Refusal]:
    """Layer::SetLossWeights; weights that a split took over are no longer the layer's own."""
    weights, tops = row.given_weights, len(row.tops)
    if weights and len(weights) != tops:
        is_given = weights == spec.loss_weights
        given = f"{len(weights)} `loss_weight`" if is_given else "a loss's own weight 1"
        message = f"{given} for {tops} top{'s'[: tops != 1]}: it is given once per top or not at all"
        span = spec.fields.place("loss_weight" if is_given else "top", min(tops, len(weights)))
        yield Refusal(Fault.LOSS_WEIGHT_COUNT, message, span, "layer.hpp:396")


def _refusals_of_params(spec: LayerSpec, found: Step) -> Iterator[Refusal]:
    if found.params is not None and len(spec.params) > len(found.params):
        blobs = len(found.params)
        message = f"{len(spec.params)} `param` for a layer that has {blobs} parameter blob{'s'[: blobs != 1]}"
        yield Refusal(Fault.TOO_MANY_PARAMS, message, spec.fields.place("param", blobs), "net.cpp:143")
