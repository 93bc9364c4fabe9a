"""Split layers as Caffe inserts them for tops that are read more than once (insert_splits.cpp, InsertSplits)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from caffe_ls.net.interface import Interface
from caffe_ls.net.model import AUTOMATIC, Source


class Row(NamedTuple):
    """A layer as Net::Init gets it: with the names that splits give, and what its bottoms read in the text's net.

    `position` is its index among the layers of the net, for a split that of the layer whose top it copies. `tops` has
    the automatic ones too. `given_weights` are the loss weights that the layer is given, or has by its nature;
    `loss_weights` are those of its tops, one for each.
    """

    position: int
    bottoms: tuple[str, ...]
    tops: tuple[str, ...]
    sources: tuple[Source | None, ...]
    given_weights: tuple[float, ...]
    loss_weights: tuple[float, ...]
    is_split: bool = False


def with_splits(layers: Sequence[Interface]) -> list[Row]:
    """The layers with splits between them; a bottom that nothing makes keeps its name and has no source."""
    last: dict[str, Source] = {}
    uses: dict[Source, int] = {}
    losses: dict[Source, float] = {}
    sources: list[tuple[Source | None, ...]] = []
    for index, layer in enumerate(layers):
        found = tuple([last.get(name) for name in layer.bottoms])
        sources.append(found)
        for source in found:
            if source is not None:
                uses[source] = uses.get(source, 0) + 1
        for top, name in enumerate(layer.tops):
            last[name] = Source(index, top)
        if layer.loss_weights:
            for name, weight in zip(layer.tops, layer.loss_weights, strict=False):
                source = last[name]
                losses[source] = weight
                if weight:
                    uses[source] = uses.get(source, 0) + 1
    shared = {source: number for source, number in uses.items() if number > 1}
    return _inserted(layers, sources, shared, losses)


def _inserted(
    layers: Sequence[Interface],
    sources: Sequence[tuple[Source | None, ...]],
    shared: dict[Source, int],
    losses: dict[Source, float],
) -> list[Row]:
    rows: list[Row] = []
    given: dict[Source, int] = {}
    makers = {source.layer for source in shared}
    for index, layer in enumerate(layers):
        bottoms, weights, splits = layer.bottoms, layer.loss_weights, []
        if not shared.keys().isdisjoint(sources[index]):
            renamed = list(bottoms)
            for position, source in enumerate(sources[index]):
                if source is not None and source in shared:
                    number = given.get(source, 0)
                    given[source] = number + 1
                    name = layers[source.layer].name
                    renamed[position] = _split_blob(name, bottoms[position], source.top, number)
            bottoms = tuple(renamed)
        if index in makers:
            for top, blob in enumerate(layer.tops):
                source = Source(index, top)
                if source in shared:
                    weight = losses.get(source, 0.0)
                    splits.append(_split(layer, blob, source, shared[source], weight))
                    if weight:
                        weights = ()
                        given[source] = given.get(source, 0) + 1
        tops = layer.tops + (AUTOMATIC,) * layer.automatic if layer.automatic else layer.tops
        # LossLayer::LayerSetUp: losses weigh 1 unless told.
        if layer.is_loss and not weights:
            weights = (1.0,)
        of_tops = (weights + (0.0,) * len(tops))[: len(tops)] if weights else (0.0,) * len(tops)
        rows.append(Row(index, bottoms, tops, sources[index], weights, of_tops))
        rows += splits
    return rows


def _split(layer: Interface, blob: str, source: Source, count: int, weight: float) -> Row:
    """ConfigureSplitLayer."""
    tops = tuple([_split_blob(layer.name, blob, source.top, number) for number in range(count)])
    weights = (weight,) + (0.0,) * (count - 1)
    return Row(source.layer, (blob,), tops, (source,), weights, weights, is_split=True)


def _split_blob(layer: str, blob: str, top: int, number: int) -> str:
    return f"{blob}_{layer}_{top}_split_{number}"
