"""What a line of a log says, and what it means for the run."""

from __future__ import annotations

from lsprotocol import types

from caffe_ls.features import documentation
from caffe_ls.features.hover import documentation_at
from caffe_ls.features.log_view import LogView
from caffe_ls.log_explanation.explain import explain


def log_hover(view: LogView, position: types.Position) -> types.Hover | None:
    """The explanation of a line; in a printed solver or net, that of the field, as in a prototxt."""
    offset = view.offset(position)
    printed = view.document.printed_at(offset)
    if printed is not None:
        found = documentation_at(printed.document, printed.offset)
        if found is None:
            return None
        text, span = found
        place = view.range(*(view.document.place_of(printed.printed, end) for end in span))
        return types.Hover(documentation.markup(text, view.client), place)
    explained = explain(view.document, view.row(position), view.around)
    if explained is None:
        return None
    return types.Hover(
        documentation.markup(explained.markdown, view.client), view.range(explained.start, explained.end)
    )
