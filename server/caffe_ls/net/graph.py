"""A net as Caffe builds it (net.cpp, Net::Init): connections, shapes, parameters, memory, and what needs backward."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from caffe_ls.net.backward import Wiring, needs_backward
from caffe_ls.net.faults import Fault
from caffe_ls.net.gradients import impossible_gradients
from caffe_ls.net.lower import filtered, state_in
from caffe_ls.net.model import (
    AUTOMATIC,
    AnyShape,
    DataSource,
    Layer,
    Net,
    NetText,
    ParamSpec,
    Refusal,
    State,
    count,
)
from caffe_ls.net.shapes.registry import layer_type, step
from caffe_ls.net.shapes.step import Given, LayerType, Step
from caffe_ls.net.shapes.unknown_bottoms import refusals_for_all_bottoms
from caffe_ls.net.sharing import SharedParams
from caffe_ls.net.splits import Built, with_splits
from caffe_ls.net.wrong_names import WrongNames

_FLOAT_BYTES = 4


def build(text: NetText, state: State, data: DataSource | None = None) -> Net:
    """The net of a text in a state. Where Caffe would stop, a refusal is kept and the rest is built."""
    state = state_in(text, state)
    builder = _Builder(text, state, data or DataSource())
    for built in builder.layers:
        builder.add(built)
    return builder.finish()


@dataclass(slots=True)
class _Row:
    """A layer while the net is built; splits have rows too."""

    built: Built
    step: Step
    loss_weights: tuple[float, ...]
    wiring: Wiring
    bottom_shapes: tuple[AnyShape, ...]
    judged: bool


class _Builder:
    def __init__(self, text: NetText, state: State, data: DataSource) -> None:
        self._text = text
        self._state = state
        self._data = data
        self._origins = filtered(text, state)
        specs = [text.layers[origin].spec for origin in self._origins]
        self.layers = with_splits(specs)
        self._refusals = list(text.refusals)
        self._rows: list[_Row] = []
        self._names: list[str] = []
        self._shapes: list[AnyShape] = []
        self._blob_needs_backward: list[bool] = []
        self._blob_by_name: dict[str, int] = {}
        self._made: set[str] = set()
        self._available: dict[str, None] = {}
        self._numbers: int | None = 0
        self._params = SharedParams(specs, self._origins)
        self._wrong_names = WrongNames(text, state, self._origins, self.layers)

    def add(self, built: Built) -> None:
        """One turn of the loop in Net::Init."""
        spec = built.spec
        declared = layer_type(spec.type, self._text.dialect)
        damaged = self._text.layers[self._origins[built.position]].damaged and not built.is_split
        if spec.propagate_down and len(spec.propagate_down) != len(spec.bottoms):
            wanted = len(spec.bottoms)
            message = f"{len(spec.propagate_down)} `propagate_down` for {wanted} bottom{'s'[: wanted != 1]}"
            self._refuse(built, Fault.PROPAGATE_DOWN_COUNT, "net.cpp:79", message, "propagate_down", wanted)
        bottoms = [self._bottom(built, index) for index in range(len(spec.bottoms))]
        flags = [self._blob_needs_backward[blob] for blob in bottoms]
        tops = [self._top(built, index) for index in range(len(spec.tops))]
        if declared is not None and declared.is_loss:
            while len(tops) < max(1, declared.tops(spec).least):
                tops.append(self._new_blob(AUTOMATIC))
        bottom_shapes = tuple(self._shapes[blob] for blob in bottoms)
        found = Step((None,) * len(tops), None, None) if damaged else self._set_up(built, bottom_shapes, len(tops))
        if declared is not None and not built.is_split:
            self._note_lacks(built, declared, len(tops))
        for blob, shape in zip(tops, found.tops, strict=True):
            self._shapes[blob] = shape
            number = count(shape)
            self._numbers = None if number is None or self._numbers is None else self._numbers + number
        weights = self._loss_weights(built, declared is not None and declared.is_loss, len(tops), damaged)
        specs = self._param_specs(built, found)
        needed = any(flags) or any(one.lr_mult != 0 for one in specs)
        if needed:
            for blob in tops:
                self._blob_needs_backward[blob] = True
        given = len(spec.propagate_down) == len(bottoms)
        wiring = Wiring(
            tuple(self._names[blob] for blob in bottoms),
            tuple(self._names[blob] for blob in tops),
            tuple(weight != 0 for weight in weights),
            needed,
            spec.propagate_down if given else tuple(flags),
            declared.unforced if declared is not None else frozenset(),
        )
        self._rows.append(_Row(built, found, weights, wiring, bottom_shapes, declared is not None and not damaged))

    def finish(self) -> Net:
        """What is left to do when all layers stand."""
        self._refusals += [*self._wrong_names.refusals(), *self._params.refusals]
        backward = needs_backward([row.wiring for row in self._rows], self._text.force_backward)
        layers = tuple(
            self._layer(row, needed, bottoms)
            for row, (needed, bottoms) in zip(self._rows, backward, strict=True)
            if not row.built.is_split
        )
        if self._state.phase == "TRAIN":
            self._refusals += impossible_gradients(layers)
        if not layers:
            self._refusals += self._emptiness()
        splits = {name for row in self._rows if row.built.is_split for name in row.built.spec.tops}
        blobs = {name: shape for name, shape in zip(self._names, self._shapes, strict=True) if name not in splits}
        return Net(
            text=self._text,
            state=self._state,
            layers=layers,
            blobs=blobs,
            params=self._params.all,
            outputs=tuple(sorted(self._available)),
            data_memory_bytes=None if self._numbers is None else self._numbers * _FLOAT_BYTES,
            refusals=tuple(self._refusals),
        )

    def _emptiness(self) -> Iterator[Refusal]:
        """Net::ForwardFromTo and BackwardFromTo run no net without layers, though it can be built."""
        text = self._text
        if not text.complete or text.refusals:
            return
        if not text.layers:
            message = "a net without layers can be built, but not run"
            yield Refusal(Fault.EMPTY_NET, message, text.named, "net.cpp:520", stage="first-iteration")
            return
        fields = text.layers[0].spec.fields
        place = fields.place("include" if fields.has("include") else "exclude")
        message = f"no layer is built in the {self._state.phase} phase: a net without layers cannot be run"
        yield Refusal(Fault.EMPTY_NET, message, place, "net.cpp:520", 0, "first-iteration")

    def _layer(self, row: _Row, needed: bool, bottoms_needed: tuple[bool, ...]) -> Layer:
        built = row.built
        return Layer(
            spec=built.written,
            origin=self._origins[built.position],
            bottoms=built.written.bottoms,
            tops=row.wiring.tops,
            sources=built.sources,
            bottom_shapes=row.bottom_shapes,
            top_shapes=row.step.tops,
            param_shapes=row.step.params,
            macs=row.step.macs,
            loss_weights=row.loss_weights,
            needs_backward=needed,
            bottoms_need_backward=bottoms_needed,
            judged=row.judged,
            assumes=row.step.assumes,
        )

    def _bottom(self, built: Built, index: int) -> int:
        """Net::AppendBottom; a blob of unknown shape takes the place of one that nothing makes."""
        name = built.spec.bottoms[index]
        if name not in self._available:
            if not built.is_split:
                self._wrong_names.unmade(built.position, index)
            blob = self._new_blob(name)
            self._blob_by_name.setdefault(name, blob)
            return blob
        del self._available[name]
        return self._blob_by_name[name]

    def _top(self, built: Built, index: int) -> int:
        """Net::AppendTop."""
        spec = built.spec
        name = spec.tops[index]
        if index < len(spec.bottoms) and spec.bottoms[index] == name:
            self._available[name] = None
            return self._blob_by_name[name]
        if name in self._made and not built.is_split:
            self._wrong_names.made_twice(built.position, index)
        blob = self._new_blob(name)
        self._blob_by_name[name] = blob
        self._made.add(name)
        self._available[name] = None
        return blob

    def _note_lacks(self, built: Built, declared: LayerType, tops: int) -> None:
        spec = built.written
        if tops < declared.tops(spec).least or (declared.equal_counts and tops < len(spec.bottoms)):
            self._wrong_names.lacks_tops(built.position)
        if len(spec.bottoms) < declared.bottoms(spec).least:
            self._wrong_names.lacks_bottoms(built.position)

    def _new_blob(self, name: str) -> int:
        self._names.append(name)
        self._shapes.append(None)
        self._blob_needs_backward.append(False)
        return len(self._names) - 1

    def _set_up(self, built: Built, bottoms: Sequence[AnyShape], tops: int) -> Step:
        given = Given(built.spec, tops, tuple(bottoms), self._state.phase, self._data, self._text.dialect)
        found = step(given)
        origin = self._origins[built.position]
        refusals = found.refusals or refusals_for_all_bottoms(given)
        self._refusals += (replace(refusal, layer=origin) for refusal in refusals)
        return found

    def _loss_weights(self, built: Built, is_loss: bool, tops: int, damaged: bool) -> tuple[float, ...]:
        """Layer::SetLossWeights; losses weigh 1 unless told (LossLayer::LayerSetUp)."""
        weights = built.spec.loss_weights or ((1.0,) if is_loss else ())
        if weights and len(weights) != tops:
            if not damaged:
                given = f"{len(weights)} `loss_weight`" if built.spec.loss_weights else "a loss's own weight 1"
                message = f"{given} for {tops} top{'s'[: tops != 1]}: it is given once per top or not at all"
                field = "loss_weight" if built.spec.loss_weights else "top"
                self._refuse(built, Fault.LOSS_WEIGHT_COUNT, "layer.hpp:396", message, field, min(tops, len(weights)))
            return (weights + (0.0,) * tops)[:tops]
        return weights or (0.0,) * tops

    def _param_specs(self, built: Built, found: Step) -> list[ParamSpec]:
        specs = built.spec.params
        if found.params is None:
            return list(specs)
        if len(specs) > len(found.params):
            blobs = len(found.params)
            message = f"{len(specs)} `param` for a layer that has {blobs} parameter blob{'s'[: blobs != 1]}"
            self._refuse(built, Fault.TOO_MANY_PARAMS, "net.cpp:143", message, "param", blobs)
        taken = [specs[index] if index < len(specs) else ParamSpec() for index in range(len(found.params))]
        if not built.is_split:
            self._params.add(built.position, taken, found.params)
        return taken

    def _refuse(
        self,
        built: Built,
        fault: Fault,
        check: str,
        message: str,
        field: str,
        index: int = 0,
    ) -> None:
        span = built.spec.fields.place(field, index)
        self._refusals.append(Refusal(fault, message, span, check, self._origins[built.position]))
