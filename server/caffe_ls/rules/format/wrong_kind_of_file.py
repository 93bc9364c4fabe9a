"""A net is given where a solver is meant, or the reverse.

`caffe train --solver=` takes the solver's file, which names the net; `caffe test --model=`, `time` and the bindings
take the net's file. Given the other one, the parser stops at the first field: `Message type "caffe.SolverParameter" has
no field named "layer"`.

Said when the kind asked for (`--kind`, or the field that names the file) is not what the file holds; and, as a warning,
when a file whose name says `solver` holds a net.

Source: upgrade_proto.cpp (ReadSolverParamsFromTextFileOrDie, ReadNetParamsFromTextFileOrDie).

Bad (kind solver):
    name: "LeNet"
    #<^^
    layer { name: "data" type: "Input" top: "data" }
    layer { name: "ip1" type: "InnerProduct" bottom: "data" top: "ip1" inner_product_param { num_output: 10 } }

Good (kind solver):
    net: "train_val.prototxt"
    base_lr: 0.01
    lr_policy: "fixed"
    max_iter: 1000
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePath

from caffe_ls.analysis.documents import PrototxtDocument
from caffe_ls.rules.finding import Category, Finding, Severity
from caffe_ls.rules.layers import layers_of
from caffe_ls.rules.rule import document_rule
from caffe_ls.schema.model import SOLVER_MESSAGE
from caffe_ls.text.span import Span

_SURE_LAYERS = 2


@document_rule(category=Category.FORMAT, severity=Severity.ERROR, stage="parse", alone=True)
def check(document: PrototxtDocument) -> Iterator[Finding]:
    content = document.content_kind
    if content not in ("net", "solver"):
        return
    place = _first_name(document)
    if place is None:
        return
    if document.forced_kind not in (None, content):
        yield Finding(place, f"this is a {content}, where a {document.forced_kind} is expected")
    elif document.forced_kind is None and content == "net" and "solver" in PurePath(document.path).stem.lower():
        layers = sum(1 for _ in layers_of(document))
        if layers >= _SURE_LAYERS and not _has_solver_field(document):
            yield Finding(place, "the file's name says solver, but this is a net", severity=Severity.WARNING)


def _first_name(document: PrototxtDocument) -> Span | None:
    return next((entry.field.name_span.shift(base) for base, entry in document.file if entry.field is not None), None)


def _has_solver_field(document: PrototxtDocument) -> bool:
    return any(
        entry.field is not None
        and document.schema.field(SOLVER_MESSAGE, entry.field.name) is not None
        and document.schema.field(document.root, entry.field.name) is None
        for entry in document.file.entries
    )
