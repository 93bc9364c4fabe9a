"""All upgrades of a net, in Caffe's own order (UpgradeNetAsNeeded in BVLC's upgrade_proto.cpp)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from caffe_ls.immutable import replace
from caffe_ls.schema.upgrade.batch_norm import needs_batch_norm_upgrade, upgrade_batch_norm
from caffe_ls.schema.upgrade.data_transformation import needs_data_upgrade
from caffe_ls.schema.upgrade.inputs import upgrade_inputs
from caffe_ls.schema.upgrade.layout import Style, settled
from caffe_ls.schema.upgrade.old_layer import upgrade_layer
from caffe_ls.schema.upgrade.pieces import Body, Piece, comments_only, message_of, split_lists
from caffe_ls.schema.upgrade.report import RefusedError, Report
from caffe_ls.schema.upgrade.v0_layers import v0_inside
from caffe_ls.schema.upgrade.v0_padding import Folding, foldings
from caffe_ls.syntax.tree import Message

# What UpgradeV0Net copies of a net beside its layers; it forgets these three.
_FORGOTTEN_BY_V0 = ("input_shape", "state", "debug_info")


def upgrade_net(net: Body, style: Style, outer: str, report: Report) -> Body:
    """The net in today's form; RefusedError where Caffe ends with a fatal error or crashes.

    `style` is the layout of the net's own fields; `outer` the indentation of the message that the net is, if it is one.
    """
    old = list(net.named("layers"))
    if old:
        _refuse_mixture(net, old[0])
        net = _upgrade_layers(net, style, outer, report)
    if net.first("input") is not None:
        net = upgrade_inputs(net, style, outer)
    pieces = (
        upgrade_batch_norm(piece, style) if piece.name == "layer" and needs_batch_norm_upgrade(piece) else piece
        for piece in net.pieces
    )
    return replace(net, pieces=tuple(pieces))


def _refuse_mixture(net: Body, old: Piece) -> None:
    new = net.first("layer")
    if new is not None:
        raise RefusedError(
            old.span,
            "the net has both `layer` and `layers`: Caffe refuses it; bring all layers into one form by hand",
        )


def _upgrade_layers(net: Body, style: Style, outer: str, report: Report) -> Body:
    """`layers` of V0 and V1 as `layer`; one that cannot be upgraded stays as it was."""
    pieces = split_lists(net.pieces, ("layers",))
    old = {piece: message for piece in pieces if piece.name == "layers" and (message := message_of(piece)) is not None}
    v0 = any(v0_inside(layer) is not None for layer in old.values())
    folds = _foldings(pieces, old) if v0 else {}
    transform = needs_data_upgrade(old.values())
    upgraded: list[Piece] = []
    for piece in pieces:
        if piece in folds and folds[piece] is None:
            upgraded += comments_only(piece, style.newline + style.indent)
        elif piece in old:
            upgraded.append(upgrade_layer(piece, style, folds.get(piece), transform, report))
        elif v0 and piece.name in _FORGOTTEN_BY_V0:
            report.problem(piece, f"Caffe's upgrade drops `{piece.name}` of a V0 net")
            upgraded += comments_only(piece, style.newline + style.indent)
        else:
            upgraded.append(piece)
    if all(piece.name != "layer" for piece in upgraded):
        return net
    left = next((piece for piece in upgraded if piece.name == "layers"), None)
    if left is not None:
        report.problem(left, "the net has `layer` and `layers` now, which Caffe refuses: rewrite what is left by hand")
    return settled(replace(net, pieces=tuple(upgraded)), style, outer)


def _foldings(pieces: Sequence[Piece], layers: Mapping[Piece, Message]) -> Mapping[Piece, Folding | None]:
    """What becomes of V0's padding layers and of those that read from them; every layer must be one of V0."""
    for piece, layer in layers.items():
        if v0_inside(layer) is None:
            raise RefusedError(
                piece.span,
                "the net mixes layers of V0 and V1: Caffe would drop all but the bottoms and tops of this one",
            )
    inputs = [piece for piece in split_lists(pieces, ("input",)) if piece.name == "input"]
    return foldings(layers.items(), inputs)
