"""The shape of each blob behind the `top:` that makes it; what phases see otherwise stands as `64/50`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lsprotocol import types

from caffe_ls.analysis.nets import judged_nets
from caffe_ls.features.state_table import state_names
from caffe_ls.features.view import View
from caffe_ls.net.model import AnyShape, Net
from caffe_ls.net.shapes.step import shown
from caffe_ls.text.span import Span


def inlay_hints(view: View, span: Span) -> list[types.InlayHint]:
    """The hints within a span; a top in place has none, for its shape is known already."""
    if view.document.template:
        return []
    nets = judged_nets(view.document)
    found: dict[int, list[tuple[str, AnyShape]]] = {}
    for name, net in zip(state_names(nets), nets, strict=True):
        for end, shape in _tops(net, span):
            found.setdefault(end, []).append((name, shape))
    return [
        types.InlayHint(
            view.range(Span(end, end)).start,
            _in_short([shape for _, shape in shapes]),
            tooltip="\n".join(f"{name}: {shown(shape)}" for name, shape in shapes),
            padding_left=True,
        )
        for end, shapes in found.items()
    ]


def _tops(net: Net, span: Span) -> Iterator[tuple[int, AnyShape]]:
    """Where the written tops of known shape end within a span, and their shapes."""
    for index, layer in enumerate(net.layers):
        if not layer.judged or not net.place(index).overlaps(span):
            continue
        for top in range(layer.spec.fields.count("top")):
            place, shape = net.place(index, "top", top), layer.top_shapes[top]
            if shape is not None and place.overlaps(span) and not layer.is_in_place(top):
                yield place.end, shape


def _in_short(shapes: Sequence[AnyShape]) -> str:
    """One shape, or shapes of several states, which stand side by side where they differ along axes."""
    known = list(dict.fromkeys(shape for shape in shapes if shape is not None))
    if len({len(shape) for shape in known}) > 1 or () in known:
        return ", ".join(shown(shape) for shape in known)
    axes = (dict.fromkeys("?" if size is None else f"{size:,}" for size in axis) for axis in zip(*known, strict=True))
    return " x ".join("/".join(axis) for axis in axes)
