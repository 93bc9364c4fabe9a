"""A deploy net out of a train net: inputs in place of data, probabilities in place of losses, and nothing else changed.

What is kept is kept as it was written, comments too; what only training needs goes: phase rules, rates, fillers, and
the branches that end in a loss.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import PurePath

from caffe_ls.analysis.documents import PrototxtDocument
from caffe_ls.analysis.nets import nets_of
from caffe_ls.net.model import AnyShape, Layer, Net, Source, State
from caffe_ls.rules.finding import Fix
from caffe_ls.rules.layout import layout_of
from caffe_ls.rules.rewriting import removal
from caffe_ls.rules.values import quoted
from caffe_ls.syntax.tree import Entry, Field, Message
from caffe_ls.text.edit import Edit, apply_edits
from caffe_ls.text.span import Span

# What gives the probabilities that a loss computes by itself.
_PROBABILITIES = {"SoftmaxWithLoss": "Softmax", "InfogainLoss": "Softmax", "SigmoidCrossEntropyLoss": "Sigmoid"}

_ONLY_TRAINING = ("include", "exclude", "loss_weight", "propagate_down")
_FILLERS = ("weight_filler", "bias_filler", "filler")
_UNKNOWN_SIZES = (1, 3, 224, 224)
_REMARK = re.compile(r"[ \t]*#[^\r\n]*")


def deploy_net(document: PrototxtDocument, exists: Callable[[str], bool]) -> Fix | None:
    """A new file beside a train net, that names it; None for a net that has no data layers, or has errors of form.

    `exists` tells whether a file is there already: none is written over.
    """
    if document.kind != "net" or any(entry.problems for entry in document.file.entries) or document.template:
        return None
    net = _net(document)
    data = [index for index, layer in enumerate(net.layers) if _is_data(layer)]
    if all(net.layers[index].type == "Input" for index in data) and not _heads(net):
        return None
    if any(_entry_of(document, net, index) is None for index in range(len(net.layers))):
        return None
    kept, heads = _kept(net, data)
    if not kept:
        return None
    text = apply_edits(document.text, _edits(document, net, data, kept, heads))
    return Fix("Create a deploy net", new_files=((_free_path(document.path, exists), text),))


def _net(document: PrototxtDocument) -> Net:
    """The net as it is tested; as it is trained where only that one has the loss."""
    tested, trained = nets_of(document, [State("TEST"), State("TRAIN")])
    return trained if _heads(trained) and not _heads(tested) else tested


def _is_data(layer: Layer) -> bool:
    return not layer.bottoms and bool(layer.tops) and layer.type != "Parameter"


def _kept(net: Net, data: list[int]) -> tuple[set[int], dict[int, str]]:
    """The layers to keep, and the losses that become layers of probabilities, with the type that they become."""
    heads = _heads(net)
    depends_on_labels = _depending(net, [Source(index, top) for index in data for top in _label_tops(net, index)])
    gone = set(data) | {
        index
        for index, layer in enumerate(net.layers)
        if index not in heads
        and (index in depends_on_labels or layer.type in ("Accuracy", "Silence") or any(layer.loss_weights))
    }
    # What is left over of a branch that ended in a loss is of no use.
    for index in reversed(range(len(net.layers))):
        readers = [reader for top in range(len(net.layers[index].tops)) for reader, _ in net.consumers(index, top)]
        losses = [reader for reader in readers if net.layers[reader].type != "Accuracy"]
        if index not in gone and index not in heads and losses and all(reader in gone for reader in losses):
            gone.add(index)
    return {index for index in range(len(net.layers)) if index not in gone}, heads


def _heads(net: Net) -> dict[int, str]:
    """The losses that become layers of probabilities, with the type that they become.

    A loss with less weight than another is a helper beside it; what has a layer of probabilities already needs none.
    """
    losses = [index for index in net.of_type(*_PROBABILITIES) if net.layers[index].sources]
    heaviest = max((max(net.layers[index].loss_weights, default=0.0) for index in losses), default=0.0)
    present = {
        net.layers[index].sources[0] for index in net.of_type(*_PROBABILITIES.values()) if net.layers[index].sources
    }
    return {
        index: _PROBABILITIES[net.layers[index].type]
        for index in losses
        if max(net.layers[index].loss_weights, default=0.0) >= heaviest and net.layers[index].sources[0] not in present
    }


def _label_tops(net: Net, index: int) -> Iterator[int]:
    """The tops of a data layer that are answers: all but the first, and a first one that is no layer's first bottom."""
    for top in range(len(net.layers[index].tops)):
        readers = net.consumers(index, top)
        if top > 0 or (readers and all(position > 0 for _, position in readers)):
            yield top


def _depending(net: Net, sources: Iterable[Source]) -> set[int]:
    wanted = set(sources)
    found: set[int] = set()
    for index, layer in enumerate(net.layers):
        if any(source in wanted for source in layer.sources):
            found.add(index)
            wanted.update(Source(index, top) for top in range(len(layer.tops)))
    return found


