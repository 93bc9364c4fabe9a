"""One layer above inputs of some shapes: what Caffe refuses of it."""

from __future__ import annotations

from caffe_ls.net.model import AnyShape, Net
from tests.net.nets import inputs, layer, net_of

IMAGE = (2, 3, 8, 8)

BIG = "4294967295"
"""What an int holds as -1."""


def net_above(kind: str, fields: str, shapes: list[AnyShape], tops: int = 1, dialect: str = "bvlc") -> tuple[str, Net]:
    """A layer that reads inputs of these shapes: the text, and the net of it."""
    text = inputs(*shapes) + layer(kind, fields, len(shapes), tops)
    return text, net_of(text, dialect=dialect)


def told(kind: str, fields: str, *shapes: AnyShape, tops: int = 1, dialect: str = "bvlc") -> list[tuple[str, str]]:
    """The names of the CHECKs that fail, each with the text that is to blame."""
    text, net = net_above(kind, fields, list(shapes), tops, dialect)
    return [(refusal.check, text[slice(*net.place_of(refusal))]) for refusal in net.refusals]


def checks_of(kind: str, fields: str, *shapes: AnyShape, tops: int = 1, dialect: str = "bvlc") -> list[str]:
    """The names of the CHECKs that fail."""
    return [check for check, _ in told(kind, fields, *shapes, tops=tops, dialect=dialect)]


def told_of_convolution(
    param: str, *shapes: AnyShape, kind: str = "Convolution", dialect: str = "bvlc"
) -> list[tuple[str, str]]:
    """What is told of a convolution with these parameters, above an image unless shapes are given."""
    return told(kind, f"convolution_param {{ {param} }}", *(shapes or (IMAGE,)), dialect=dialect)
