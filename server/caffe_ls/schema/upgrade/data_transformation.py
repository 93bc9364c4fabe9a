"""`scale`, `mean_file`, `crop_size` and `mirror` of V1's data layers, which moved to `transform_param`.

Follows NetNeedsDataUpgrade and UpgradeNetDataTransformation of BVLC's upgrade_proto.cpp. As soon as one data layer of a
net needs it, every one gets both messages, be they empty.
"""

from __future__ import annotations

from collections.abc import Iterable

from caffe_ls.immutable import replace
from caffe_ls.schema.upgrade.layout import Style, add_members, message_piece, settled, style_of, without
from caffe_ls.schema.upgrade.pieces import Body, Piece, body_of, with_value
from caffe_ls.schema.upgrade.v1_layers import v1_type
from caffe_ls.syntax.tree import Field, Message, Scalar

_MESSAGES = {"DATA": "data_param", "IMAGE_DATA": "image_data_param", "WINDOW_DATA": "window_data_param"}
_MOVED = ("scale", "mean_file", "crop_size", "mirror")


def needs_data_upgrade(layers: Iterable[Message]) -> bool:
    """Whether any of a net's V1 layers has a transformation field in its data parameters."""
    for layer in layers:
        name = _data_message(layer.first("type"))
        data = layer.first(name) if name is not None else None
        if (
            data is not None
            and isinstance(data.value, Message)
            and any(one.name in _MOVED for one in data.value.fields)
        ):
            return True
    return False


def upgrade_data_transformation(body: Body, style: Style, outer: str) -> Body:
    """The body of a V1 layer with its transformation fields in `transform_param`; that of other layers as it is.

    A value that `transform_param` has already gives way to the one that is moved.
    """
    name = _data_message(body.first("type"))
    if name is None:
        return body
    data, transform = body.first(name), body.first("transform_param")
    if (data is not None and body_of(data) is None) or (transform is not None and body_of(transform) is None):
        return body
    moved: list[Piece] = []
    pieces = list(body.pieces)
    if data is not None:
        inside = _inside(data)
        moved = [piece for piece in inside.pieces if piece.name in _MOVED]
        pieces[pieces.index(data)] = _without_moved(data, inside, moved, style)
    else:
        pieces.append(message_piece(name, (), _own_lead(style), style))
    if transform is None:
        at = next(index for index, piece in enumerate(pieces) if piece.name == name)
        pieces.insert(at, message_piece("transform_param", moved, _own_lead(style), style))
    else:
        at = next(index for index, piece in enumerate(pieces) if piece is transform)
        pieces[at] = _with_moved(transform, moved, style)
    return settled(replace(body, pieces=tuple(pieces)), style, outer)


def _data_message(kind: Piece | Field | None) -> str | None:
    """The name of a data layer's own message, by the layer's `type`; None for other layers."""
    if kind is None or not isinstance(kind.value, Scalar):
        return None
    return _MESSAGES.get(v1_type(kind.value) or "")


def _inside(piece: Piece) -> Body:
    body = body_of(piece)
    assert body is not None
    return body


def _own_lead(style: Style) -> str:
    return " " if style.one_line else style.newline + style.indent


def _without_moved(data: Piece, body: Body, moved: list[Piece], style: Style) -> Piece:
    if not moved:
        return data
    inner = style_of(body, style.indent, style.newline, style.unit)
    kept = without(body.pieces, moved)
    if not kept and not body.tail.strip() and "#" not in body.opening:
        return replace(data, value=replace(body, pieces=(), tail=""))
    return replace(data, value=settled(replace(body, pieces=tuple(kept)), inner, style.indent))


def _with_moved(transform: Piece, moved: list[Piece], style: Style) -> Piece:
    """`transform_param` with the moved values; where it has the field, the value is replaced in its place."""
    body = _inside(transform)
    pieces = list(body.pieces)
    rest: list[Piece] = []
    for piece in moved:
        at = next((index for index, known in enumerate(pieces) if known.name == piece.name), None)
        if at is None:
            rest.append(piece)
            continue
        comment = piece.trail if "#" in piece.trail else ""
        both = pieces[at].trail + (" " if comment and pieces[at].trail else "") + comment.lstrip(" ;,")
        assert not isinstance(piece.value, Body)
        pieces[at] = with_value(replace(pieces[at], trail=both), piece.value)
        if "#" in piece.lead:
            pieces[at] = replace(pieces[at], lead=_joined_lead(pieces[at].lead, piece.lead))
    changed = replace(transform, value=replace(body, pieces=tuple(pieces)))
    return add_members(changed, rest, style) if rest else changed


def _joined_lead(lead: str, more: str) -> str:
    return more if "#" not in lead else lead.rstrip(" \t") + more.lstrip("\r\n")
