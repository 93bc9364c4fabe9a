"""How large each net of a file is, above its name: layers, parameters, work and memory in each state."""

from __future__ import annotations

from lsprotocol import types

from caffe_ls.analysis.documents import PrototxtDocument
from caffe_ls.analysis.nets import judged_nets
from caffe_ls.analysis.training_memory import training_memory
from caffe_ls.features.state_table import state_names
from caffe_ls.features.view import View
from caffe_ls.net.memory_use import amount
from caffe_ls.net.model import Net


def net_code_lens(view: View) -> list[types.CodeLens]:
    """A lens for each state in which a net is judged, where its name stands or at the beginning of the file."""
    document = view.document
    if document.template:
        return []
    nets = judged_nets(document)
    return [
        types.CodeLens(
            view.range(net.text.named), types.Command(f"{name.replace('`', '')}: {_size(document, net)}", "")
        )
        for name, net in zip(state_names(nets), nets, strict=True)
        if net.layers
    ]


def _size(document: PrototxtDocument, net: Net) -> str:
    use, solver = training_memory(document, net)
    parameters = net.param_count
    work = [layer.macs for layer in net.layers]
    known = None if None in work else sum(macs for macs in work if macs is not None)
    parts = [
        f"{len(net.layers):,} layer{'s'[: len(net.layers) != 1]}",
        f"{_number(parameters)} parameters",
        f"{_number(known)} multiply-adds",
        f"{'at least ' * (not use.complete)}{amount(use.total)} of memory{f' with {solver}' * bool(solver)}",
    ]
    return ", ".join(parts) + (" (shapes assumed)" if net.assumes else "")


def _number(number: int | None) -> str:
    return "?" if number is None else f"{number:,}"
