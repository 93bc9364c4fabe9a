"""What is said of a document's diagnostics: published, or as an answer."""

from __future__ import annotations

import logging
from typing import Any

from caffe_ls.features.diagnostics import diagnostics
from caffe_ls.features.view import View

_logger = logging.getLogger(__name__)


def publication(view: View) -> dict[str, Any]:
    """The parameters that publish the diagnostics of a document."""
    return {"uri": view.uri, "version": view.version, "diagnostics": diagnostics_of(view)}


def report(view: View | None, known: str | None = None) -> dict[str, Any]:
    """The answer to a client that pulls the diagnostics of a document, and of which it says what it has already."""
    if view is None:
        return {"kind": "full", "items": []}
    if view.state == known:
        return {"kind": "unchanged", "resultId": known}
    return {"kind": "full", "resultId": view.state, "items": diagnostics_of(view)}


def diagnostics_of(view: View) -> list[dict[str, Any]]:
    """The diagnostics of a document; none when they cannot be had, which is logged."""
    try:
        return diagnostics(view)
    except Exception:
        _logger.exception("the diagnostics of %s failed; please report it", view.uri)
        return []
