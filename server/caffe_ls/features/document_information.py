"""What a document is taken for: its kind and its dialect, for the client to show."""

from __future__ import annotations

from caffe_ls.features.view import View
from caffe_ls.schema import catalog


def document_information(view: View) -> dict[str, object]:
    """Kind, dialect, the dialect's title, and whether it is only guessed; the last three null for other files."""
    document = view.document
    if document.kind not in ("net", "solver"):
        return {"kind": document.kind, "dialect": None, "title": None, "guessed": None}
    own = document.context.own_schema is not None and document.schema is document.context.own_schema
    return {
        "kind": document.kind,
        "dialect": document.dialect,
        "title": "caffe.proto" if own else catalog.title_of(document.dialect),
        "guessed": document.dialect_is_guessed,
    }
