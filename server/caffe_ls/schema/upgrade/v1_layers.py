"""V1 layers (`layers { type: CONVOLUTION blobs_lr: 1 }`) in today's form.

Follows UpgradeV1Net, UpgradeV1LayerParameter and UpgradeV1LayerType of BVLC's upgrade_proto.cpp.
"""

from __future__ import annotations

from collections.abc import Sequence

from caffe_ls.immutable import replace
from caffe_ls.schema import catalog
from caffe_ls.schema.legacy_types import V1_LAYER_TYPES
from caffe_ls.schema.upgrade.layout import Style, message_piece, settled, without
from caffe_ls.schema.upgrade.pieces import Body, Piece, renamed, split_lists, with_value
from caffe_ls.schema.upgrade.report import Report, layer_title
from caffe_ls.syntax.tree import Message, Scalar
from caffe_ls.syntax.values import float_value, integer_value

# Fields that became fields of `param { }` blocks: the i-th value of each goes to the i-th block.
PARAM_FIELDS = {"param": "name", "blob_share_mode": "share_mode", "blobs_lr": "lr_mult", "weight_decay": "decay_mult"}

# Message fields of V1LayerParameter that UpgradeV1LayerParameter copies as they are.
_COPIED_MESSAGES = frozenset(
    f"{name}_param"
    for name in (
        "accuracy", "argmax", "concat", "contrastive_loss", "convolution", "data", "dropout", "dummy_data", "eltwise",
        "exp", "hdf5_data", "hdf5_output", "hinge_loss", "image_data", "infogain_loss", "inner_product", "lrn",
        "memory_data", "mvn", "pooling", "power", "relu", "sigmoid", "softmax", "slice", "tanh", "threshold",
        "window_data", "transform", "loss",
    )
)  # fmt: skip
_COPIED = frozenset({"bottom", "top", "name", "include", "exclude", "blobs", "loss_weight"}) | _COPIED_MESSAGES
_SINGULAR = frozenset({"name", "type"}) | _COPIED_MESSAGES
_SHARE_MODES = {"STRICT": "STRICT", "PERMISSIVE": "PERMISSIVE", "0": "STRICT", "1": "PERMISSIVE"}


def upgrade_v1_layer(piece: Piece, body: Body, style: Style, outer: str, report: Report) -> Piece | None:
    """The `layers` piece with this body as a `layer` piece; None, with a problem reported, when it has no today's form.

    `style` is the layout of the body, `outer` the indentation of the layer.
    """
    pieces = split_lists(body.pieces, PARAM_FIELDS)
    fault = _fault(pieces)
    if fault is not None:
        report.problem(
            fault[0] if fault[0].field is not None else piece, f"{layer_title(body)} is left in V1: {fault[1]}"
        )
        return None
    upgraded = [_typed(one) if one.name == "type" else one for one in pieces]
    if any(one.name in PARAM_FIELDS for one in upgraded):
        upgraded = _with_params(upgraded, style)
    new_body = settled(replace(body, pieces=tuple(upgraded)), style, outer)
    return replace(piece, name="layer", head="layer" + piece.head[len(piece.name) :], value=new_body)


def v1_type(value: Scalar) -> str | None:
    """The V1 enum name that a `type` value stands for, by its name or its number; None when V1 has no such type."""
    if value.kind == "identifier":
        return value.text if value.text in V1_LAYER_TYPES else None
    number = integer_value(value)
    enum = catalog.load(catalog.BVLC).enum("V1LayerParameter.LayerType") if number is not None else None
    if enum is None:
        return None
    return next((name for name, known in enum.values.items() if known == number and name in V1_LAYER_TYPES), None)


def _fault(pieces: Sequence[Piece]) -> tuple[Piece, str] | None:
    """The first piece that V1 does not know, with the reason."""
    seen: set[str] = set()
    for piece in pieces:
        name = piece.name
        if not name:
            continue
        if name in seen and name in _SINGULAR:
            return piece, f"it gives `{name}` twice"
        seen.add(name)
        if name == "type":
            if not isinstance(piece.value, Scalar) or v1_type(piece.value) is None:
                return piece, f"BVLC's Caffe has no V1 layer type {_shown(piece)}"
        elif name in PARAM_FIELDS:
            if not _fits(piece):
                return piece, f"{_shown(piece)} is no value for V1's `{name}`"
        elif name not in _COPIED:
            return piece, f"BVLC's Caffe has no V1 field `{name}`"
    return None


def _fits(piece: Piece) -> bool:
    value = piece.value
    if not isinstance(value, Scalar):
        return False
    if piece.name == "param":
        return value.kind == "string"
    if piece.name == "blob_share_mode":
        return value.text in _SHARE_MODES
    return float_value(value) is not None


def _shown(piece: Piece) -> str:
    if piece.field is not None and isinstance(piece.field.value, Message):
        return "`{ ... }`"
    text = piece.value if isinstance(piece.value, str) else piece.value.text
    return f"`{text if len(text) <= 40 else text[:37] + '...'}`"


def _typed(piece: Piece) -> Piece:
    assert isinstance(piece.value, Scalar)
    name = v1_type(piece.value)
    assert name is not None
    return with_value(piece, f'"{V1_LAYER_TYPES[name]}"')


def _with_params(pieces: list[Piece], style: Style) -> list[Piece]:
    """The pieces with one `param { }` block for each index, in the place of the first field that goes into one."""
    old = [piece for piece in pieces if piece.name in PARAM_FIELDS]
    columns = {name: [piece for piece in old if piece.name == name] for name in PARAM_FIELDS}
    start = style.newline + style.indent
    order = {id(piece): index for index, piece in enumerate(pieces)}
    blocks: list[Piece] = []
    for index in range(max(map(len, columns.values()))):
        members = [column[index] for column in columns.values() if index < len(column)]
        first = min(members, key=lambda member: order[id(member)])
        lead = first.lead if first.on_own_line else " " if style.one_line else start
        renamed = [_renamed(member, "" if member is first else member.lead) for member in members]
        blocks.append(message_piece("param", renamed, lead, style))
    at = order[id(old[0])]
    before, after = pieces[:at], pieces[at:]
    if after and not old[0].on_own_line and before and style.one_line:
        blocks[0] = replace(blocks[0], lead=old[0].lead)
    return [*before, *blocks, *without(after, old)]


def _renamed(piece: Piece, lead: str) -> Piece:
    new = renamed(piece, PARAM_FIELDS[piece.name])
    if new.name == "share_mode":
        assert isinstance(new.value, Scalar)
        new = with_value(new, _SHARE_MODES[new.value.text])
    return replace(new, lead=lead)
