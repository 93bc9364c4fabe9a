"""Which layers compute a gradient: the way back through the net (net.cpp, the second half of Net::Init)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple


class Wiring(NamedTuple):
    """A layer, splits included, as the way back sees it: names of blobs, and what the way forward found.

    `bottoms_needed` is propagate_down where it is given, else whether the bottom's blob needs backward.
    """

    bottoms: tuple[str, ...]
    tops: tuple[str, ...]
    has_loss: tuple[bool, ...]
    needed: bool
    bottoms_needed: tuple[bool, ...]
    unforced: frozenset[int]


def needs_backward(layers: Sequence[Wiring], force: bool) -> list[tuple[bool, tuple[bool, ...]]]:
    """For each layer whether it computes backward at all, and for each of its bottoms whether it gets a gradient."""
    under_loss: set[str] = set()
    skipped: set[str] = set()
    found: list[tuple[bool, tuple[bool, ...]]] = []
    for layer in reversed(layers):
        contributes = any(loss or top in under_loss for loss, top in zip(layer.has_loss, layer.tops, strict=True))
        skips = all(top in skipped for top in layer.tops)
        needed, bottoms = layer.needed, layer.bottoms_needed
        if needed and skips:
            needed, bottoms = False, (False,) * len(bottoms)
        if contributes:
            under_loss.update(layer.bottoms)
        else:
            needed, bottoms = False, (False,) * len(bottoms)
        skipped.update(name for name, wanted in zip(layer.bottoms, bottoms, strict=True) if not wanted)
        found.append((needed, bottoms))
    found.reverse()
    if not force:
        return found
    return [
        (True, tuple(wanted or index not in layer.unforced for index, wanted in enumerate(bottoms)))
        for layer, (_, bottoms) in zip(layers, found, strict=True)
    ]
