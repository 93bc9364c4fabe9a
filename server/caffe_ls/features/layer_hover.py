"""What a layer is in the net that Caffe builds: the shapes that go in and out, what it holds, and what it costs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from caffe_ls.analysis.built_layers import BuiltLayer, built_layers_at
from caffe_ls.analysis.documents import PrototxtDocument
from caffe_ls.analysis.nets import certain_net, judged_nets
from caffe_ls.features.state_table import code, lines_by_state, some_of, state_names, state_table
from caffe_ls.net.memory_use import BYTES_OF_A_NUMBER, amount
from caffe_ls.net.model import AUTOMATIC, AnyShape, Layer, Net, Param, count
from caffe_ls.net.shapes.step import shown


def layer_facts(document: PrototxtDocument, offset: int) -> str | None:
    """The layer at `offset` in the states in which its net is judged, as Markdown; None where nothing is known."""
    nets = judged_nets(document)
    built = built_layers_at(document, offset)
    if not built:
        return _not_built(nets)
    names = _names(nets, built)
    layer = built[0].layer
    title = f"{code(layer.name)} {layer.type}" if layer.name else layer.type
    parts = [state_table(title, [(name, dict(_facts(one))) for name, one in zip(names, built, strict=True)])]
    remarks = [(name, list(_remarks(one))) for name, one in zip(names, built, strict=True)]
    parts += [lines_by_state(remarks), *assumptions(document, built)]
    return "\n\n".join(part for part in parts if part)


def shapes_around(document: PrototxtDocument, offset: int) -> str | None:
    """What the layer at `offset` makes of what, in a line for each state that differs; None where that is not known."""
    built = built_layers_at(document, offset)
    names = _names(judged_nets(document), built)
    known = [(name, one) for name, one in zip(names, built, strict=True) if _is_known(one.layer)]
    said = [(name, [_in_and_out(one)]) for name, one in known]
    return "\n\n".join([lines_by_state(said), *assumptions(document, built)]) if said else None


def assumptions(document: PrototxtDocument, built: Sequence[BuiltLayer]) -> list[str]:
    """The guesses about data that the shapes of these layers rest on, in a sentence."""
    found: dict[str, None] = {}
    for net, index in built:
        certain = certain_net(document, net).layers[index]
        layer = net.layers[index]
        if (certain.bottom_shapes, certain.top_shapes) != (layer.bottom_shapes, layer.top_shapes):
            found.update(dict.fromkeys(net.assumes))
    return [f"*Assumed: {'; '.join(found)}; the setting `data_shape` tells.*"] if found else []


def memory(shapes: Sequence[AnyShape]) -> str:
    """How much the numbers of blobs of these shapes take, and their gradients once more."""
    counts = [count(shape) for shape in shapes]
    if None in counts:
        return "?"
    return amount(sum(number for number in counts if number is not None) * BYTES_OF_A_NUMBER)


def _names(nets: Sequence[Net], built: Sequence[BuiltLayer]) -> list[str]:
    by_net = dict(zip(map(id, nets), state_names(nets), strict=True))
    return [by_net[id(one.net)] for one in built]


def _is_known(layer: Layer) -> bool:
    return any(shape is not None for shape in (*layer.bottom_shapes, *layer.top_shapes, *(layer.param_shapes or ())))


def _not_built(nets: Sequence[Net]) -> str | None:
    if not nets:
        return None
    return f"Not built in {' or '.join(dict.fromkeys(state_names(nets)))}."


def _facts(built: BuiltLayer) -> Iterator[tuple[str, str]]:
    layer = built.layer
    for name, shape in zip(layer.bottoms, layer.bottom_shapes, strict=True):
        yield f"in {code(name)}", _shape(shape)
    for index, (name, shape) in enumerate(zip(layer.tops, layer.top_shapes, strict=True)):
        how = " (in place)" if layer.is_in_place(index) else " (loss)" if name == AUTOMATIC else ""
        yield f"out {code(name) if name != AUTOMATIC else 'automatic'}", _shape(shape) + how
    if layer.param_shapes and any(shape is not None for shape in layer.param_shapes):
        yield "parameters", _parameters(layer.param_shapes)
    if layer.macs:
        yield "multiply-adds", f"{layer.macs:,}"
    own = [shape for index, shape in enumerate(layer.top_shapes) if not layer.is_in_place(index)]
    if own and None not in own:
        yield "memory of tops", memory(own)


def _remarks(built: BuiltLayer) -> Iterator[str]:
    net, layer = built.net, built.layer
    if not layer.judged:
        yield "What it does is not known: its shapes are not either."
    for index, top in enumerate(layer.tops):
        readers = [
            code(net.layers[reader].name) + " (in place)" * net.layers[reader].is_in_place(position)
            for reader, position in net.consumers(built.number, index)
        ]
        if readers:
            yield f"{code(top)} goes to {some_of(readers)}."
    weights = [f"{code(layer.tops[index])} weighs {weight:g} in the loss."
               for index, weight in enumerate(layer.loss_weights) if weight]  # fmt: skip
    yield from weights
    params = [param for param in net.params if param.layer == built.number]
    yield from (_sharing(net, param) for param in params if param.owner is not None)
    if params and all(param.spec.lr_mult == 0 for param in params) and layer.type != "BatchNorm":
        yield "It learns nothing: `lr_mult` is 0."
    elif net.phase == "TRAIN" and params and not layer.needs_backward:
        yield "It gets no gradient: no loss reaches it."


def _sharing(net: Net, param: Param) -> str:
    assert param.owner is not None
    owner = net.layers[net.params[param.owner].layer]
    return f"Its parameter {param.index} is that of {code(owner.name)}, shared as {code(param.spec.name)}."


def _in_and_out(built: BuiltLayer) -> str:
    layer = built.layer
    ends = [
        ", ".join(f"{code(name)} {_shape(shape)}" for name, shape in zip(blobs, shapes, strict=True))
        for blobs, shapes in ((layer.bottoms, layer.bottom_shapes), (layer.tops, layer.top_shapes))
    ]
    line = " → ".join(end for end in ends if end)
    return f"{line}; {_parameters(layer.param_shapes)} parameters" if layer.param_shapes else line


def _parameters(shapes: Sequence[AnyShape]) -> str:
    counts = [count(shape) for shape in shapes]
    whole = "?" if None in counts else f"{sum(number for number in counts if number is not None):,}"
    return f"{whole} ({', '.join(_shape(shape) for shape in shapes)})"


def _shape(shape: AnyShape) -> str:
    return "?" if shape is None else shown(shape)
