"""V0 layers (`layers { layer { type: "conv" num_output: 20 } }`) in the form of V1.

Follows UpgradeV0LayerParameter and UpgradeV0LayerType of BVLC's upgrade_proto.cpp.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from caffe_ls.immutable import replace
from caffe_ls.schema.legacy_types import V0_LAYER_TYPES
from caffe_ls.schema.upgrade.layout import Style, message_piece, moved, settled
from caffe_ls.schema.upgrade.pieces import (
    Body,
    Piece,
    body_of,
    comments_in,
    comments_only,
    renamed,
    split_lists,
    with_value,
)
from caffe_ls.schema.upgrade.report import Report, layer_title, text_of
from caffe_ls.syntax.tree import Message, Scalar

_DATA_MESSAGES = {
    "data": "data_param",
    "hdf5_data": "hdf5_data_param",
    "images": "image_data_param",
    "window_data": "window_data_param",
}
_WEIGHTED = {"conv": "convolution_param", "innerproduct": "inner_product_param"}
_WINDOWED = {"conv": "convolution_param", "pool": "pooling_param"}
_CONVOLUTION = {"conv": "convolution_param"}
_POOLING = {"pool": "pooling_param"}
_LRN = {"lrn": "lrn_param"}
_IMAGES = {"images": "image_data_param"}
_WINDOW_DATA = {"window_data": "window_data_param"}
_TRANSFORM = dict.fromkeys([*V0_LAYER_TYPES, ""], "transform_param")

# V0's flat fields: the new name, and by V0 type the message that the field moved to.
MOVED_FIELDS: Mapping[str, tuple[str, Mapping[str, str]]] = MappingProxyType(
    {
        "num_output": ("num_output", _WEIGHTED),
        "biasterm": ("bias_term", _WEIGHTED),
        "weight_filler": ("weight_filler", _WEIGHTED),
        "bias_filler": ("bias_filler", _WEIGHTED),
        "pad": ("pad", _WINDOWED),
        "kernelsize": ("kernel_size", _WINDOWED),
        "group": ("group", _CONVOLUTION),
        "stride": ("stride", _WINDOWED),
        "pool": ("pool", _POOLING),
        "dropout_ratio": ("dropout_ratio", {"dropout": "dropout_param"}),
        "local_size": ("local_size", _LRN),
        "alpha": ("alpha", _LRN),
        "beta": ("beta", _LRN),
        "k": ("k", _LRN),
        "source": ("source", {**_DATA_MESSAGES, "infogain_loss": "infogain_loss_param"}),
        "scale": ("scale", _TRANSFORM),
        "meanfile": ("mean_file", _TRANSFORM),
        "batchsize": ("batch_size", _DATA_MESSAGES),
        "cropsize": ("crop_size", _TRANSFORM),
        "mirror": ("mirror", _TRANSFORM),
        "rand_skip": ("rand_skip", {"data": "data_param", **_IMAGES}),
        "shuffle_images": ("shuffle", _IMAGES),
        "new_height": ("new_height", _IMAGES),
        "new_width": ("new_width", _IMAGES),
        "concat_dim": ("concat_dim", {"concat": "concat_param"}),
        "det_fg_threshold": ("fg_threshold", _WINDOW_DATA),
        "det_bg_threshold": ("bg_threshold", _WINDOW_DATA),
        "det_fg_fraction": ("fg_fraction", _WINDOW_DATA),
        "det_context_pad": ("context_pad", _WINDOW_DATA),
        "det_crop_mode": ("crop_mode", _WINDOW_DATA),
        # These two were never read.
        "new_num": ("new_num", {}),
        "new_channels": ("new_channels", {}),
    }
)
_COPIED = frozenset({"name", "type", "blobs", "blobs_lr", "weight_decay"})
_REPEATED = frozenset({"blobs", "blobs_lr", "weight_decay"})
_OUTPUT = "hdf5_output_param"
_FIELDS = _COPIED | frozenset(MOVED_FIELDS) | {_OUTPUT}

# Today's order of a layer's fields; what is not named here keeps its place behind them.
_ORDER = {"name": 0, "type": 1, "bottom": 2, "top": 3}


def v0_fields(body: Body) -> Body | None:
    """The inside of the `layer { }` within a V0 layer; None for a layer of V1."""
    inner = body.first("layer")
    return body_of(inner) if inner is not None else None


def v0_inside(layer: Message) -> Message | None:
    """`v0_fields` in the tree that was read: the inside of the `layer { }` within a V0 layer."""
    inner = layer.first("layer")
    return inner.value if inner is not None and isinstance(inner.value, Message) else None


def upgrade_v0_layer(body: Body, style: Style, outer: str, report: Report) -> Body | None:
    """The body of a V0 layer as that of a V1 layer; None, with a problem reported, when it has unknown parts.

    What Caffe's own upgrade drops is dropped and reported; its comments stay.
    """
    inner = v0_fields(body)
    assert inner is not None
    kind = text_of(inner.first("type")) or ""
    fault = _fault(body, inner, kind)
    if fault is not None:
        report.problem(fault[0], f"{layer_title(body)} is left in V0: {fault[1]}")
        return None
    pieces = _ordered(list(_flattened(body, style, report)))
    return settled(replace(body, pieces=tuple(_grouped(pieces, kind, style, report))), style, outer)


def _fault(body: Body, inner: Body, kind: str) -> tuple[Piece, str] | None:
    typed = inner.first("type")
    if typed is not None and kind not in V0_LAYER_TYPES:
        return typed, f"Caffe has no V0 layer type `{kind}`" if kind else "its type is no string"
    if len(list(body.named("layer"))) > 1:
        return list(body.named("layer"))[1], "it gives `layer` twice"
    seen: set[str] = set()
    for piece in inner.pieces:
        if piece.name not in _FIELDS:
            return piece, f"BVLC's Caffe has no V0 field `{piece.name}`"
        if piece.name in seen and piece.name not in _REPEATED:
            return piece, f"it gives `{piece.name}` twice"
        seen.add(piece.name)
    return None


def _flattened(body: Body, style: Style, report: Report) -> Iterator[Piece]:
    """The pieces of the outer body with those of the inner one in the place of `layer`."""
    for piece in body.pieces:
        if piece.name == "layer":
            yield from _inner_pieces(piece, style)
        elif piece.name in ("bottom", "top"):
            yield piece
        else:
            report.problem(piece, f"{layer_title(body)}: Caffe's upgrade drops `{piece.name}` of a V0 layer")
            yield from comments_only(piece, style.newline + style.indent)


def _inner_pieces(layer: Piece, style: Style) -> Iterator[Piece]:
    inner = body_of(layer)
    assert inner is not None
    pieces = split_lists(inner.pieces, ("blobs_lr", "weight_decay"))
    start = style.newline + style.indent
    above = replace(layer, value=inner.opening, trail="")
    yield from comments_only(above, start)
    for index, piece in enumerate(pieces):
        placed = moved(piece, style)
        if index == 0 and layer.on_own_line and "#" not in layer.lead + piece.lead:
            # The white space before `layer {`, with its blank lines, stays.
            placed = replace(placed, lead=layer.lead)
        yield placed
    below = replace(layer, lead="", head="", value=inner.tail)
    yield from comments_only(below, start)


def _ordered(pieces: list[Piece]) -> list[Piece]:
    """Name, type, bottoms and tops first; comments that lost their field stay behind the piece before them."""
    keys: list[int] = []
    for piece in pieces:
        keys.append(_ORDER.get(piece.name, len(_ORDER)) if piece.name else keys[-1] if keys else -1)
    return [piece for _, piece in sorted(zip(keys, pieces, strict=True), key=lambda pair: pair[0])]


def _grouped(pieces: list[Piece], kind: str, style: Style, report: Report) -> Iterator[Piece]:
    """The pieces with each message built where the first of its fields stood."""
    members: dict[str, list[Piece]] = {}
    for piece in pieces:
        message = MOVED_FIELDS[piece.name][1].get(kind) if piece.name in MOVED_FIELDS else None
        if message is not None:
            members.setdefault(message, []).append(renamed(piece, MOVED_FIELDS[piece.name][0]))
    for piece in pieces:
        if piece.name == "type":
            yield _typed(piece, kind)
        elif piece.name in MOVED_FIELDS:
            message = MOVED_FIELDS[piece.name][1].get(kind)
            if message is None:
                yield from _dropped(piece, kind, style, report)
            elif message in members:
                lead = " " if style.one_line else style.newline + style.indent
                yield message_piece(message, members.pop(message), lead, style)
        elif piece.name == _OUTPUT and kind != "hdf5_output":
            yield from _dropped(piece, kind, style, report)
        else:
            yield piece


def _dropped(piece: Piece, kind: str, style: Style, report: Report) -> Iterator[Piece]:
    report.problem(piece, f"Caffe's upgrade drops `{piece.name}`, which means nothing to a layer of type `{kind}`")
    if comments_in(piece.lead + piece.text + piece.trail):
        yield from comments_only(piece, style.newline + style.indent)


def _typed(piece: Piece, kind: str) -> Piece:
    new = V0_LAYER_TYPES[kind]
    return with_value(piece, Scalar("identifier", 0, len(new), new))
