"""Which layers compute a gradient: forwards what asks for one, then the way back (net.cpp, Net::Init)."""

from __future__ import annotations

from collections.abc import Sequence

from caffe_ls.net.wiring import Wiring

Flags = tuple[bool, tuple[bool, ...]]
"""Whether a layer computes backward at all, and for each of its bottoms whether it gets a gradient."""


def needs_backward(wiring: Wiring, learning: Sequence[bool], force: bool) -> list[Flags]:
    """The flags of each row. `learning` tells of each whether it asks for a gradient by itself."""
    asked = _on_the_way_forward(wiring, learning)
    under_loss: set[str] = set()
    skipped: set[str] = set()
    found: list[Flags] = []
    for row, (needed, bottoms) in zip(reversed(wiring.rows), reversed(asked), strict=True):
        if needed and skipped.issuperset(row.tops):
            needed, bottoms = False, (False,) * len(bottoms)
        if not under_loss.isdisjoint(row.tops) or any(row.loss_weights):
            under_loss.update(row.bottoms)
        else:
            needed, bottoms = False, (False,) * len(bottoms)
        if False in bottoms:
            skipped.update([name for name, wanted in zip(row.bottoms, bottoms, strict=True) if not wanted])
        found.append((needed, bottoms))
    found.reverse()
    return [_forced(wiring, index, flags[1]) for index, flags in enumerate(found)] if force else found


def _on_the_way_forward(wiring: Wiring, learning: Sequence[bool]) -> list[Flags]:
    """propagate_down counts where it is given for each bottom, else whether the bottom's blob needs backward."""
    blob_needs = [False] * len(wiring.names)
    found: list[Flags] = []
    for row, learns, bottoms, tops in zip(wiring.rows, learning, wiring.bottoms, wiring.tops, strict=True):
        flags = tuple([blob_needs[blob] for blob in bottoms])
        needed = learns or True in flags
        if needed:
            for blob in tops:
                blob_needs[blob] = True
        given = () if row.is_split else wiring.interfaces[row.position].propagate_down
        found.append((needed, given if given and len(given) == len(bottoms) else flags))
    return found


def _forced(wiring: Wiring, index: int, bottoms: tuple[bool, ...]) -> Flags:
    row = wiring.rows[index]
    unforced = frozenset() if row.is_split else wiring.interfaces[row.position].unforced
    return True, tuple(wanted or index not in unforced for index, wanted in enumerate(bottoms))
