"""What a layer shows to the other layers of its net: all that connections depend on."""

from __future__ import annotations

from typing import NamedTuple

from caffe_ls.net.model import AUTOMATIC, LayerSpec
from caffe_ls.net.shapes.registry import layer_type


class Row(NamedTuple):
    """A layer as Net::Init gets it. `tops` has the automatic ones too.

    `given_weights` are the loss weights that the layer is given, or has by its nature; `loss_weights` are those of its
    tops, one for each.
    """

    bottoms: tuple[str, ...]
    tops: tuple[str, ...]
    given_weights: tuple[float, ...]
    loss_weights: tuple[float, ...]


class Interface(NamedTuple):
    """A layer's names and weights, and what its type says of them in the dialect in force.

    `row` is the layer where no split gives other names. `automatic` is how many tops a loss gets although nobody wrote
    them. It `lacks_tops` or `lacks_bottoms` where it has fewer than its type needs; a refusal of its own says so.
    `unforced` are bottoms that force_backward leaves alone.
    """

    name: str
    type: str
    bottoms: tuple[str, ...]
    tops: tuple[str, ...]
    loss_weights: tuple[float, ...]
    propagate_down: tuple[bool, ...]
    row: Row
    is_known: bool = False
    is_loss: bool = False
    automatic: int = 0
    lacks_tops: bool = False
    lacks_bottoms: bool = False
    unforced: frozenset[int] = frozenset()


def interface_of(spec: LayerSpec, dialect: str) -> Interface:
    """What a layer shows; kept with it."""
    known = spec.interfaces.get(dialect)
    if known is None:
        known = spec.interfaces[dialect] = _interface_of(spec, dialect)
    return known  # type: ignore[return-value]


def row_of(bottoms: tuple[str, ...], tops: tuple[str, ...], weights: tuple[float, ...], is_loss: bool) -> Row:
    """A layer with these names and loss weights; losses weigh 1 unless told (LossLayer::LayerSetUp)."""
    given = weights or ((1.0,) if is_loss else ())
    return Row(bottoms, tops, given, (given + (0.0,) * len(tops))[: len(tops)])


def _interface_of(spec: LayerSpec, dialect: str) -> Interface:
    declared = layer_type(spec.type, dialect)
    bottoms, written, weights = spec.bottoms, spec.tops, spec.loss_weights
    if declared is None:
        row = row_of(bottoms, written, weights, False)
        return Interface(spec.name, spec.type, bottoms, written, weights, spec.propagate_down, row)
    least = declared.tops(spec).least
    # LossLayer::AutoTopBlobs.
    automatic = max(0, max(1, least) - len(written)) if declared.is_loss else 0
    tops = written + (AUTOMATIC,) * automatic
    row = row_of(bottoms, tops, weights, declared.is_loss)
    lacks_tops = len(tops) < least or (declared.equal_counts and len(tops) < len(bottoms))
    lacks_bottoms = len(bottoms) < declared.bottoms(spec).least
    return Interface(
        spec.name, spec.type, bottoms, written, weights, spec.propagate_down, row,
        True, declared.is_loss, automatic, lacks_tops, lacks_bottoms, declared.unforced,
    )  # fmt: skip
