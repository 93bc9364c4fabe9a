"""From the name of a blob, a layer, a shared parameter or a file to what it means."""

from __future__ import annotations

from lsprotocol import types

from caffe_ls.analysis.named_files import named_files
from caffe_ls.analysis.net_names import names_of
from caffe_ls.features.view import View
from caffe_ls.text.span import Span


def definition(view: View, offset: int) -> list[types.Location]:
    """Where what is named at `offset` is made: in each state of the net, or in the file that is named."""
    names = names_of(view.document)
    place = names.at(offset)
    if place is not None:
        return [types.Location(view.uri, view.range(maker.span)) for maker in names.makers(place)]
    named = next((file for file in named_files(view.document) if file.span.touches(offset)), None)
    if named is None or named.is_folder:
        return []
    # The beginning of a file is where it is, whether it is text or not.
    found = view.location(named.path, named.target) if named.target != Span(0, 0) else None
    beginning = types.Range(types.Position(0, 0), types.Position(0, 0))
    return [found or types.Location(view.elsewhere.uri_of(named.path), beginning)]
