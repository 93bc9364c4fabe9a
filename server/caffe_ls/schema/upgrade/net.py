"""All upgrades of a net, in Caffe's own order (UpgradeNetAsNeeded in BVLC's upgrade_proto.cpp)."""

from __future__ import annotations

from collections.abc import Iterable

from caffe_ls.immutable import replace
from caffe_ls.schema.upgrade.batch_norm import needs_batch_norm_upgrade, upgrade_batch_norm
from caffe_ls.schema.upgrade.data_transformation import needs_data_upgrade, upgrade_data_transformation
from caffe_ls.schema.upgrade.inputs import upgrade_inputs
from caffe_ls.schema.upgrade.pieces import (
    Body,
    Piece,
    Style,
    body_of,
    comments_only,
    settled,
    split_lists,
    style_of,
)
from caffe_ls.schema.upgrade.report import RefusedError, Report
from caffe_ls.schema.upgrade.v0_layers import upgrade_v0_layer, v0_fields
from caffe_ls.schema.upgrade.v0_padding import folded, foldings, padding_layers
from caffe_ls.schema.upgrade.v1_layers import upgrade_v1_layer

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
        net = upgrade_inputs(net, style, outer, report)
    if any(needs_batch_norm_upgrade(piece) for piece in net.named("layer")):
        pieces = (
            upgrade_batch_norm(piece, style, report)
            if piece.name == "layer" and needs_batch_norm_upgrade(piece)
            else piece
            for piece in net.pieces
        )
        net = replace(net, pieces=tuple(pieces))
    return net


def layer_style(piece: Piece, body: Body, style: Style) -> tuple[Style, str]:
    """The layout of a layer's body and the indentation of the layer's own line, in a net of this style."""
    found = piece.lead.rpartition("\n")[2]
    outer = found if not found.strip(" \t") else style.indent
    return style_of(body, outer, style.newline, style.unit), outer


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
    layers = [(piece, body) for piece in pieces if piece.name == "layers" and (body := body_of(piece)) is not None]
    bodies = {id(piece): body for piece, body in layers}
    gone: frozenset[int] = frozenset()
    if any(v0_fields(body) is not None for _, body in layers):
        pieces, gone = _upgrade_v0(pieces, layers, bodies, style, report)
    v1 = [bodies[id(piece)] for piece in pieces if id(piece) in bodies]
    transform = needs_data_upgrade(v1)
    upgraded: list[Piece] = []
    for piece in pieces:
        if id(piece) in gone:
            upgraded += comments_only(piece, style.newline + style.indent)
            continue
        body = bodies.get(id(piece))
        if body is None:
            upgraded.append(piece)
            continue
        inner, indent = layer_style(piece, body, style)
        if transform:
            body = upgrade_data_transformation(piece, body, inner, indent, report)
        upgraded.append(upgrade_v1_layer(piece, body, inner, indent, report) or piece)
    left = next((piece for piece in upgraded if piece.name == "layers"), None)
    if left is not None and any(piece.name == "layer" for piece in upgraded):
        report.problem(left, "the net has `layer` and `layers` now, which Caffe refuses: rewrite what is left by hand")
    return settled(replace(net, pieces=tuple(upgraded)), style, outer)


def _upgrade_v0(
    pieces: list[Piece],
    layers: list[tuple[Piece, Body]],
    bodies: dict[int, Body],
    style: Style,
    report: Report,
) -> tuple[list[Piece], frozenset[int]]:
    """Put V1 bodies into `bodies` for the V0 layers there; the pieces left, and the ids of those that only padded."""
    for piece, body in layers:
        if v0_fields(body) is None:
            raise RefusedError(
                piece.span,
                "the net mixes layers of V0 and V1: Caffe would drop all but the bottoms and tops of this one",
            )
    inputs = [piece for piece in split_lists(pieces, ("input",)) if piece.name == "input"]
    folds, padding = foldings(layers, inputs), padding_layers(layers)
    left: dict[int, Piece] = {}
    for index, (piece, body) in enumerate(layers):
        del bodies[id(piece)]
        if index in padding:
            report.change(piece, "the padding layer became the `pad` of the layers that read from it")
            continue
        inner, indent = layer_style(piece, body, style)
        if index in folds:
            body = folded(body, folds[index], inner)
        new = upgrade_v0_layer(piece, body, inner, indent, report)
        if new is not None:
            bodies[id(piece)] = new
        elif index in folds:
            # The padding layer is gone, so that even a layer that stays in V0 must pad for itself.
            left[id(piece)] = replace(piece, value=body)
    kept = [left.get(id(piece), piece) for piece in _forget(pieces, report, style)]
    return kept, frozenset(id(layers[index][0]) for index in padding)


def _forget(pieces: Iterable[Piece], report: Report, style: Style) -> list[Piece]:
    kept: list[Piece] = []
    for piece in pieces:
        if piece.name in _FORGOTTEN_BY_V0:
            report.problem(piece, f"Caffe's upgrade drops `{piece.name}` of a V0 net")
            kept += comments_only(piece, style.newline + style.indent)
        else:
            kept.append(piece)
    return kept
