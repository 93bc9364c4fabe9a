"""Which layers compute a gradient: forwards what asks for one, then the way back (net.cpp, Net::Init)."""

from __future__ import annotations

from collections.abc import Sequence

from caffe_ls.net.wiring import Wiring

Flags = tuple[bool, tuple[bool, ...]]
"""Whether a layer computes backward at all, and for each of its bottoms whether it gets a gradient."""


def needs_backward(wiring: Wiring, learning: Sequence[bool], force: bool) -> list[Flags]:
    """The flags of each layer. `learning` tells of each whether it asks for a gradient by itself."""
    if not any(any(layer.row.loss_weights) for layer in wiring.interfaces):
        flags = [(False, (False,) * len(layer.bottoms)) for layer in wiring.interfaces]
    else:
        flags = _on_the_way_back(wiring, *_on_the_way_forward(wiring, learning))
    return [_forced(wiring, position, bottoms) for position, (_, bottoms) in enumerate(flags)] if force else flags


def _on_the_way_back(wiring: Wiring, asked: list[Flags], needing: Sequence[bool]) -> list[Flags]:
    """What of it there is a loss for, and somebody hands on: names of blobs count here, as they do in Net::Init."""
    under_loss: set[str] = set()
    skipped: set[str] = set()
    for position in range(len(asked) - 1, -1, -1):
        for split in reversed(wiring.splits.get(position, ())):
            is_under_loss = split.weight != 0 or not under_loss.isdisjoint(split.copies)
            if is_under_loss:
                under_loss.add(split.blob)
            if not is_under_loss or not needing[position] or skipped.issuperset(split.copies):
                skipped.add(split.blob)
        row = wiring.rows[position]
        needed, bottoms = asked[position]
        if any(row.loss_weights) or not under_loss.isdisjoint(row.tops):
            under_loss.update(row.bottoms)
            unwanted = needed and skipped.issuperset(row.tops)
        else:
            unwanted = True
        if unwanted:
            needed, bottoms = asked[position] = False, (False,) * len(bottoms)
        if False in bottoms:
            skipped.update([name for name, wanted in zip(row.bottoms, bottoms, strict=True) if not wanted])
    return asked


def _on_the_way_forward(wiring: Wiring, learning: Sequence[bool]) -> tuple[list[Flags], list[bool]]:
    """The flags, and which layers' tops need backward.

    propagate_down counts where it is given for each bottom, else whether the bottom's blob needs backward.
    """
    found: list[Flags] = []
    needing: list[bool] = []
    for layer, learns, sources in zip(wiring.interfaces, learning, wiring.sources, strict=True):
        flags = tuple([source is not None and needing[source[0]] for source in sources])
        needed = learns or True in flags
        needing.append(needed)
        given = layer.propagate_down
        found.append((needed, given if given and len(given) == len(flags) else flags))
    return found, needing


def _forced(wiring: Wiring, position: int, bottoms: tuple[bool, ...]) -> Flags:
    unforced = wiring.interfaces[position].unforced
    return True, tuple(wanted or index not in unforced for index, wanted in enumerate(bottoms))
