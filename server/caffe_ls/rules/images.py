"""Fixes of what data layers do to the images that they read, the same in all phases."""

from __future__ import annotations

from collections.abc import Iterator

from caffe_ls.net.data_layers import IMAGE_LAYERS, TOP_BYTE, has_mean, transformation
from caffe_ls.net.model import LayerSpec, Net
from caffe_ls.rules.finding import Fix, fix
from caffe_ls.rules.layer_fields import in_file, write_field

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
