"""A net's `input`, `input_dim` and `input_shape` as an Input layer.

Follows NetNeedsInputUpgrade and UpgradeNetInput of BVLC's upgrade_proto.cpp: one layer named `input` before all others;
`input_shape` wins over `input_dim`; inputs without any shape, as old binary nets have them, are dropped.
"""

from __future__ import annotations

from collections.abc import Sequence

from caffe_ls.immutable import replace
from caffe_ls.schema.upgrade.layout import Style, message_piece, settled, without
from caffe_ls.schema.upgrade.pieces import Body, Piece, comments_only, renamed, split_lists
from caffe_ls.schema.upgrade.report import RefusedError
from caffe_ls.syntax.tree import Message

_INPUT_FIELDS = ("input", "input_shape", "input_dim")
_LAYERS = ("layer", "layers")


def upgrade_inputs(net: Body, style: Style, outer: str) -> Body:
    """The net with an Input layer in the place of its input fields.

    RefusedError where Caffe would read past the end of its lists: more inputs than shapes, or than dims for them.
    """
    pieces = split_lists(net.pieces, _INPUT_FIELDS)
    old = [piece for piece in pieces if piece.name in _INPUT_FIELDS]
    inputs = [piece for piece in old if piece.name == "input"]
    if not inputs:
        return net
    shapes = [piece for piece in old if piece.name == "input_shape"]
    dims = [piece for piece in old if piece.name == "input_dim"]
    _check(inputs, shapes, dims)
    first, rest = old[0], without(pieces, old)
    layer: list[Piece] = []
    used: list[Piece] = []
    if shapes or dims:
        used = [*inputs, *shapes[: len(inputs)]] if shapes else [*inputs, *dims[: 4 * len(inputs)]]
        layer = [_input_layer([replace(piece, lead="") if piece is first else piece for piece in used], first, style)]
    kept = {id(piece) for piece in used}
    kept_comments = [
        comment
        for piece in old
        if id(piece) not in kept
        for comment in _comments_of(piece, keep_lead=piece is not first or not used, style=style)
    ]
    at = _place(pieces, first)
    return settled(replace(net, pieces=(*rest[:at], *layer, *kept_comments, *rest[at:])), style, outer)


def _check(inputs: Sequence[Piece], shapes: Sequence[Piece], dims: Sequence[Piece]) -> None:
    count = len(inputs)
    if shapes and len(shapes) < count:
        message = f"{count} `input` but {len(shapes)} `input_shape`: Caffe crashes on this net"
        raise RefusedError(inputs[len(shapes)].span, message)
    if not shapes and dims and len(dims) < 4 * count:
        message = f"{count} `input` need {4 * count} `input_dim`, not {len(dims)}: Caffe reads past their end"
        raise RefusedError(dims[0].span, message)
    for shape in shapes:
        if shape.field is None or not isinstance(shape.field.value, Message):
            raise RefusedError(shape.span, "`input_shape` is no message: Caffe's parser refuses the net")


def _comments_of(piece: Piece, *, keep_lead: bool, style: Style) -> list[Piece]:
    bare = piece if keep_lead else replace(piece, lead="")
    return list(comments_only(bare, style.newline + style.indent))


def _place(pieces: Sequence[Piece], first: Piece) -> int:
    """Where the layer goes among the pieces left: where the first input stood, but before all other layers."""
    return next(index for index, piece in enumerate(pieces) if piece is first or piece.name in _LAYERS)


def _input_layer(used: Sequence[Piece], first: Piece, style: Style) -> Piece:
    inner = replace(style.deeper(), one_line=False)
    tops = [renamed(piece, "top") for piece in used if piece.name == "input"]
    shapes = [renamed(piece, "shape") for piece in used if piece.name == "input_shape"]
    if not shapes:
        dims = [piece for piece in used if piece.name == "input_dim"]
        shapes = [_shape(dims[index : index + 4], inner) for index in range(0, len(dims), 4)]
    fixed = [Piece("name", "", "name: ", '"input"'), Piece("type", "", "type: ", '"Input"')]
    param = message_piece("input_param", shapes, "", inner)
    begins_line = first.on_own_line or (not first.lead.strip(" \t") and first.span.start == len(first.lead))
    lead = first.lead if begins_line else style.newline + style.indent
    return message_piece("layer", [*fixed, *tops, param], lead, replace(style, one_line=False))


def _shape(dims: Sequence[Piece], style: Style) -> Piece:
    """`shape { dim: ... }`: on one line, unless a dimension has a comment."""
    fields = [renamed(piece, "dim") for piece in dims]
    bare = not any("#" in piece.lead + piece.text + piece.trail for piece in dims)
    return message_piece("shape", fields, "", replace(style.deeper(), one_line=bare))
