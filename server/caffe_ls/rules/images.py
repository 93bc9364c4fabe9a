"""Fixes of what data layers do to the images that they read, the same in all phases."""

from __future__ import annotations

from collections.abc import Iterator

from caffe_ls.net.data_layers import IMAGE_LAYERS, TOP_BYTE, has_mean, transformation
from caffe_ls.net.model import Layer, LayerSpec, Net
from caffe_ls.rules.finding import Fix, fix
from caffe_ls.rules.layer_fields import in_file, write_field
from caffe_ls.rules.values import quoted
from caffe_ls.text.edit import Edit
from caffe_ls.text.span import Span

_SCALE = f"{1 / TOP_BYTE:.9g}"


def scaled_to_one(net: Net, index: int) -> tuple[Fix, ...]:
    """The fix that brings the bytes that a layer reads into 0..1, and those of its siblings in other phases."""
    layer = net.layers[index]
    if layer.type not in IMAGE_LAYERS or has_mean(layer) or transformation(layer).number("scale", 1.0) != 1.0:
        return ()
    edits = []
    for base, spec, text in siblings(net, index):
        edit = write_field(text, spec.fields, "transform_param", "scale", _SCALE) if text else None
        if edit is None:
            return ()
        edits.append(in_file(edit, base))
    where = "" if len(edits) == 1 else ", in all phases"
    return (fix(f"Set `scale: {_SCALE}` (1/{TOP_BYTE}){where}", *edits),)


def siblings(net: Net, index: int) -> Iterator[tuple[int, LayerSpec, str]]:
    """The layers of the text, in whatever state, that give the same blob as a data layer does, itself among them."""
    tops = net.layers[index].spec.tops[:1]
    for placed in net.text.layers:
        if placed.spec.type in IMAGE_LAYERS and placed.spec.tops[:1] == tops and not placed.damaged:
            yield placed.base, placed.spec, placed.text


def scale_as_in(net: Net, index: int, scale: float) -> Edit | None:
    """The edit that gives a data layer a `scale`."""
    placed = net.text.layers[net.layers[index].origin]
    edit = write_field(placed.text, placed.spec.fields, "transform_param", "scale", f"{scale:.9g}")
    return None if edit is None else in_file(edit, placed.base)


def mean_as_in(net: Net, index: int, source: Layer) -> Edit | None:
    """The edit that gives a data layer without a mean that of another one, or other numbers for those that it has."""
    placed = net.text.layers[net.layers[index].origin]
    own, wanted = transformation(net.layers[index]), transformation(source)
    if wanted.has("mean_file"):
        if has_mean(net.layers[index]) and not own.has("mean_file"):
            return None
        name, values = "mean_file", [quoted(wanted.text("mean_file"))]
    else:
        name, values = "mean_value", [f"{mean:g}" for mean in wanted.numbers("mean_value")]
    if (own.has("mean_file") and name == "mean_value") or not values:
        return None
    if own.has(name):
        if own.count(name) != len(values):
            return None
        first, last = own.place(name), own.place(name, len(values) - 1)
        pieces = [placed.text[own.place(name, at).end : own.place(name, at + 1).start] for at in range(len(values) - 1)]
        text = values[0] + "".join(piece + value for piece, value in zip(pieces, values[1:], strict=True))
        return in_file(Edit(Span(first.start, last.end), text), placed.base)
    content = f" {name}: ".join(values)
    edit = write_field(placed.text, placed.spec.fields, "transform_param", name, content)
    return None if edit is None else in_file(edit, placed.base)
