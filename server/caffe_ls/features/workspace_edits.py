"""Fixes as the protocol's workspace edits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types

from caffe_ls.features.view import View
from caffe_ls.rules.finding import Fix

if TYPE_CHECKING:
    from caffe_ls.features.log_view import LogView


def workspace_edit(view: View | LogView, fix: Fix) -> types.WorkspaceEdit | None:
    """What a fix changes; None where there is nothing, or the client could not carry out all of it."""
    by_uri: dict[str, list[types.TextEdit]] = {}
    for change in fix.edits:
        place = view.location(change.path, change.edit.span)
        if place is None:
            return None
        by_uri.setdefault(place.uri, []).append(types.TextEdit(place.range, change.edit.new_text))
    if not by_uri and not fix.new_files:
        return None
    if fix.new_files and not view.client.creates_files:
        return None
    if not view.client.takes_document_changes:
        return types.WorkspaceEdit(changes=dict(by_uri)) if not fix.new_files else None
    changes: list[types.TextDocumentEdit | types.CreateFile | types.RenameFile | types.DeleteFile] = []
    for path, text in fix.new_files:
        if view.elsewhere.source_of(path) is not None:
            # What is there already is the user's.
            continue
        uri = view.elsewhere.uri_of(path)
        nothing = types.Range(types.Position(0, 0), types.Position(0, 0))
        changes.append(types.CreateFile(uri, options=types.CreateFileOptions(ignore_if_exists=True)))
        changes.append(_edit_of(uri, None, [types.TextEdit(nothing, text)]))
    changes += [_edit_of(uri, view.version if uri == view.uri else None, edits) for uri, edits in by_uri.items()]
    return types.WorkspaceEdit(document_changes=changes)


def _edit_of(uri: str, version: int | None, edits: list[types.TextEdit]) -> types.TextDocumentEdit:
    return types.TextDocumentEdit(types.OptionalVersionedTextDocumentIdentifier(uri, version), list(edits))
