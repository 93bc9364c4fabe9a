"""From a layer's or a blob's name in a log to its definition: in the workspace, and in the net that the log prints."""

from __future__ import annotations

from collections.abc import Iterator

from lsprotocol import types

from caffe_ls.analysis.documents import PrototxtDocument
from caffe_ls.analysis.log_links import layer_named, layers_of_blob
from caffe_ls.features.log_names import NameInLog, name_at
from caffe_ls.features.log_view import LogView
from caffe_ls.text.span import Span


def log_definition(view: LogView, position: types.Position) -> list[types.Location]:
    """The definitions of what stands at a position, those in the workspace first."""
    name = name_at(view, position)
    return [] if name is None else list(definitions(view, name))


def definitions(view: LogView, name: NameInLog) -> Iterator[types.Location]:
    """Where a name is defined: a layer's where it is written, a blob where it is first made."""
    for document in view.files(name.run).nets():
        span = _definition(document, name)
        place = None if span is None else view.location(document.path, span)
        if place is not None:
            yield place
    printed = view.document.printed_net(name.run, name.phase, name.net)
    if printed is None:
        return
    span = _definition(view.document.printed_document(printed), name)
    if span is not None:
        yield view.here(view.range(*(view.document.place_of(printed, end) for end in span)))


def _definition(document: PrototxtDocument, name: NameInLog) -> Span | None:
    if name.is_layer:
        layer = layer_named(document.file, name.name)
        return None if layer is None else layer.name_span
    tops = (span for _, span, is_top in layers_of_blob(document.file, name.name) if is_top)
    return next(tops, None)
