"""What a layer shows to the other layers of its net: all that connections depend on."""

from __future__ import annotations

from typing import NamedTuple

from caffe_ls.net.model import LayerSpec
from caffe_ls.net.shapes.registry import layer_type


class Interface(NamedTuple):
    """A layer's names and weights, and what its type says of them in the dialect in force.

    `automatic` is how many tops a loss gets although nobody wrote them. It `lacks_tops` or `lacks_bottoms` where it has
    fewer than its type needs; a refusal of its own says so. `unforced` are bottoms that force_backward leaves alone.
    """

    name: str
    type: str
    bottoms: tuple[str, ...]
    tops: tuple[str, ...]
    loss_weights: tuple[float, ...]
    propagate_down: tuple[bool, ...]
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
    assert isinstance(known, Interface)
    return known


def _interface_of(spec: LayerSpec, dialect: str) -> Interface:
    declared = layer_type(spec.type, dialect)
    shown = Interface(spec.name, spec.type, spec.bottoms, spec.tops, spec.loss_weights, spec.propagate_down)
    if declared is None:
        return shown
    least = declared.tops(spec).least
    # LossLayer::AutoTopBlobs.
    automatic = max(0, max(1, least) - len(spec.tops)) if declared.is_loss else 0
    tops = len(spec.tops) + automatic
    return shown._replace(
        is_known=True,
        is_loss=declared.is_loss,
        automatic=automatic,
        lacks_tops=tops < least or (declared.equal_counts and tops < len(spec.bottoms)),
        lacks_bottoms=len(spec.bottoms) < declared.bottoms(spec).least,
        unforced=declared.unforced,
    )
