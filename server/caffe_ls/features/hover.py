"""What the name or the value under the cursor means."""

from __future__ import annotations

from lsprotocol import types

from caffe_ls.analysis.cursor import cursor_at
from caffe_ls.features.view import View


def hover(view: View, offset: int) -> types.Hover | None:
    """The documentation of what stands at `offset`."""
    cursor = cursor_at(view.document, offset)
    if cursor is None or cursor.step.declared is None:
        return None
    declared = cursor.step.declared
    text = f"`{cursor.step.message}.{declared.name}`: {declared.label} {declared.type_name or declared.type}"
    return types.Hover(types.MarkupContent(types.MarkupKind.Markdown, text), view.range(cursor.span))
