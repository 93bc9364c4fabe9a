"""A layer reads a blob that no layer above it makes.

Caffe connects layers by the names of blobs, from the top of the file to its end: a `bottom` must be the `top` of a
layer above, in the same phase, or an `input`. It stops at the first that is not: `Unknown bottom blob 'conv1' (layer
'relu1', bottom index 0)`. Often either name is misspelt; or the layer that makes the blob stands below, or is built in
the other phase only, as data layers with `include { phase: TRAIN }` are.

Each missing blob is told once, where it is read first. Nothing is told where a layer above lacks a `top`, or makes one
under a name that is taken: the missing blob is then that layer's fault.

Source: insert_splits.cpp (InsertSplits); net.cpp (Net::AppendBottom).

Bad:
    layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 1 dim: 8 } } }
    layer { name: "ip1" type: "InnerProduct" bottom: "dta" top: "ip1" inner_product_param { num_output: 4 } }
    #                                                ^^^^^

Good:
    layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 1 dim: 8 } } }
    layer { name: "ip1" type: "InnerProduct" bottom: "data" top: "ip1" inner_product_param { num_output: 4 } }
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from caffe_ls.net.faults import Fault
from caffe_ls.net.model import AUTOMATIC, Net
from caffe_ls.net.shapes.registry import layer_type
from caffe_ls.rules.connecting import add_connection, rename_top, unread_tops
from caffe_ls.rules.finding import Fix, Related, fix
from caffe_ls.rules.nearest import nearest_names, or_list
from caffe_ls.rules.rule import Advice, RefusalView, refusal_rule
from caffe_ls.rules.values import quoted
from caffe_ls.text.edit import Edit


@refusal_rule(Fault.UNKNOWN_BOTTOM, fixable=True)
def advise(view: RefusalView) -> Iterable[Advice]:
    net, name = view.net, _name(view)
    first = next(index for index, layer in enumerate(net.layers) if layer.origin == view.refusal.layer)
    if any(placed.spec.makes(name) for placed in net.text.layers):
        yield from _more_tops(view, name, first)
        return
    unread = list(unread_tops(net, first))
    near = nearest_names(name, [net.layers[layer].tops[top] for layer, top in unread])
    others = nearest_names(name, _made_above(net, first)) if not near.names else near
    if others.names:
        yield f"; did you mean {or_list(others.names)}?"
    namesake = [at for at in unread if net.layers[at[0]].name == name]
    for layer, top in namesake or [at for at in unread if net.layers[at[0]].tops[at[1]] in near.names]:
        made = net.layers[layer].tops[top]
        yield Related(net.place(layer, "top", top), f"`{made}` is made here, and nothing reads it")
    renamings = list(_top_renamings(view, name, unread, near.names))
    readings = [_reading(net, name, other, near.clear and not namesake) for other in others.names]
    readers = sum(name in layer.bottoms for layer in net.layers)
    yield from [*renamings, *readings] if namesake or readers > 1 else [*readings, *renamings]
    if not (near.names or namesake):
        yield from _more_tops(view, name, first)


def _name(view: RefusalView) -> str:
    layer = view.layer
    assert layer is not None
    places = [layer.spec.fields.place("bottom", index) for index in range(len(layer.bottoms))]
    return layer.bottoms[places.index(view.refusal.span)]


def _made_above(net: Net, position: int) -> list[str]:
    return list(dict.fromkeys(top for layer in net.layers[:position] for top in layer.tops if top != AUTOMATIC))


def _reading(net: Net, name: str, other: str, safe: bool) -> Fix:
    places = [
        net.place(index, "bottom", bottom)
        for index, layer in enumerate(net.layers)
        for bottom, source in enumerate(layer.sources)
        if source is None and layer.bottoms[bottom] == name
    ]
    return fix(f"Read `{other}`", *(Edit(place, quoted(other)) for place in places), safe=safe)


def _more_tops(view: RefusalView, name: str, first: int) -> Iterator[Advice]:
    """Layers above without bottoms, such as those of data, that may make another blob beside the one they make."""
    net = view.net
    for index, layer in enumerate(net.layers[:first]):
        declared = layer_type(layer.type, net.text.dialect)
        if layer.bottoms or len(layer.spec.tops) != 1 or declared is None or declared.tops(layer.spec).most < 2:
            continue
        base = net.text.layers[layer.origin].base
        read = net.consumers(index)
        edit = add_connection(
            view.document, base, layer.spec, "top", [name], bool(read) and all(bottom > 0 for _, bottom in read)
        )
        yield Related(net.place(index, "top"), f"layer `{layer.name}` makes `{layer.tops[0]}` alone")
        if edit is not None:
            yield fix(f"Let layer `{layer.name}` make `{name}` too", edit)


def _top_renamings(view: RefusalView, name: str, unread: list[tuple[int, int]], near: tuple[str, ...]) -> Iterator[Fix]:
    for index, top in unread:
        layer = view.net.layers[index]
        made = layer.tops[top]
        if layer.name == name or made in near:
            edits = rename_top(view.document, layer.origin, top, name)
            yield fix(f"Name the blob `{made}`, that layer `{layer.name}` makes, `{name}`", *edits)
