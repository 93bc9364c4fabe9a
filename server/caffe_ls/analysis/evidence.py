"""A run of a training log with the solver and the net that made it: all that can be known of why it went as it did."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Literal

from caffe_ls.analysis.documents import Context, PrototxtDocument
from caffe_ls.analysis.log_document import told_shapes
from caffe_ls.net.model import AnyShape, DataSource, Layer, LayerSpec, Net, NetText, State
from caffe_ls.schema.dialect_guess import Usage, usages_of_file
from caffe_ls.schema.model import NET_MESSAGE, SOLVER_MESSAGE
from caffe_ls.solver.lower import lower_solver
from caffe_ls.solver.model import Solver
from caffe_ls.training_log.first_nonfinite import first_nonfinite
from caffe_ls.training_log.record import BuiltNet, NonFinite, PrintedText, Quantity, Run
from caffe_ls.training_log.series import Series


class Evidence:
    """A run, how it ended, and the solver and net in force: those that the log prints, else those given.

    `solver_file` and `net_file` are the user's own, where they are known: fixes are edits of them. They may have
    changed since the run, so what the log prints goes before them.
    """

    def __init__(
        self,
        run: Run,
        ended: str,
        solver_file: PrototxtDocument | None = None,
        net_file: PrototxtDocument | None = None,
    ) -> None:
        self.run = run
        self.ended = ended
        self.solver_file = solver_file
        self.net_file = net_file
        self.cache: dict[object, object] = {}  # results of pure functions of the evidence, by function

    @cached_property
    def printed_solver(self) -> PrintedText | None:
        """The solver as the log prints it."""
        return next((text for text in self.run.texts if text.kind == "solver" and text.text.strip()), None)

    @cached_property
    def printed_net(self) -> PrintedText | None:
        """The train net as the log prints it, filtered for its phase."""
        texts = [text for text in self.run.texts if text.kind == "net" and text.text.strip()]
        return next((text for text in texts if text.phase == "TRAIN"), texts[0] if texts else None)

    @cached_property
    def dialect(self) -> str:
        """The Caffe that ran, as the printed texts, or the files given, show it."""
        for document in (self._net_document, self._solver_document):
            if document is not None:
                return document.dialect
        return "bvlc"

    @cached_property
    def solver(self) -> Solver | None:
        """The solver's settings."""
        document = self._solver_document
        return None if document is None else lower_solver(document.file, document.schema)

    @cached_property
    def net(self) -> Net | None:
        """The train net, its shapes those that the log tells where it tells them."""
        if self._net_document is None:
            return None
        # Not above: a log that prints no net is read before this would be imported.
        from caffe_ls.net.graph import build

        told = () if self.built is None else told_shapes(self.built)
        return build(self._text_of_net(), self._state, DataSource(told=told))

    @cached_property
    def layers(self) -> dict[str, Layer]:
        """The train net's layers by name."""
        return {} if self.net is None else {layer.name: layer for layer in reversed(self.net.layers)}

    @cached_property
    def written(self) -> dict[str, LayerSpec]:
        """The layers of the net's text by name, of all phases; data layers as they are written."""
        if self._net_document is None:
            return {}
        specs = [placed.spec for placed in self._text_of_net().layers]
        return {spec.name: spec for spec in reversed(specs)}

    def type_of(self, layer: str | None) -> str:
        """A layer's type; empty where the net is not known, `Split` for what Caffe inserted."""
        if layer is None:
            return ""
        spec = self.written.get(layer)
        if spec is not None:
            return spec.type
        return "Split" if self.written and layer.endswith("_split") else ""

    @cached_property
    def nonfinite(self) -> NonFinite | None:
        """The first value that is nan or inf."""
        return first_nonfinite(self.run)

    @cached_property
    def has_weights_loaded(self) -> bool:
        """Whether the run began with weights of an earlier one."""
        return bool(self.run.events.get("restore")) or self.run.resumed_at is not None

    @cached_property
    def is_from_start(self) -> bool:
        """Whether the log shows the run from its first iteration on."""
        return self.run.resumed_at is None and (self.run.first_iteration or 0) == 0

    @cached_property
    def adapts_its_steps(self) -> bool:
        """Whether the solver's steps do not follow the size of the gradient."""
        return self.solver is not None and self.solver.type in ("Adam", "RMSProp", "AdaDelta", "AdaGrad")

    def test_output(self, name: str) -> Series | None:
        """An output of the first test net."""
        outputs = self.run.outputs.items()
        return next((one for output, one in outputs if output[:2] == ("TEST", 0) and output.name == name), None)

    def type_of_output(self, name: str) -> str:
        """The type of the layer that makes an output; empty where the net is not known."""
        return next((spec.type for spec in self.written.values() if name in spec.tops), "")

    # Debug lines.

    @cached_property
    def has_debug(self) -> bool:
        """Whether debug lines of training are there."""
        return any(phase == "TRAIN" for phase, _, _ in self.run.debug)

    def top(self, layer: str, blob: str | None = None) -> Series | None:
        """What a layer gave out, over the iterations; of its first top where none is named."""
        return self._found(self._tops, (layer, blob))

    def tops(self) -> Iterator[tuple[tuple[str, str], Series]]:
        """What all layers gave out, by layer and top, in the order of the forward pass."""
        return iter(self._tops.items())

    def params(self, layer: str) -> list[tuple[Series, Series | None]]:
        """A layer's parameters in their order, each with its gradients."""
        names = self._params.get(layer, {})
        return [(data, self._diffs.get((layer, name))) for name, data in names.items()]

    @cached_property
    def order(self) -> list[str]:
        """The layers that have debug lines, in the order of the forward pass."""
        return list(dict.fromkeys(layer for layer, _ in self._tops))

    def bottom(self, layer: str, index: int = 0) -> Series | None:
        """What a layer was given, over the iterations."""
        known = self.layers.get(layer)
        if known is not None and self.net is not None and index < len(known.sources):
            source = known.sources[index]
            if source is not None:
                producer = self.net.layers[source.layer]
                return self.top(producer.name, producer.tops[source.top])
            return None
        return self._before(layer) if index == 0 and not self.written else None

    @cached_property
    def tells_gradients(self) -> bool:
        """Whether backward lines tell the gradients of parameters: then a parameter without one is not trained."""
        return bool(self._diffs)

    def _before(self, layer: str) -> Series | None:
        """What stood in a blob before a layer rewrote it in place: all that debug lines tell of who reads what."""
        made = next((blob for owner, blob in self._tops if owner == layer), None)
        before: Series | None = None
        for (owner, blob), series in self._tops.items():
            if owner == layer:
                return before
            if blob == made:
                before = series
        return None

    @cached_property
    def _phase(self) -> str:
        return "TRAIN" if self.has_debug else "TEST"

    @cached_property
    def _tops(self) -> dict[tuple[str, str], Series]:
        return {
            (quantity.layer or "", quantity.blob or ""): series
            for quantity, series in self._debug
            if quantity.direction == "forward" and quantity.end in ("top", "input")
        }

    @cached_property
    def _params(self) -> dict[str, dict[str, Series]]:
        found: dict[str, dict[str, Series]] = {}
        for quantity, series in self._debug:
            if quantity.end == "param" and quantity.part == "data" and quantity.layer:
                found.setdefault(quantity.layer, {}).setdefault(quantity.blob or "", series)
        return found

    @cached_property
    def _diffs(self) -> dict[tuple[str, str], Series]:
        return {
            (quantity.layer or "", quantity.blob or ""): series
            for quantity, series in self._debug
            if quantity.direction == "backward" and quantity.end == "param" and quantity.part == "diff"
        }

    @cached_property
    def _debug(self) -> list[tuple[Quantity, Series]]:
        return [
            (quantity, series)
            for (phase, net, quantity), series in self.run.debug.items()
            if phase == self._phase and net == 0 and series.values
        ]

    def _found(self, series: dict[tuple[str, str], Series], key: tuple[str, str | None]) -> Series | None:
        layer, blob = key
        if blob is not None:
            return series.get((layer, blob))
        return next((found for (owner, _), found in series.items() if owner == layer), None)

    def every_backward(self) -> Iterator[tuple[Quantity, Series]]:
        """All that backward lines tell, in the order of the pass."""
        return ((quantity, series) for quantity, series in self._debug if quantity.direction == "backward")

    # Places.

    def solver_line(self, *names: str) -> int | None:
        """The line of the log on which the printed solver gives a field."""
        if self.printed_solver is None or self.solver is None:
            return None
        given = self.solver.first(*names)
        return self.printed_solver.line if given is None else _line(self.printed_solver, given.span.start)

    def layer_line(self, layer: str, *path: str) -> int | None:
        """The line of the log on which the printed net has a layer, or a field of it."""
        if self.printed_net is None or self._net_document is None:
            return None
        placed = next((one for one in self._text_of_net().layers if one.spec.name == layer), None)
        if placed is None:
            return None
        group = placed.spec.fields
        for name in path[:-1]:
            group = group.group(name)
        span = group.place(path[-1]) if path else placed.spec.fields.place("name")
        return _line(self.printed_net, placed.base + span.start)

    # What the texts say.

    @cached_property
    def _solver_document(self) -> PrototxtDocument | None:
        if self.printed_solver is None:
            return self.solver_file
        return _document(self.printed_solver, "solver", self._usages("net"))

    @cached_property
    def _net_document(self) -> PrototxtDocument | None:
        if self.printed_net is None:
            return self.net_file
        return _document(self.printed_net, "net", self._usages("solver"))

    def _usages(self, kind: Literal["solver", "net"]) -> tuple[Usage, ...]:
        """What one of the printed texts uses of dialects: it speaks for the other one, too."""
        printed, root = (self.printed_solver, SOLVER_MESSAGE) if kind == "solver" else (self.printed_net, NET_MESSAGE)
        return () if printed is None else tuple(usages_of_file(printed.tree(), root))

    def _text_of_net(self) -> NetText:
        from caffe_ls.net.lower import lower_file

        document = self._net_document
        assert document is not None
        return lower_file(document.file, document.dialect)

    @cached_property
    def _state(self) -> State:
        return State("TRAIN")

    @cached_property
    def built(self) -> BuiltNet | None:
        """The train net as its construction was told."""
        nets = [net for net in self.run.nets if net.layers]
        return next((net for net in nets if net.phase == "TRAIN"), None)

    @cached_property
    def _logged_shapes(self) -> dict[str, list[tuple[int, ...]]]:
        built = self.built
        return {} if built is None else dict(zip(built.layers, built.top_shapes, strict=True))

    def top_shape(self, layer: str, index: int = 0) -> AnyShape:
        """The shape of a layer's top: as the log tells it, else as the net's text gives it."""
        logged = self._logged_shapes.get(layer, [])
        if index < len(logged):
            return logged[index]
        known = self.layers.get(layer)
        return known.top_shapes[index] if known is not None and index < len(known.top_shapes) else None

    def bottom_shape(self, layer: str, index: int = 0) -> AnyShape:
        """The shape of a layer's bottom."""
        known = self.layers.get(layer)
        if known is None or self.net is None or index >= len(known.sources):
            return None
        source = known.sources[index]
        if source is None:
            return None
        return self.top_shape(self.net.layers[source.layer].name, source.top)


def _document(printed: PrintedText, kind: Literal["solver", "net"], linked: tuple[Usage, ...]) -> PrototxtDocument:
    text = printed.text.decode("utf-8", "surrogateescape")
    return PrototxtDocument(f"{kind}.prototxt", text, kind=kind, context=Context(linked=linked))


def _line(printed: PrintedText, offset: int) -> int:
    """The line of the log of an offset in a printed text; other processes' lines within it are not counted."""
    text = printed.text.decode("utf-8", "surrogateescape")
    return printed.line + 1 + text.count("\n", 0, offset)
