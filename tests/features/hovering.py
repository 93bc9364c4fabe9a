"""Asks for a hover at the cursor of a fixture."""

from __future__ import annotations

from caffe_ls.features.client import Client
from caffe_ls.features.hover import hover
from tests.features.views import ABLE, view_at_cursor


def shown(text: str, client: Client = ABLE) -> tuple[str, str] | None:
    """The text that is hovered, and what the hover says."""
    view, offset = view_at_cursor(text, client)
    found = hover(view, offset)
    if found is None:
        return None
    assert found.range is not None
    start, end = view.span(found.range)
    return view.document.text[start:end], found.contents.value  # type: ignore[union-attr]


def said(text: str) -> str:
    """What the hover says; there is one."""
    found = shown(text)
    assert found is not None
    return found[1]
