"""What may be written at the cursor."""

from __future__ import annotations

from lsprotocol import types

from caffe_ls.features.client import Client
from caffe_ls.features.view import View


def completion(view: View, offset: int) -> types.CompletionList:
    """The fields or values that may stand at `offset`."""
    return types.CompletionList(is_incomplete=False, items=[])


def resolve(item: types.CompletionItem, client: Client) -> types.CompletionItem:
    """The item with its documentation."""
    return item
