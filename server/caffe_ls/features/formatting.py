"""The document, or a part of it, in the one layout."""

from __future__ import annotations

from lsprotocol import types

from caffe_ls.features.view import View
from caffe_ls.syntax.formatting import FormatOptions, format_file_edits
from caffe_ls.text.span import Span


def formatting(view: View, options: types.FormattingOptions, within: Span | None = None) -> list[types.TextEdit]:
    """The edits that format a document, or its top-level entries that `within` touches; none for files of others."""
    if view.document.kind not in ("net", "solver"):
        return []
    width = options.tab_size if options.insert_spaces and 1 <= options.tab_size <= 16 else FormatOptions().indent_width
    edits = format_file_edits(view.document.file, FormatOptions(indent_width=width), within)
    return [types.TextEdit(view.range(span), new_text) for span, new_text in edits]
