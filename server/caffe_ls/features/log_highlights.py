"""One layer, or one blob, highlighted through the log around the cursor."""

from __future__ import annotations

import re
from itertools import islice

from lsprotocol import types

from caffe_ls.features.log_names import name_at, names_in
from caffe_ls.features.log_view import LogView

_FAR = 2_000_000  # bytes to each side are looked at
_MOST = 1_000


def log_highlights(view: LogView, position: types.Position) -> list[types.DocumentHighlight]:
    """The places near a position at which its layer or blob is named."""
    name = name_at(view, position)
    if name is None:
        return []
    text, offset = view.document.text, name.span.start
    start = text.line_bounds(text.line_at(max(0, offset - _FAR)))[0]
    data = text.part(start, min(text.size, offset + _FAR))
    written = name.name.encode("utf-8", "replace")
    found = re.finditer(rb"(?<![\w/-])" + re.escape(written) + rb"(?![\w/-])", data)
    places = sorted((start + match.start() for match in found), key=lambda place: abs(place - offset))
    kind = types.DocumentHighlightKind.Text
    highlights = []
    for place in islice(places, _MOST):
        line = view.document.line(text.line_at(place))
        if line is not None and any(
            one.span.start == place and one.is_layer == name.is_layer for one in names_in(view, line)
        ):
            highlights.append(types.DocumentHighlight(view.range(place, place + len(written)), kind))
    return sorted(highlights, key=lambda one: (one.range.start.line, one.range.start.character))
