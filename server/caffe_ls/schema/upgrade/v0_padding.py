"""V0's padding layers, folded into the convolution or pooling behind them.

Follows UpgradeV0PaddingLayers of BVLC's upgrade_proto.cpp.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from caffe_ls.immutable import dataclass, field, replace
from caffe_ls.schema.legacy_types import V0_PADDING
from caffe_ls.schema.upgrade.pieces import (
    Body,
    Piece,
    Style,
    body_of,
    moved,
    settled,
    split_lists,
    style_of,
    with_value,
)
from caffe_ls.schema.upgrade.report import RefusedError, text_of
from caffe_ls.schema.upgrade.v0_layers import v0_fields
from caffe_ls.syntax.tree import Scalar

_NET_INPUT = -1


@dataclass(frozen=True, slots=True)
class Folding:
    """What to change in one layer: the literal of its `pad`, and new literals of its bottoms by their index."""

    pad: Piece | None
    bottoms: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Layer:
    piece: Piece
    kind: str
    bottoms: tuple[Piece, ...]
    tops: tuple[Piece, ...]
    pad: Piece | None


def padding_layers(layers: Sequence[tuple[Piece, Body]]) -> frozenset[int]:
    """The indices of the layers that go because they only pad."""
    return frozenset(index for index, (piece, body) in enumerate(layers) if _read(piece, body).kind == V0_PADDING)


def foldings(layers: Sequence[tuple[Piece, Body]], inputs: Iterable[Piece]) -> dict[int, Folding]:
    """By layer index, what becomes of the layers that read from a padding layer.

    RefusedError where Caffe ends with a fatal error: a bottom that nothing makes, or a padding layer that feeds
    anything but one convolution's or pooling's only bottom.
    """
    read = [_read(piece, body) for piece, body in layers]
    last_maker = {text_of(piece): _NET_INPUT for piece in inputs}
    found: dict[int, Folding] = {}
    for index, layer in enumerate(read):
        for position, bottom in enumerate(layer.bottoms):
            name = text_of(bottom)
            if name not in last_maker:
                raise RefusedError(bottom.span, f"nothing before this layer makes the blob `{name}`: Caffe stops here")
            maker = last_maker[name]
            if maker == _NET_INPUT or read[maker].kind != V0_PADDING:
                continue
            _check(layer, read[maker])
            source = read[maker].bottoms[0]
            assert isinstance(source.value, Scalar)
            found[index] = Folding(read[maker].pad, {position: source.value.text})
        for top in layer.tops:
            last_maker[text_of(top)] = index
    return found


def folded(body: Body, folding: Folding, style: Style) -> Body:
    """The V0 layer with the padding's `pad` as its own, reading what the padding layer read."""
    pieces = split_lists(body.pieces, ("bottom",))
    position = -1
    for index, piece in enumerate(pieces):
        if piece.name == "bottom":
            position += 1
            if position in folding.bottoms:
                new = folding.bottoms[position]
                pieces[index] = with_value(piece, Scalar("string", 0, len(new), new))
        elif piece.name == "layer":
            pieces[index] = _padded(piece, folding.pad, style)
    return replace(body, pieces=tuple(pieces))


def _padded(layer: Piece, pad: Piece | None, style: Style) -> Piece:
    inner = body_of(layer)
    assert inner is not None
    inside = style_of(inner, style.indent, style.newline, style.unit)
    # A padding layer without `pad` pads by 0, which Caffe writes down.
    value = pad.value.text if pad is not None and isinstance(pad.value, Scalar) else "0"
    known = inner.first("pad")
    if known is not None:
        pieces = tuple(with_value(piece, value) if piece is known else piece for piece in inner.pieces)
        return replace(layer, value=replace(inner, pieces=pieces))
    new = moved(Piece("pad", "", "pad: ", value), inside)
    at = next((index for index, piece in enumerate(inner.pieces) if piece.name == "kernelsize"), len(inner.pieces))
    pieces = (*inner.pieces[:at], new, *inner.pieces[at:])
    return replace(layer, value=settled(replace(inner, pieces=pieces), inside, style.indent))


def _read(piece: Piece, body: Body) -> _Layer:
    inner = v0_fields(body)
    pieces = split_lists(body.pieces, ("bottom", "top"))
    return _Layer(
        piece,
        (text_of(inner.first("type")) if inner is not None else None) or "",
        tuple(one for one in pieces if one.name == "bottom"),
        tuple(one for one in pieces if one.name == "top"),
        inner.first("pad") if inner is not None else None,
    )


def _check(reader: _Layer, padding: _Layer) -> None:
    fault = None
    if reader.kind not in ("conv", "pool"):
        fault = f"a padding layer feeds a layer of type `{reader.kind}`: Caffe pads convolution and pooling only"
    elif len(reader.bottoms) != 1:
        fault = "a padding layer feeds a layer with several bottoms: Caffe takes one"
    elif len(padding.bottoms) != 1 or len(padding.tops) != 1:
        fault = "a padding layer must have one bottom and one top"
    if fault is not None:
        raise RefusedError(reader.piece.span, fault)
