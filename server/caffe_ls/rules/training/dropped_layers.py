"""Layers stand where Caffe does not look for them.

Two mixtures of forms lose layers without a word. A file whose `layers` are of the oldest form, `layers { layer { ... }
}`, is upgraded as a whole, and its `layer` blocks are left out. And a net within a solver (`net_param` and the like) is
not upgraded at all: its `layers`, of either older form, and its `input` fields are left out. What is left is another
net, or none.

Source: upgrade_proto.cpp (UpgradeV0Net); solver.cpp (Solver::InitTrainNet), which reads `net_param` as it is.

Bad:
    layers { layer { name: "data" type: "dummy_data" } top: "data" }
    layer { name: "relu1" type: "ReLU" bottom: "data" top: "data" }
    #<^^^

Good:
    layers { layer { name: "data" type: "dummy_data" } top: "data" }
    layers { layer { name: "relu1" type: "relu" } bottom: "data" top: "data" }
"""

from __future__ import annotations

from collections.abc import Iterator

from caffe_ls.analysis.documents import PrototxtDocument
from caffe_ls.rules.finding import Category, Finding, Related, Severity
from caffe_ls.rules.layers import NET_FIELDS, layers_of, older_layer
from caffe_ls.rules.rows import found_in_entries
from caffe_ls.rules.rule import document_rule
from caffe_ls.syntax.tree import Field, Message


@document_rule(category=Category.TRAINING, severity=Severity.WARNING)
def check(document: PrototxtDocument) -> Iterator[Finding]:
    yield from _in_solver(document) if document.kind == "solver" else _beside_the_oldest_form(document)


def _beside_the_oldest_form(document: PrototxtDocument) -> Iterator[Finding]:
    older = found_in_entries(document, older_layer)
    oldest = next(((base, layer) for base, _, layer in older if layer.form == "v0"), None)
    if oldest is None:
        return
    dropped = [(base, layer) for base, _, layer in layers_of(document) if layer.form == "layer"]
    if dropped:
        base, layer = dropped[0]
        there = Related(oldest[1].field.name_span.shift(oldest[0]), "the oldest form")
        message = f"beside the oldest form Caffe drops what is in `layer`{_and_more(len(dropped))}"
        yield Finding(layer.field.name_span.shift(base), message, related=(there,))


def _in_solver(document: PrototxtDocument) -> Iterator[Finding]:
    for base, entry in document.file:
        net = entry.field
        if net is None or net.name not in NET_FIELDS or not isinstance(net.value, Message):
            continue
        for name in ("layers", "input"):
            dropped: list[Field] = list(net.value.named(name))
            if dropped:
                message = f"a net within a solver is not upgraded: Caffe drops its `{name}`{_and_more(len(dropped))}"
                yield Finding(dropped[0].name_span.shift(base), message)


def _and_more(count: int) -> str:
    return f" (and {count - 1} more)" if count > 1 else ""
