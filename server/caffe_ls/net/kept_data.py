"""Layers whose backward pass reads their own output again, and what changes it in the meantime.

A layer in place writes over what it reads, which is the output of the layer before. That nothing else reads the blob
before it, Caffe makes sure: a blob that is read more than once is split, and a layer that then writes to its old name
is refused (net.cpp, Net::AppendTop).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from caffe_ls.net.model import Layer, Net

_READS_TOP = frozenset({"ELU", "Exp", "LRN", "MVN", "Sigmoid", "Softmax", "TanH"})
"""Layers whose Backward_cpu reads the data of their tops."""

_READS_SIGNS = frozenset({"AbsVal", "ReLU"})
"""Layers whose Backward_cpu reads the signs of their bottoms, which in place are the tops."""

# What leaves the sign of each number as it is, or makes it 0 where no gradient passes either.
_KEEPS_SIGNS = frozenset({"Dropout", "ReLU"})


class Overwritten(NamedTuple):
    """A layer whose backward pass reads a blob that a later layer, in place, has changed."""

    reader: int
    writer: int
    blob: str


def overwritten(net: Net) -> Iterator[Overwritten]:
    """The layers whose gradient is computed from data that are no longer what they were, each told once."""
    told: set[int] = set()
    for writer, layer in enumerate(net.layers):
        if layer.bottoms and layer.is_in_place(0) and not _changes_nothing(layer):
            for reader in _makers(net, layer):
                if reader not in told and _reads_again(net.layers[reader], layer):
                    told.add(reader)
                    yield Overwritten(reader, writer, layer.bottoms[0])


def _makers(net: Net, layer: Layer) -> Iterator[int]:
    """The layers that wrote to the blob before: those in place, and the one that made it."""
    source = layer.sources[0]
    while source is not None:
        maker = net.layers[source.layer]
        if source.top == 0 and maker.needs_backward:
            yield source.layer
        source = maker.sources[0] if maker.sources and maker.is_in_place(source.top) else None


def _changes_nothing(layer: Layer) -> bool:
    return layer.type == "Dropout" and layer.spec.fields.group("dropout_param").number("dropout_ratio", 0.5) == 0


def _reads_again(maker: Layer, writer: Layer) -> bool:
    if maker.type in _READS_TOP:
        return True
    return maker.type in _READS_SIGNS and maker.is_in_place(0) and writer.type not in _KEEPS_SIGNS
