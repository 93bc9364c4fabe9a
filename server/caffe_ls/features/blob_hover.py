"""What a blob is where the text names it: its shape there, who makes it and who reads it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from caffe_ls.analysis.built_layers import BuiltLayer, built_layers_at
from caffe_ls.analysis.documents import PrototxtDocument
from caffe_ls.analysis.nets import judged_nets
from caffe_ls.features.layer_hover import assumptions, memory
from caffe_ls.features.state_table import code, lines_by_state, some_of, state_names, state_table
from caffe_ls.net.model import AnyShape, Net, Source, count
from caffe_ls.net.shapes.step import shown


class _Use(NamedTuple):
    """A blob in a net: which top it is (None: nothing makes it), and its shape."""

    built: BuiltLayer
    source: Source | None
    shape: AnyShape


def blob_facts(document: PrototxtDocument, offset: int, field: str, index: int) -> str | None:
    """The blob that the layer at `offset` names as its `bottom` or `top` of this index, as Markdown."""
    uses = [use for built in built_layers_at(document, offset) for use in _uses(built, field, index)]
    return _told(document, uses)


def input_facts(document: PrototxtDocument, name: str) -> str | None:
    """The blob of a net's own `input`."""
    uses = [
        _Use(BuiltLayer(net, index), Source(index, top), layer.top_shapes[top])
        for net in judged_nets(document)
        for index, layer in enumerate(net.layers)
        for top, made in enumerate(layer.tops)
        if made == name and layer.type == "Input"
    ]
    return _told(document, uses)


def _uses(built: BuiltLayer, field: str, index: int) -> Iterator[_Use]:
    layer = built.layer
    if field == "bottom" and index < len(layer.bottoms):
        yield _Use(built, layer.sources[index], layer.bottom_shapes[index])
    elif field == "top" and index < len(layer.tops):
        yield _Use(built, Source(built.number, index), layer.top_shapes[index])


def _told(document: PrototxtDocument, uses: Sequence[_Use]) -> str | None:
    if not uses:
        return None
    nets = judged_nets(document)
    by_net = dict(zip(map(id, nets), state_names(nets), strict=True))
    names = [by_net[id(use.built.net)] for use in uses]
    columns = [(name, dict(_facts(use))) for name, use in zip(names, uses, strict=True)]
    sentences = [(name, list(_sentences(use))) for name, use in zip(names, uses, strict=True)]
    parts = [state_table(f"blob {code(_name(uses[0]))}", columns), lines_by_state(sentences)]
    parts += assumptions(document, [use.built for use in uses])
    return "\n\n".join(parts)


def _name(use: _Use) -> str:
    if use.source is None:
        return next(iter(use.built.layer.bottoms), "")
    return use.built.net.layers[use.source.layer].tops[use.source.top]


def _facts(use: _Use) -> Iterator[tuple[str, str]]:
    yield "shape", "?" if use.shape is None else shown(use.shape)
    numbers = count(use.shape)
    if numbers is not None and use.shape is not None and len(use.shape) != 1:
        yield "numbers", f"{numbers:,}"
    if numbers is not None:
        yield "memory", memory([use.shape])


def _sentences(use: _Use) -> Iterator[str]:
    net, source = use.built.net, use.source
    if source is None:
        yield "No layer above makes it."
        return
    before, after = _makers(net, source), _overwriters(net, source)
    maker = net.layers[before[0].layer]
    yield f"Made by {code(maker.name)} ({maker.type})."
    changed = [*before[1:], *after]
    if changed:
        yield f"Changed in place by {some_of([code(net.layers[one.layer].name) for one in changed])}."
    own = [
        code(net.layers[reader].name)
        for one in (*before, *after)
        for reader, position in net.consumers(one.layer, one.top)
        if not _overwrites(net, reader, position)
    ]
    yield f"Read by {some_of(own)}." if own else "Nothing reads it: it is an output of the net."


def _makers(net: Net, source: Source) -> list[Source]:
    """From the layer that makes a blob down its in-place layers to `source`."""
    chain = [source]
    while net.layers[chain[0].layer].is_in_place(chain[0].top):
        above = net.layers[chain[0].layer].sources[chain[0].top]
        if above is None:
            break
        chain.insert(0, above)
    return chain


def _overwriters(net: Net, source: Source) -> list[Source]:
    """The layers below that change the blob in place, in their order."""
    found: list[Source] = []
    at: Source | None = source
    while at is not None:
        readers = net.consumers(at.layer, at.top)
        at = next(
            (Source(reader, position) for reader, position in readers if _overwrites(net, reader, position)), None
        )
        found += [at] if at is not None else []
    return found


def _overwrites(net: Net, reader: int, position: int) -> bool:
    return net.layers[reader].is_in_place(position)