def _edits(
    document: PrototxtDocument, net: Net, data: list[int], kept: set[int], heads: dict[int, str]
) -> Iterator[Edit]:
    built = {net.layers[index].origin: index for index in range(len(net.layers))}
    layout = layout_of([document.text])
    inputs = layout.newline.join(layout.lines(*lines) for lines in _inputs(net, data, kept, heads))
    first = True
    for origin, placed in enumerate(net.text.layers):
        span, message = _written(document, placed.base)
        index = built.get(origin)
        if index is not None and index in heads:
            yield Edit(_with_remark(document.text, span), layout.lines(*_head(net.layers[index], heads[index])))
        elif index is not None and index in kept:
            yield from _trimmed(document.text, message, placed.base)
        elif first and (index in data or placed.spec.type.endswith("Data")):
            first = False
            yield Edit(_with_remark(document.text, span), inputs)
        else:
            yield removal(document.text, _with_remark(document.text, span))
    if first:
        yield Edit(Span(0, 0), inputs + layout.newline)


def _with_remark(text: str, span: Span) -> Span:
    """A layer with the comment behind it, which was about what goes."""
    remark = _REMARK.match(text, span.end)
    return Span(span.start, remark.end()) if remark else span


def _inputs(net: Net, data: list[int], kept: set[int], heads: dict[int, str]) -> Iterator[list[str]]:
    names: dict[str, AnyShape] = {}
    for index in data:
        layer = net.layers[index]
        for top, name in enumerate(layer.tops):
            read_by = {reader for reader, position in net.consumers(index, top) if position == 0 or reader not in heads}
            if read_by & kept:
                names.setdefault(name, layer.top_shapes[top])
    for name, shape in names.items():
        dims = " ".join(f"dim: {dim}" for dim in _sizes(shape))
        guess = "" if shape is not None and None not in shape[1:] else "  # the size is not known: fill it in"
        yield [
            "layer {",
            f"  name: {quoted(name)}",
            '  type: "Input"',
            f"  top: {quoted(name)}",
            f"  input_param {{ shape {{ {dims} }} }}{guess}",
            "}",
        ]


def _sizes(shape: AnyShape) -> tuple[int, ...]:
    if shape is None:
        return _UNKNOWN_SIZES
    sizes = [1, *(_UNKNOWN_SIZES[min(axis, 3)] if dim is None else dim for axis, dim in enumerate(shape[1:], 1))]
    return tuple(sizes[: len(shape)])


def _head(layer: Layer, kind: str) -> list[str]:
    bottom = layer.bottoms[0]
    param = layer.spec.fields.group("softmax_param")
    axis = [f"  softmax_param {{ axis: {param.integer('axis', 1)} }}"] if param.has("axis") else []
    head = ["layer {", '  name: "prob"', f"  type: {quoted(kind)}", f"  bottom: {quoted(bottom)}", '  top: "prob"']
    return [*head, *axis, "}"]


def _trimmed(text: str, message: Message, base: int) -> Iterator[Edit]:
    """Take out of a layer what only training reads; a `param` with a name shares memory, and stays."""
    for field in message.fields:
        value = field.value
        if field.name in _ONLY_TRAINING or (field.name == "param" and not _has_name(field)):
            yield removal(text, field.span.shift(base))
        elif isinstance(value, Message) and field.name.endswith("_param"):
            for inner in value.fields:
                if inner.name in _FILLERS:
                    yield removal(text, inner.span.shift(base))


def _has_name(field: Field) -> bool:
    return any(isinstance(value, Message) and value.first("name") is not None for value in field.values)


def _written(document: PrototxtDocument, base: int) -> tuple[Span, Message]:
    entry = document.file.entries[document.file.index_at(base)]
    field = entry.field
    assert field is not None
    assert isinstance(field.value, Message)
    return field.span.shift(base), field.value


def _entry_of(document: PrototxtDocument, net: Net, index: int) -> Entry | None:
    """The entry that is the layer, in today's form; None for layers that the upgrade makes, and for older forms."""
    base = net.text.layers[net.layers[index].origin].base
    entry = document.file.entries[document.file.index_at(base)]
    is_layer = entry.field is not None and entry.field.name == "layer" and isinstance(entry.field.value, Message)
    return entry if is_layer else None


def _free_path(path: str, exists: Callable[[str], bool]) -> str:
    given = PurePath(path)
    stem = given.stem
    for part in ("train_val", "trainval", "train_test", "train"):
        if part in stem:
            stem = stem.replace(part, "deploy")
            break
    else:
        stem += "_deploy"
    number = 1
    found = given.with_name(f"{stem}{given.suffix}")
    while exists(str(found)):
        number += 1
        found = given.with_name(f"{stem}_{number}{given.suffix}")
    return str(found)
