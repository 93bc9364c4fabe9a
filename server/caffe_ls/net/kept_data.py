"""Which blobs a layer's backward pass reads again, and which layers change them in the meantime.

A layer in place writes over what it reads. Copies of a blob that is read more than once share its memory
(split_layer.cpp, SplitLayer::Forward_cpu), so all readers see what a later layer in place wrote there.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from caffe_ls.net.model import Layer, Net, Source

_READS_BOTTOM = frozenset({
    "AbsVal", "BNLL", "Convolution", "Deconvolution", "ELU", "InnerProduct", "LRN", "Log", "MVN", "PReLU", "Power",
    "ReLU", "Scale",
})  # fmt: skip
"""Layers whose Backward_cpu reads the data of their bottoms; ContrastiveLoss and its like keep a copy."""

_READS_TOP = frozenset({"ELU", "Exp", "LRN", "MVN", "Sigmoid", "Softmax", "TanH"})
"""Layers whose Backward_cpu reads the data of their tops."""

_KEEPS_A_COPY = frozenset({"PReLU", "Scale"})
"""Layers that keep what they read when they work in place."""

# What leaves the sign of each number as it is, or makes it 0 where no gradient passes either.
_KEEPS_SIGNS = frozenset({"Dropout", "ReLU"})


class Overwritten(NamedTuple):
    """A layer whose backward pass reads a blob that another layer, later and in place, has changed."""

    reader: int
    writer: int
    blob: str


def overwritten(net: Net) -> Iterator[Overwritten]:
    """The layers whose gradient is computed from data that are no longer what they were."""
    for writer, layer in enumerate(net.layers):
        if not layer.bottoms or not layer.is_in_place(0) or layer.sources[0] is None or _changes_nothing(layer):
            continue
        source = layer.sources[0]
        blob = layer.bottoms[0]
        for reader, position in net.consumers(source.layer, source.top):
            other = net.layers[reader]
            if reader < writer and other.needs_backward and _reads_bottom(other, position):
                yield Overwritten(reader, writer, blob)
        maker = _maker_whose_data_change(net, source, layer)
        if maker is not None:
            yield Overwritten(maker, writer, blob)


def _changes_nothing(layer: Layer) -> bool:
    return layer.type == "Dropout" and layer.spec.fields.group("dropout_param").number("dropout_ratio", 0.5) == 0


def _reads_bottom(layer: Layer, position: int) -> bool:
    own = layer.spec.fields
    if layer.type == "Eltwise":
        return own.group("eltwise_param").choice("operation", ("PROD", "SUM", "MAX"), "SUM") == "PROD"
    if layer.type in ("Convolution", "Deconvolution", "InnerProduct"):
        return not layer.spec.params or layer.spec.params[0].lr_mult != 0
    if layer.type == "Power":
        return own.group("power_param").number("power", 1.0) not in (0.0, 1.0)
    return layer.type in _READS_BOTTOM and (position == 0 or layer.type == "Scale")


def _maker_whose_data_change(net: Net, source: Source, writer: Layer) -> int | None:
    """The layer that made the blob, or the last one in place on it, where its backward pass reads its own top."""
    maker = net.layers[source.layer]
    if not maker.needs_backward or source.top != 0:
        return None
    if maker.type in _READS_TOP:
        return source.layer
    in_place = maker.is_in_place(0)
    if in_place and maker.type == "ReLU":  # Its backward pass looks at the signs of its bottom, which is its top.
        return None if writer.type in _KEEPS_SIGNS else source.layer
    if in_place and maker.type in _READS_BOTTOM and maker.type not in _KEEPS_A_COPY:
        return source.layer if _reads_bottom(maker, 0) else None
    return None
