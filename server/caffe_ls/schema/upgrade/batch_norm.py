"""BatchNorm layers with three `param { }` blocks, as they had to be written once.

Follows NetNeedsBatchNormUpgrade and UpgradeNetBatchNorm of BVLC's upgrade_proto.cpp: both multipliers of all three
become 0, everything else stays.
"""

from __future__ import annotations

from caffe_ls.immutable import replace
from caffe_ls.schema.upgrade.layout import Style, add_members, style_of
from caffe_ls.schema.upgrade.pieces import Piece, body_of, message_of, split_lists, with_value
from caffe_ls.syntax.tree import Message, Scalar
from caffe_ls.syntax.values import float_value, string_value

_MULTIPLIERS = ("lr_mult", "decay_mult")


def needs_batch_norm_upgrade(layer: Piece) -> bool:
    """Whether a `layer` piece is a BatchNorm with exactly three `param` blocks whose multipliers are not all 0."""
    message = message_of(layer)
    if message is None:
        return False
    params = [value for field in message.fields if field.name == "param" for value in field.values]
    if len(params) != 3:
        return False
    kind = message.first("type")
    if kind is None or not isinstance(kind.value, Scalar) or string_value(kind.value) != "BatchNorm":
        return False
    return all(isinstance(param, Message) for param in params) and not all(map(_zeroed, params))


def upgrade_batch_norm(layer: Piece, style: Style) -> Piece:
    """The layer with `lr_mult: 0` and `decay_mult: 0` in each of its `param` blocks."""
    body = body_of(layer)
    assert body is not None
    inner = style_of(body, style.indent, style.newline, style.unit)
    pieces = split_lists(body.pieces, ("param",))
    pieces = [_zero(piece, inner) if piece.name == "param" else piece for piece in pieces]
    return replace(layer, value=replace(body, pieces=tuple(pieces)))


def _zeroed(param: Scalar | Message) -> bool:
    assert isinstance(param, Message)
    for name in _MULTIPLIERS:
        field = param.first(name)
        if field is None or not isinstance(field.value, Scalar) or float_value(field.value) != 0:
            return False
    return True


def _zero(param: Piece, style: Style) -> Piece:
    body = body_of(param)
    assert body is not None
    pieces = tuple(_zero_value(piece) if piece.name in _MULTIPLIERS else piece for piece in body.pieces)
    missing = [_zero_piece(name) for name in _MULTIPLIERS if body.first(name) is None]
    changed = replace(param, value=replace(body, pieces=pieces))
    return add_members(changed, missing, style) if missing else changed


def _zero_value(piece: Piece) -> Piece:
    zero = isinstance(piece.value, Scalar) and float_value(piece.value) == 0
    return piece if zero else with_value(piece, "0")


def _zero_piece(name: str) -> Piece:
    return Piece(name, "", f"{name}: ", "0")
