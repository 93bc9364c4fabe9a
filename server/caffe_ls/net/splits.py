"""Split layers as Caffe inserts them for tops that are read more than once (insert_splits.cpp, InsertSplits)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from caffe_ls.net.model import LayerSpec, Source
from caffe_ls.net.values import Group

SPLIT = "Split"


class Built(NamedTuple):
    """A layer as Net::Init gets it: with the names that splits give, and what its bottoms read in the text's net.

    `written` is the layer before the splits; `position` is its index among the others, for a split that of the layer
    whose top it copies.
    """

    spec: LayerSpec
    written: LayerSpec
    position: int
    sources: tuple[Source | None, ...]
    is_split: bool = False


def with_splits(layers: Sequence[LayerSpec]) -> list[Built]:
    """The layers with splits between them; a bottom that nothing makes keeps its name and has no source."""
    last: dict[str, Source] = {}
    uses: dict[Source, int] = {}
    losses: dict[Source, float] = {}
    sources: list[tuple[Source | None, ...]] = []
    for index, spec in enumerate(layers):
        found = tuple(last.get(name) for name in spec.bottoms)
        sources.append(found)
        for source in found:
            if source is not None:
                uses[source] = uses.get(source, 0) + 1
        for top, name in enumerate(spec.tops):
            last[name] = Source(index, top)
        for name, weight in zip(spec.tops, spec.loss_weights, strict=False):
            source = last[name]
            losses[source] = weight
            if weight:
                uses[source] = uses.get(source, 0) + 1
    return _inserted(layers, sources, uses, losses)


def _inserted(
    layers: Sequence[LayerSpec],
    sources: Sequence[tuple[Source | None, ...]],
    uses: dict[Source, int],
    losses: dict[Source, float],
) -> list[Built]:
    built: list[Built] = []
    given: dict[Source, int] = {}
    for index, written in enumerate(layers):
        spec = written
        bottoms = list(spec.bottoms)
        for position, source in enumerate(sources[index]):
            if source is not None and uses[source] > 1:
                number = given.get(source, 0)
                given[source] = number + 1
                name = layers[source.layer].name
                bottoms[position] = _split_blob(name, bottoms[position], source.top, number)
        splits: list[Built] = []
        weights = spec.loss_weights
        for top, blob in enumerate(spec.tops):
            source = Source(index, top)
            if uses.get(source, 0) > 1:
                weight = losses.get(source, 0.0)
                splits.append(_split(written, blob, source, uses[source], weight))
                if weight:
                    weights = ()
                    given[source] = given.get(source, 0) + 1
        if tuple(bottoms) != spec.bottoms or weights != spec.loss_weights:
            # The copy shares `steps`: the names of bottoms and the loss weights change no shape.
            spec = replace(spec, bottoms=tuple(bottoms), loss_weights=weights)
        built.append(Built(spec, written, index, sources[index]))
        built += splits
    return built


def _split(layer: LayerSpec, blob: str, source: Source, count: int, weight: float) -> Built:
    """ConfigureSplitLayer."""
    spec = LayerSpec(
        fields=Group({}, layer.fields.place("top", source.top)),
        name=f"{blob}_{layer.name}_{source.top}_split",
        type=SPLIT,
        bottoms=(blob,),
        tops=tuple(_split_blob(layer.name, blob, source.top, number) for number in range(count)),
        loss_weights=(weight, *(0.0 for _ in range(count - 1))) if weight else (),
        propagate_down=(),
        params=(),
    )
    return Built(spec, spec, source.layer, (source,), is_split=True)


def _split_blob(layer: str, blob: str, top: int, number: int) -> str:
    return f"{blob}_{layer}_{top}_split_{number}"
