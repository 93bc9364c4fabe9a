"""The files that a net or a solver names, as links: nets, data, means, weights, Python modules."""

from __future__ import annotations

from lsprotocol import types

from caffe_ls.analysis.named_files import named_files
from caffe_ls.features.view import View
from caffe_ls.text.span import Span


def document_links(view: View) -> list[types.DocumentLink]:
    """The links of a document, as far as the files are there."""
    return [
        types.DocumentLink(
            view.range(file.span),
            view.elsewhere.uri_of(file.path),
            tooltip=f"found {file.found}" if file.found else None,
        )
        for file in named_files(view.document)
        if file.target == Span(0, 0)
    ]
