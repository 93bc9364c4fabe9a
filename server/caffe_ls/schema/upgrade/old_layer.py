"""One layer of V0 or V1 in today's form.

What becomes of it depends on its own text and on little else, so that it is kept with the layer's entry: nets of one
family, and a file that is being edited, have most of their layers from before.
"""

from __future__ import annotations

from typing import NamedTuple

from caffe_ls.immutable import replace
from caffe_ls.schema.upgrade.data_transformation import upgrade_data_transformation
from caffe_ls.schema.upgrade.layout import Style, own_indent, style_of
from caffe_ls.schema.upgrade.pieces import Piece, Place, body_of
from caffe_ls.schema.upgrade.report import Report, UpgradeProblem
from caffe_ls.schema.upgrade.v0_layers import upgrade_v0_layer, v0_fields
from caffe_ls.schema.upgrade.v0_padding import Folding, folded
from caffe_ls.schema.upgrade.v1_layers import upgrade_v1_layer


class _Layer(NamedTuple):
    """What became of a layer in a net of which it must know `key`, and the problems, with their places in the entry."""

    key: tuple[object, ...]
    name: str
    head: str
    value: str
    problems: tuple[UpgradeProblem, ...]


def upgrade_layer(layer: Piece, style: Style, folding: Folding | None, transform: bool, report: Report) -> Piece:
    """The `layers` piece as a `layer` piece; what has no today's form stays as it was, with a problem reported.

    `style` is the layout of the net; `folding` is what a V0 layer takes over from a padding layer, which it must even
    when it stays; with `transform`, data layers of V1 get their `transform_param`.
    """
    new = _kept(layer, own_indent(layer, style), style, folding, transform)
    report.problems.extend(problem.shift(layer.place.start) for problem in new.problems)
    return Piece(new.name, layer.lead, new.head, new.value, layer.trail, layer.field, layer.place)


def _kept(layer: Piece, outer: str, style: Style, folding: Folding | None, transform: bool) -> _Layer:
    assert layer.field is not None
    cache = layer.place.entry.cache
    # One for each place, the last: an editor keeps an entry for long, while what its layer takes over is being typed.
    place, key = (upgrade_layer, layer.field.start), (outer, style.newline, style.unit, folding, transform)
    known: object = cache.get(place)
    if not isinstance(known, _Layer) or known.key != key:
        report = Report()
        new = _upgraded(replace(layer, place=Place(layer.place.entry, 0)), outer, style, folding, transform, report)
        cache[place] = known = _Layer(key, new.name, new.head, new.text[len(new.head) :], tuple(report.problems))
    return known


def _upgraded(
    layer: Piece, outer: str, style: Style, folding: Folding | None, transform: bool, report: Report
) -> Piece:
    body = body_of(layer)
    assert body is not None
    inner = style_of(body, outer, style.newline, style.unit)
    if folding is not None:
        body = folded(body, folding, inner)
        layer = replace(layer, value=body)
    if v0_fields(body) is not None:
        v1 = upgrade_v0_layer(body, inner, outer, report)
        if v1 is None:
            return layer
        body, inner = v1, style_of(v1, outer, style.newline, style.unit)
    elif transform:
        body = upgrade_data_transformation(body, inner, outer)
    return upgrade_v1_layer(layer, body, inner, outer, report) or layer
