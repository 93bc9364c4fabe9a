"""Which layers made the numbers that a layer reads, past those that only put them elsewhere."""

from __future__ import annotations

from caffe_ls.net.model import Net

_REARRANGING = frozenset({"Crop", "Flatten", "Permute", "Reshape", "Slice", "Split", "Tile"})
_MOST_LAYERS = 64


def makers(net: Net, layer: int, bottom: int = 0) -> tuple[int, ...]:
    """The layers whose tops a bottom holds: one, or more where they are joined by Concat.

    Empty where nothing makes it, or one of them is not known.
    """
    found: list[int] = []
    waiting, seen = [(layer, bottom)], 0
    while waiting:
        at, position = waiting.pop(0)
        sources = net.layers[at].sources
        source = sources[position] if position < len(sources) else None
        seen += 1
        if source is None or seen > _MOST_LAYERS:
            return ()
        maker = net.layers[source.layer]
        if maker.type in _REARRANGING and maker.sources:
            waiting.append((source.layer, 0))
        elif maker.type == "Concat":
            waiting.extend((source.layer, index) for index in range(len(maker.sources)))
        elif source.layer not in found:
            found.append(source.layer)
    return tuple(found)


def direct_maker(net: Net, layer: int, bottom: int = 0) -> int | None:
    """The layer whose top a bottom is, with nothing between."""
    sources = net.layers[layer].sources
    source = sources[bottom] if bottom < len(sources) else None
    return None if source is None else source.layer


def inputs_above(net: Net, layer: int, bottom: int = 0) -> frozenset[int]:
    """The layers without bottoms that what a bottom holds goes back to."""
    maker = direct_maker(net, layer, bottom)
    waiting = [] if maker is None else [maker]
    seen, found = set(waiting), set()
    while waiting:
        at = waiting.pop()
        if not net.layers[at].sources:
            found.add(at)
        for source in net.layers[at].sources:
            if source is not None and source.layer not in seen:
                seen.add(source.layer)
                waiting.append(source.layer)
    return frozenset(found)
