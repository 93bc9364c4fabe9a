"""A net that only reads the data, and its solver: one pass over the data tells whether the input is finite.

Each top of each data layer goes into a EuclideanLoss against itself: 0 as long as all its values are finite, nan as
soon as one is not. Every Caffe has that layer. With `debug_info` the log also shows the mean |x| of each top.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import PurePath

from caffe_ls.analysis.documents import PrototxtDocument
from caffe_ls.analysis.nets import nets_of
from caffe_ls.net.model import State
from caffe_ls.rules.finding import Fix
from caffe_ls.rules.layers import WrittenLayer, layers_of
from caffe_ls.rules.layout import layout_of
from caffe_ls.rules.values import quoted
from caffe_ls.syntax.tree import Message, Scalar
from caffe_ls.syntax.values import string_value

_ITERATIONS = 1000


def input_check(document: PrototxtDocument, exists: Callable[[str], bool]) -> Fix | None:
    """Two new files beside a net, a check of its TRAIN data and a solver; None where no layer reads any.

    `exists` tells whether a file is there already: none is written over.
    """
    if document.kind != "net" or document.template:
        return None
    (net,) = nets_of(document, [State("TRAIN")])
    built = {net.text.layers[layer.origin].base for layer in net.layers}
    layers = [(base, layer) for base, _, layer in layers_of(document) if base in built and _reads_data(layer)]
    if not layers:
        return None
    net_path, solver_path = _free_paths(document.path, exists)
    pieces = ['name: "input check"']
    pieces += [document.text[slice(*layer.field.span.shift(base))] for base, layer in layers]
    tops = dict.fromkeys(top for _, layer in layers for top in _texts(layer.message, "top"))
    layout = layout_of([document.text])
    pieces += [layout.lines(*_loss(top)) for top in tops]
    solver = _solver(PurePath(net_path).name).replace("\n", layout.newline)
    files = ((net_path, layout.newline.join([*pieces, ""])), (solver_path, solver))
    return Fix("Create a net that checks the input", new_files=files)


def _reads_data(layer: WrittenLayer) -> bool:
    """Whether a layer gives data of its own: of a known kind, or code without any bottom."""
    kind = layer.type_text or ""
    gives = layer.message.first("top") is not None and layer.message.first("bottom") is None
    return layer.form == "layer" and gives and (kind.endswith("Data") or kind == "Python") and kind != "DummyData"


def _loss(top: str) -> list[str]:
    return [
        "layer {",
        f"  name: {quoted('check_' + top)}",
        '  type: "EuclideanLoss"',
        f"  bottom: {quoted(top)}",
        f"  bottom: {quoted(top)}",
        f"  top: {quoted('not_finite_in_' + top)}",
        "}",
    ]


def _solver(net: str) -> str:
    return f"""\
# One pass over the data: `caffe train --solver` this file. An output that is nan names the top with bad input.
# Nothing is learnt, so there is nothing to save.
# caffe-ls: ignore-file[base-lr-missing, weights-never-saved]
net: {quoted(net)}
# Batches to read: the number of records, divided by the batch size.
max_iter: {_ITERATIONS}
display: 1
# Shows the mean |x| of each top, too.
debug_info: true
base_lr: 0
lr_policy: "fixed"
snapshot_after_train: false
solver_mode: CPU
"""


def _free_paths(path: str, exists: Callable[[str], bool]) -> tuple[str, str]:
    given = PurePath(path)
    number = 1
    while True:
        stem = f"{given.stem}_input_check" + (f"_{number}" if number > 1 else "")
        net, solver = (str(given.with_name(f"{stem}{end}.prototxt")) for end in ("", "_solver"))
        if not exists(net) and not exists(solver):
            return net, solver
        number += 1


def _texts(message: Message, name: str) -> Iterator[str]:
    values = (value for field in message.named(name) for value in field.values if isinstance(value, Scalar))
    return (text for value in values if (text := string_value(value)) is not None)
