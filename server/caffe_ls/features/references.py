"""All places at which a blob, a layer or a shared parameter of a net is named."""

from __future__ import annotations

from lsprotocol import types

from caffe_ls.analysis.net_names import names_of
from caffe_ls.features.view import View


def references(view: View, offset: int, with_makers: bool = True) -> list[types.Location]:
    """The places that name what stands at `offset`; without those that make it, if not wanted."""
    names = names_of(view.document)
    place = names.at(offset)
    if place is None:
        return []
    return [
        types.Location(view.uri, view.range(one.span))
        for one in names.same_as(place)
        if with_makers or one.role != "makes"
    ]
