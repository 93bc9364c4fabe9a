"""The blob, the layer or the shared parameter under the cursor, highlighted through the net."""

from __future__ import annotations

from lsprotocol import types

from caffe_ls.analysis.net_names import NamePlace, names_of
from caffe_ls.features.view import View


def highlights(view: View, offset: int) -> list[types.DocumentHighlight]:
    """The places that name what stands at `offset`: tops as written, bottoms as read."""
    names = names_of(view.document)
    place = names.at(offset)
    if place is None:
        return []
    return [types.DocumentHighlight(view.range(one.span), _kind(one)) for one in names.same_as(place)]


def _kind(place: NamePlace) -> types.DocumentHighlightKind:
    if place.kind != "blob":
        return types.DocumentHighlightKind.Text
    return types.DocumentHighlightKind.Read if place.role == "reads" else types.DocumentHighlightKind.Write
