"""The net that a log prints, with the shapes that it tells of data: those of the data sets of that very run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from caffe_ls.net.lower import spec_of
from caffe_ls.net.model import NetText, PlacedLayer
from caffe_ls.net.values import Group, Value
from caffe_ls.syntax.tree import Scalar
from caffe_ls.text.span import Span

Shapes = Mapping[str, list[tuple[int, ...]]]
"""The shapes of layers' tops, by the layer's name."""


def with_shapes_of_data(text: NetText, shapes: Shapes) -> NetText:
    """The text with an Input layer in the place of each layer that makes data of shapes that are told."""
    return replace(text, layers=tuple(_with_shapes(one, shapes.get(one.spec.name, [])) for one in text.layers))


def _with_shapes(placed: PlacedLayer, shapes: list[tuple[int, ...]]) -> PlacedLayer:
    """A layer that makes data, with its tops' shapes known: what Caffe's Input layer says of itself."""
    spec = placed.spec
    if spec.bottoms or len(shapes) < len(spec.tops) or not spec.tops:
        return placed
    place = spec.fields.span
    fields: dict[str, list[Value]] = {
        "name": spec.fields.scalars("name")[:1],  # type: ignore[dict-item]
        "type": [Scalar("string", *place, '"Input"')],
        "top": list(spec.fields.scalars("top")),
        "input_param": [Group({"shape": [_shape(shape, place) for shape in shapes[: len(spec.tops)]]}, place)],
    }
    return PlacedLayer(placed.base, spec_of(Group(fields, place)))


def _shape(shape: tuple[int, ...], place: Span) -> Group:
    return Group({"dim": [Scalar("integer", *place, str(dim)) for dim in shape]}, place)
