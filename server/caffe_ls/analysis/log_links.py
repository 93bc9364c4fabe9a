"""Which files of the workspace belong to a run that a log tells of, and which layer of them a name means."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from caffe_ls.analysis.disk import Access
from caffe_ls.analysis.documents import PrototxtDocument
from caffe_ls.analysis.log_document import LogDocument
from caffe_ls.analysis.workspace import nets_of_solver, solvers_of_net
from caffe_ls.syntax.tree import Entry, File, Message, Scalar
from caffe_ls.syntax.values import string_value
from caffe_ls.text.span import Span
from caffe_ls.training_log.record import PrintedText, Run

OpenPrototxt = Callable[[str], "PrototxtDocument | None"]
"""The document of a prototxt at a path, as it is in the editor or on disk; None where there is none."""

# Caffe adds layers of its own, and people go on editing: so much of the printed net must be in a file that is its.
_LEAST_SHARE = 0.5


class RunFiles(NamedTuple):
    """The solver and the nets of the workspace that a run was made of, as they are now."""

    solver: PrototxtDocument | None = None
    train_net: PrototxtDocument | None = None
    test_nets: tuple[PrototxtDocument, ...] = ()

    def nets(self) -> Iterator[PrototxtDocument]:
        if self.train_net is not None:
            yield self.train_net
        yield from self.test_nets


class LayerPlace(NamedTuple):
    """A layer in a prototxt: its whole field, and its name's value (its type's, where it has no name)."""

    span: Span
    name_span: Span
    name: str
    type: str


def files_of_run(document: LogDocument, run: Run, access: Access, opened: OpenPrototxt, top: str = "") -> RunFiles:
    """The files that the printed solver names, as far as they are there and still are what the log prints."""
    printed = run.printed("solver")
    if printed is None:
        return RunFiles()
    solver_text = document.printed_document(printed)
    train: PrototxtDocument | None = None
    tests: list[PrototxtDocument] = []
    for link in nets_of_solver(document.path, solver_text.file, access.read, "", top):
        net = opened(link.path) if link.path is not None else None
        if net is None or not _is_of(run, net, document):
            continue
        if link.field == "test_net":
            tests.append(net)
        else:
            train = train or net
    solver = None if train is None else _solver_of(train, solver_text, access, opened, top)
    return RunFiles(solver, train, tuple(tests))


def layers_of(file: File) -> Iterator[LayerPlace]:
    """The layers of a net's text in its order."""
    for base, entry in file:
        known = entry.cache.get(layers_of)
        if known is None:
            known = entry.cache[layers_of] = _layer_of(entry)
        if isinstance(known, LayerPlace):
            yield known._replace(span=known.span.shift(base), name_span=known.name_span.shift(base))


def layer_named(file: File, name: str) -> LayerPlace | None:
    """The first layer of that name; of a split that Caffe inserted, the layer whose top it splits.

    Splits are called BLOB_LAYER_INDEX_split (insert_splits.cpp, SplitLayerName).
    """
    layers = list(layers_of(file))
    found = next((layer for layer in layers if layer.name == name), None)
    if found is None and name.endswith("_split"):
        rest = name.removesuffix("_split").rpartition("_")[0]
        found = max(
            (layer for layer in layers if rest.endswith("_" + layer.name)),
            key=lambda layer: len(layer.name),
            default=None,
        )
    return found


def layer_at(document: PrototxtDocument, offset: int) -> LayerPlace | None:
    """The layer of a net that an offset stands in."""
    return next((layer for layer in layers_of(document.file) if layer.span.touches(offset)), None)


def layers_of_blob(file: File, blob: str) -> Iterator[tuple[LayerPlace, Span, bool]]:
    """Where a blob is named: the layer, the span of the name, and whether it is a top there."""
    for base, entry in file:
        field = entry.field
        if field is None or not isinstance(field.value, Message) or field.name not in ("layer", "layers"):
            continue
        layer = _layer_of(entry)
        if layer is None:
            continue
        place = layer._replace(span=layer.span.shift(base), name_span=layer.name_span.shift(base))
        for name in ("top", "bottom"):
            for one in field.value.named(name):
                for value in one.values:
                    if isinstance(value, Scalar) and string_value(value) == blob:
                        yield place, value.span.shift(base), name == "top"


def belongs(net: PrototxtDocument, document: LogDocument) -> bool:
    """Whether some run of a log trained this net, or a net of these layers."""
    return any(_is_of(run, net, document) for run in document.record.runs)


def names_told(run: Run) -> set[str]:
    """The layers and outputs of training that the log names, but for what Caffe adds of its own."""
    layers = {
        quantity.layer or ""
        for phase, _, quantity in run.debug
        if phase == "TRAIN" and not (quantity.layer or "").endswith("_split")
    }
    outputs = {output.name for output in run.outputs if output.phase == "TRAIN" and "(automatic)" not in output.name}
    return layers | outputs


def names_in(net: PrototxtDocument) -> set[str]:
    """The names of a net's layers and of their tops."""
    from caffe_ls.net.lower import lower_file

    names = {layer.name for layer in layers_of(net.file)}
    for placed in lower_file(net.file, net.dialect).layers:
        names.update(placed.spec.tops)
    return names


def _layer_of(entry: Entry) -> LayerPlace | None:
    field = entry.field
    if field is None or field.name not in ("layer", "layers") or not isinstance(field.value, Message):
        return None
    message = field.value
    inner = next((one.value for one in message.named("layer") if isinstance(one.value, Message)), None)
    if inner is not None:  # V0: the layer's own parameters stand in a message of their own
        message = inner
    name, kind = (_scalar(message, what) for what in ("name", "type"))
    named = name or kind
    return LayerPlace(
        Span(field.start, field.end),
        field.name_span if named is None else named.span,
        _text(name),
        _text(kind),
    )


def _scalar(message: Message, name: str) -> Scalar | None:
    return next((one.value for one in message.named(name) if isinstance(one.value, Scalar)), None)


def _text(value: Scalar | None) -> str:
    return "" if value is None else string_value(value) or value.text


def _is_of(run: Run, net: PrototxtDocument, document: LogDocument) -> bool:
    printed = [text for text in run.texts if text.kind == "net"]
    if not printed:
        told = names_told(run)
        return bool(told) and told <= names_in(net)
    here = {layer.name for layer in layers_of(net.file)}
    return any(_shared(document, text, here) >= _LEAST_SHARE for text in printed)


def _shared(document: LogDocument, text: PrintedText, here: set[str]) -> float:
    told = {layer.name for layer in layers_of(document.printed_document(text).file)}
    return len(told & here) / len(told) if told else 0.0


def _solver_of(
    net: PrototxtDocument, printed: PrototxtDocument, access: Access, opened: OpenPrototxt, top: str
) -> PrototxtDocument | None:
    """Of the solvers that name the net the one that agrees best with what the log prints."""
    candidates = [opened(path) for path in solvers_of_net(net.path, access, "", top)]
    told = _settings_of(printed)
    return max(
        (solver for solver in candidates if solver is not None),
        key=lambda solver: sum(told.get(name) == value for name, value in _settings_of(solver).items()),
        default=None,
    )


def _settings_of(solver: PrototxtDocument) -> dict[str, str]:
    return {
        entry.field.name: entry.field.value.text
        for _, entry in solver.file
        if entry.field is not None and isinstance(entry.field.value, Scalar)
    }
