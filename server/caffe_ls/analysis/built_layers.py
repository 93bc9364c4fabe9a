"""Which layers of which judged nets a place in the text has become."""

from __future__ import annotations

from typing import NamedTuple

from caffe_ls.analysis.documents import PrototxtDocument
from caffe_ls.analysis.nets import judged_nets
from caffe_ls.net.model import Layer, Net, NetText


class BuiltLayer(NamedTuple):
    """A layer of a judged net, by its number there."""

    net: Net
    number: int

    @property
    def layer(self) -> Layer:
        """The layer itself."""
        return self.net.layers[self.number]


def built_layers_at(document: PrototxtDocument, offset: int) -> list[BuiltLayer]:
    """What the layer whose brackets are around `offset` is in each judged net that has it; empty where none has."""
    found: list[BuiltLayer] = []
    for net in judged_nets(document):
        origins = _layers_around(net.text, offset)
        found += [BuiltLayer(net, index) for index, layer in enumerate(net.layers) if layer.origin in origins]
    return found


def _layers_around(text: NetText, offset: int) -> set[int]:
    """The layers of the text around a place. Not a table for all places: it would be made anew for each keystroke."""
    found: set[int] = set()
    for index, placed in enumerate(text.layers):
        start, end = placed.spec.fields.span
        if placed.base + start <= offset <= placed.base + end:
            found.add(index)
    return found
