"""V0's padding layers, folded into the convolution or pooling behind them.

Follows UpgradeV0PaddingLayers of BVLC's upgrade_proto.cpp.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from caffe_ls.immutable import replace
from caffe_ls.schema.legacy_types import V0_PADDING
from caffe_ls.schema.upgrade.layout import Style, moved, settled, style_of
from caffe_ls.schema.upgrade.pieces import Body, Piece, body_of, split_lists, with_value
from caffe_ls.schema.upgrade.report import RefusedError, text_of
from caffe_ls.schema.upgrade.v0_layers import v0_inside
from caffe_ls.syntax.tree import Message, Scalar
from caffe_ls.syntax.values import string_value


class Folding(NamedTuple):
    """What a layer takes over from the padding layer that it reads from, as literals: the padding, and the bottom."""

    pad: str
    bottom: str


class _Layer(NamedTuple):
    piece: Piece
    kind: str
    bottoms: tuple[Scalar | Message, ...]
    tops: tuple[Scalar | Message, ...]
    pad: str


def foldings(layers: Iterable[tuple[Piece, Message]], inputs: Iterable[Piece]) -> dict[Piece, Folding | None]:
    """What becomes of the layers that read from a padding layer, and of these: they go, which None stands for.

    RefusedError where Caffe ends with a fatal error: a bottom that nothing makes, or a padding layer that feeds
    anything but one convolution's or pooling's only bottom.
    """
    found: dict[Piece, Folding | None] = {}
    makers: dict[str | None, _Layer | None] = {text_of(piece): None for piece in inputs}
    for layer in (_read(piece, message) for piece, message in layers):
        if layer.kind == V0_PADDING:
            found[layer.piece] = None
        for bottom in layer.bottoms:
            name = _string(bottom)
            if name not in makers:
                message = f"nothing before this layer makes the blob `{name}`: Caffe stops here"
                raise RefusedError(bottom.span.shift(layer.piece.place.start), message)
            maker = makers[name]
            if maker is not None and maker.kind == V0_PADDING:
                _check(layer, maker)
                span, text = maker.bottoms[0].span, maker.piece.place.entry.text
                found[layer.piece] = Folding(maker.pad, text[span.start : span.end])
        makers.update((_string(top), layer) for top in layer.tops)
    return found


def folded(body: Body, folding: Folding, style: Style) -> Body:
    """The V0 layer with the padding's `pad` as its own, reading what the padding layer read."""
    pieces = split_lists(body.pieces, ("bottom",))
    for index, piece in enumerate(pieces):
        if piece.name == "bottom":
            pieces[index] = with_value(piece, folding.bottom)
        elif piece.name == "layer":
            pieces[index] = _padded(piece, folding.pad, style)
    return replace(body, pieces=tuple(pieces))


def _padded(layer: Piece, pad: str, style: Style) -> Piece:
    inner = body_of(layer)
    assert inner is not None
    inside = style_of(inner, style.indent, style.newline, style.unit)
    known = inner.first("pad")
    if known is not None:
        pieces = tuple(with_value(piece, pad) if piece is known else piece for piece in inner.pieces)
        return replace(layer, value=replace(inner, pieces=pieces))
    new = moved(Piece("pad", "", "pad: ", pad), inside)
    at = next((index for index, piece in enumerate(inner.pieces) if piece.name == "kernelsize"), len(inner.pieces))
    pieces = (*inner.pieces[:at], new, *inner.pieces[at:])
    return replace(layer, value=settled(replace(inner, pieces=pieces), inside, style.indent))


def _read(piece: Piece, message: Message) -> _Layer:
    inside = v0_inside(message)
    kind, pad = (inside.first("type"), inside.first("pad")) if inside is not None else (None, None)
    return _Layer(
        piece,
        (_string(kind.value) if kind is not None else None) or "",
        tuple(value for field in message.named("bottom") for value in field.values),
        tuple(value for field in message.named("top") for value in field.values),
        # A padding layer without `pad` pads by 0, which Caffe writes down.
        pad.value.text if pad is not None and isinstance(pad.value, Scalar) else "0",
    )


def _string(value: object) -> str | None:
    return string_value(value) if isinstance(value, Scalar) else None


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
