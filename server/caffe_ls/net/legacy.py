"""Layers of V0 and V1 in today's form, as values: what schema/upgrade does to a text, done to what it says.

Places stay those of the text as written. Follows BVLC's upgrade_proto.cpp.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from caffe_ls.net.values import Group, Value
from caffe_ls.schema.legacy_types import V0_LAYER_TYPES, V0_PADDING, V1_LAYER_TYPES
from caffe_ls.schema.upgrade.v0_layers import MOVED_FIELDS
from caffe_ls.schema.upgrade.v1_layers import PARAM_FIELDS, v1_type
from caffe_ls.syntax.tree import Scalar
from caffe_ls.text.span import Span

_DATA_MESSAGES = {"Data": "data_param", "ImageData": "image_data_param", "WindowData": "window_data_param"}
_TRANSFORMATIONS = ("scale", "mean_file", "crop_size", "mirror")


def is_v0(layers: Group) -> bool:
    """Whether a `layers` message is of V0: everything but bottoms and tops in a `layer` within."""
    return layers.has("layer")


def of_today(layers: Group) -> Group:
    """A `layers` message of V0 or V1 in today's form."""
    return v1_to_layer(v0_to_v1(layers) if is_v0(layers) else layers)


def v0_to_v1(layers: Group) -> Group:
    """UpgradeV0LayerParameter: flat fields in the messages that the layer's type reads, the others dropped."""
    inner = layers.group("layer")
    kind = inner.text("type")
    fields: dict[str, list[Value]] = {
        name: list(layers.fields[name]) for name in ("bottom", "top") if name in layers.fields
    }
    messages: dict[str, dict[str, list[Value]]] = {}
    for name, values in inner.fields.items():
        if name in MOVED_FIELDS:
            new_name, owners = MOVED_FIELDS[name]
            owner = owners.get(kind)
            if owner is not None:
                messages.setdefault(owner, {})[new_name] = list(values)
        elif name == "type":
            new = V0_LAYER_TYPES.get(kind, kind)
            fields["type"] = [Scalar("identifier", *inner.place("type"), new)]
        else:
            fields[name] = list(values)
    for owner, members in messages.items():
        fields[owner] = [Group(members, inner.span)]
    return Group(fields, layers.span)


def v1_to_layer(layers: Group) -> Group:
    """UpgradeNetDataTransformation and UpgradeV1LayerParameter."""
    fields: dict[str, Sequence[Value]] = {
        name: values for name, values in layers.fields.items() if name not in PARAM_FIELDS
    }
    kind = _type_of(layers)
    if layers.has("type"):
        fields["type"] = [Scalar("string", *layers.place("type"), f'"{kind}"')]
    blocks = max((layers.count(name) for name in PARAM_FIELDS), default=0)
    if blocks:
        fields["param"] = [_param(layers, index) for index in range(blocks)]
    return _with_transformation(Group(fields, layers.span), kind)


def _type_of(layers: Group) -> str:
    for value in layers.scalars("type"):
        name = v1_type(value)
        return value.text if name is None else V1_LAYER_TYPES[name]
    return ""


def _param(layers: Group, index: int) -> Group:
    """The `param { }` block that the index-th values of the old fields become."""
    fields = {new: [layers.fields[old][index]] for old, new in PARAM_FIELDS.items() if layers.count(old) > index}
    first = next(iter(fields.values()))[0]
    return Group(fields, first.span)


def _with_transformation(layer: Group, kind: str) -> Group:
    message = _DATA_MESSAGES.get(kind)
    data = layer.group(message) if message is not None and layer.has(message) else None
    moved = {name: data.fields[name] for name in _TRANSFORMATIONS if data.has(name)} if data is not None else {}
    if not moved:
        return layer
    return layer.replaced({"transform_param": [layer.group("transform_param").replaced(moved)]})


class MisusedPadding(NamedTuple):
    """What the upgrade of a padding layer stops at; `layer` is the index of the layer that `span` is in."""

    layer: int
    span: Span
    message: str
    check: str


def fold_padding(layers: Sequence[Group], inputs: Iterable[str]) -> tuple[list[Group | None], list[MisusedPadding]]:
    """UpgradeV0PaddingLayers: layers that read what a padding layer makes pad for themselves; None for the latter.

    All others are left as they are.
    """
    makers: dict[str, int | None] = dict.fromkeys(inputs)
    result: list[Group | None] = []
    misused: list[MisusedPadding] = []
    for layer in layers:
        bottoms = list(layer.fields.get("bottom", ()))
        inner = layer.group("layer")
        for position, name in enumerate(layer.texts("bottom")):
            maker = makers.get(name)
            padding = layers[maker] if maker is not None else None
            if maker is None or padding is None or padding.group("layer").text("type") != V0_PADDING:
                continue
            place = bottoms[position].span
            misused += _misuses(len(result), layer, place, maker, padding)
            source = padding.text("bottom")
            bottoms[position] = Scalar("string", *place, f'"{source}"')
            pad = padding.group("layer").integer("pad")
            inner = inner.replaced({"pad": [Scalar("integer", *place, str(pad))]})
        if layer.group("layer").text("type") == V0_PADDING:
            result.append(None)
        elif inner is layer.group("layer"):
            result.append(layer)
        else:
            result.append(layer.replaced({"bottom": bottoms, "layer": [inner]}))
        for name in layer.texts("top"):
            makers[name] = len(result) - 1
    return result, misused


def _misuses(reader: int, layer: Group, place: Span, maker: int, padding: Group) -> Iterator[MisusedPadding]:
    """The checks of UpgradeV0PaddingLayers."""
    kind = layer.group("layer").text("type")
    if kind not in ("conv", "pool"):
        message = f"a padding layer pads for convolution and pooling, not for `{kind}`"
        yield MisusedPadding(reader, place, message, "upgrade_proto.cpp:177")
    elif layer.count("bottom") != 1:
        message = f"a layer that a padding layer pads for has one bottom, not {layer.count('bottom')}"
        yield MisusedPadding(reader, layer.place("bottom", 1), message, "upgrade_proto.cpp:181")
    name = padding.group("layer")
    for field, check in (("bottom", "upgrade_proto.cpp:183"), ("top", "upgrade_proto.cpp:185")):
        if padding.count(field) != 1:
            span = padding.place(field, 1) if padding.has(field) else name.span
            message = f"a padding layer has one {field}, not {padding.count(field)}"
            yield MisusedPadding(maker, span, message, check)
