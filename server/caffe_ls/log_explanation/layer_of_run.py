"""A layer of a run: its type and shapes as the log tells them, its definition there and in the workspace."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from functools import cached_property

from caffe_ls.analysis.documents import PrototxtDocument
from caffe_ls.analysis.log_document import LogDocument
from caffe_ls.analysis.log_links import LayerPlace, layer_named
from caffe_ls.analysis.nets import judged_nets
from caffe_ls.immutable import dataclass, replace
from caffe_ls.log_explanation.around import Around
from caffe_ls.log_explanation.figures import shape_text, whole
from caffe_ls.net.model import Layer
from caffe_ls.training_log.record import BuiltNet, PrintedText, Run

_LONGEST_DEFINITION = 1_500

Shape = Sequence["int | None"]


@dataclass(frozen=True)
class LayerOfRun:
    """A layer of the train net or of a test net of a run, by its name."""

    document: LogDocument
    run: Run
    phase: str
    net: int
    name: str

    @cached_property
    def built(self) -> BuiltNet | None:
        return self.document.built(self.run, self.phase, self.net)

    @cached_property
    def row(self) -> int | None:
        """Its row in the net as built."""
        built = self.built
        return built.layers.index(self.name) if built is not None and self.name in built.layers else None

    @cached_property
    def printed(self) -> PrintedText | None:
        """The net's text in the log."""
        return self.document.printed_net(self.run, self.phase, self.net)

    @cached_property
    def place(self) -> LayerPlace | None:
        """Its definition in the printed net; that of the layer that it splits, for a split."""
        return None if self.printed is None else layer_named(self._printed_document.file, self.name)

    @property
    def is_split(self) -> bool:
        """Whether Caffe itself inserted it, because several layers read one blob."""
        return self.name.endswith("_split") and (self.place is None or self.place.name != self.name)

    @property
    def type(self) -> str:
        """Its type; empty where the log does not tell."""
        return "Split" if self.is_split else self.place.type if self.place is not None else ""

    @property
    def bottoms(self) -> tuple[str, ...]:
        if self.built is not None and self.row is not None and self.built.bottoms[self.row]:
            return tuple(self.built.bottoms[self.row])
        return () if self._computed is None else self._computed.bottoms

    @property
    def tops(self) -> tuple[str, ...]:
        if self.built is not None and self.row is not None and self.built.tops[self.row]:
            return tuple(self.built.tops[self.row])
        return () if self._computed is None else self._computed.tops

    def top_shape(self, blob: str) -> Shape | None:
        """The shape of one of its tops: as the log prints it, else as Caffe would compute it."""
        if self.built is not None and self.row is not None:
            told = self.built.top_shapes[self.row]
            if blob in self.tops and self.tops.index(blob) < len(told):
                return told[self.tops.index(blob)]
        computed = self._computed
        if computed is None or blob not in computed.tops:
            return None
        return computed.top_shapes[computed.tops.index(blob)]

    def bottom_shape(self, blob: str) -> Shape | None:
        """The shape of a blob that it reads: that of the layer above that makes it."""
        built = self.built
        if built is not None and self.row is not None:
            for row in range(self.row - 1, -1, -1):
                tops = built.tops[row]
                if blob in tops and tops.index(blob) < len(built.top_shapes[row]):
                    return built.top_shapes[row][tops.index(blob)]
        computed = self._computed
        if computed is None or blob not in computed.bottoms:
            return None
        return computed.bottom_shapes[computed.bottoms.index(blob)]

    def param_shape(self, index: str) -> Shape | None:
        """The shape of one of its parameters, as Caffe would compute it."""
        computed = self._computed
        if computed is None or computed.param_shapes is None or not index.isdigit():
            return None
        shapes = computed.param_shapes
        return shapes[int(index)] if int(index) < len(shapes) else None

    def above(self, blob: str) -> LayerOfRun | None:
        """The layer that wrote a blob last before this one reads it."""
        built = self.built
        if built is None or self.row is None:
            return None
        rows = (row for row in range(self.row - 1, -1, -1) if blob in built.tops[row])
        row = next(rows, None)
        return None if row is None else replace(self, name=built.layers[row])

    def definitions(self, around: Around) -> Iterator[str]:
        """Markdown: its text as the log prints it, and links to there and to the workspace's files."""
        links = list(self._links(around))
        if self.place is not None:
            text = self._printed_document.text[self.place.span.start : self.place.span.end]
            if len(text) > _LONGEST_DEFINITION:
                text = text[:_LONGEST_DEFINITION] + "\n  ..."
            yield f"```prototxt\n{text}\n```"
        if links:
            yield "Defined in " + " · ".join(links)

    def _links(self, around: Around) -> Iterator[str]:
        if self.place is not None and self.printed is not None:
            offset = self.document.place_of(self.printed, self.place.span.start)
            line = self.document.text.line_at(offset) + 1
            yield around.pointer(None, line, f"the net printed at line {line}")
        for document, place in self.in_workspace(around):
            line = document.source.line_of(place.name_span.start) + 1
            yield around.pointer(document.path, line, f"{file_name(document.path)}:{line}")

    def in_workspace(self, around: Around) -> Iterator[tuple[PrototxtDocument, LayerPlace]]:
        """Its definitions in the workspace's prototxts."""
        for document in around.files(self.run).nets():
            place = layer_named(document.file, self.name)
            if place is not None:
                yield document, place

    @property
    def _printed_document(self) -> PrototxtDocument:
        assert self.printed is not None
        return self.document.printed_document(self.printed)

    @cached_property
    def _computed(self) -> Layer | None:
        """The layer as Caffe builds it from the printed net, with the data's shape that the log tells."""
        if self.printed is None:
            return None
        layers = (layer for net in judged_nets(self._printed_document) for layer in net.layers)
        return next((layer for layer in layers if layer.name == self.name), None)


def size_of(shape: Shape | None) -> int | None:
    """How many numbers a shape holds; None where that is not known."""
    if shape is None or None in shape:
        return None
    return math.prod(size for size in shape if size is not None)


def shape_and_size(shape: Shape) -> str:
    """A shape and how many numbers it holds."""
    size = size_of(shape)
    if size is None:
        return shape_text(shape)
    return f"{shape_text(shape)} = {whole(size)} numbers" if len(shape) > 1 else f"{whole(size)} numbers"


def file_name(path: str) -> str:
    """The last part of a path, of Windows' too."""
    return path.replace("\\", "/").rpartition("/")[2]
