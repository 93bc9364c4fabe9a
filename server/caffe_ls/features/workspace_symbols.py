"""Layers by name, in the prototxts that are open and those beside them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

from lsprotocol import types

from caffe_ls.analysis.log_links import layers_of
from caffe_ls.features.view import View

_MOST = 500


def workspace_symbols(views: Iterable[View], query: str) -> list[types.WorkspaceSymbol]:
    """The layers whose names hold the letters of a query in their order; clients put the best ones first."""
    wanted = query.lower()
    return list(islice((symbol for view in views for symbol in _symbols(view, wanted)), _MOST))


def _symbols(view: View, wanted: str) -> Iterator[types.WorkspaceSymbol]:
    file_name = view.document.path.replace("\\", "/").rpartition("/")[2]
    for layer in layers_of(view.document.file):
        if layer.name and _holds(layer.name.lower(), wanted):
            place = types.Location(view.uri, view.range(layer.name_span))
            yield types.WorkspaceSymbol(place, layer.name, types.SymbolKind.Function, container_name=file_name)


def _holds(name: str, wanted: str) -> bool:
    letters = iter(name)
    return all(letter in letters for letter in wanted)
