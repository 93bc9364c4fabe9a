"""What is wrong with a layer whatever it reads: faults of its own fields, below a layer of which nothing is known."""

from __future__ import annotations

from itertools import product

from caffe_ls.net.model import AnyShape, Refusal
from caffe_ls.net.shapes.registry import step
from caffe_ls.net.shapes.step import Given

# How many axes an unknown bottom may have, the likely ones first. What is refused for these is refused for all: fields
# set bounds to axes from below (pooling needs 4) or from above, and 32 is the most that Caffe takes.
_RANKS = (4, 2, 3, 1, 5, 32)
_MOST_UNKNOWN = 2


def refusals_for_all_bottoms(given: Given) -> tuple[Refusal, ...]:
    """The refusals of a layer with bottoms of unknown shape that stand whatever these are; none where one would do.

    A refusal that speaks of a bottom is left out: nothing is known of it.
    """
    if None not in given.bottoms:
        return ()
    unknown = [index for index, shape in enumerate(given.bottoms) if shape is None]
    if len(unknown) > _MOST_UNKNOWN:
        return ()
    likely: tuple[Refusal, ...] = ()
    for ranks in product(_RANKS, repeat=len(unknown)):
        bottoms: list[AnyShape] = list(given.bottoms)
        for index, rank in zip(unknown, ranks, strict=True):
            bottoms[index] = (None,) * rank
        found = step(given._replace(bottoms=tuple(bottoms))).refusals
        if not found:
            return ()
        likely = likely or found
    return tuple(refusal for refusal in likely if not refusal.about)
