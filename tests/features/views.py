"""Views of fixtures, as a session would hand them to features."""

from __future__ import annotations

from typing import Any

from lsprotocol import types

from caffe_ls.analysis.disk import FilesBeside
from caffe_ls.analysis.documents import Context, PrototxtDocument
from caffe_ls.features import positions
from caffe_ls.features.client import Client
from caffe_ls.features.view import Elsewhere, View
from caffe_ls.settings import settings_from
from caffe_ls.text.edit import Edit, apply_edits
from caffe_ls.text.source import Source
from caffe_ls.text.span import Span
from tests.analysis.disk import Disk
from tests.fixture import Fixture, FixtureFile, read

ABLE = Client(
    takes_snippets=True,
    takes_document_changes=True,
    creates_files=True,
    takes_code_action_literals=True,
    takes_preferred_actions=True,
    takes_related_information=True,
)


def view_of(fixture: Fixture, file: FixtureFile | None = None, client: Client = ABLE, **document: Any) -> View:
    """The view of a file of a fixture, the first one unless told otherwise; the others are its elsewhere."""
    file = file or fixture.files[0]
    settings, problems = settings_from(fixture.settings)
    assert problems == ()
    texts = {other.path: Source(other.text) for other in fixture.files}
    elsewhere = Elsewhere(texts.get, lambda path: f"file://{path}")
    return View(
        f"file://{file.path}", 7, PrototxtDocument(file.path, file.text, settings, **document), client, elsewhere
    )


def view_at_cursor(text: str, client: Client = ABLE) -> tuple[View, int]:
    """The view of the file with the cursor, and the cursor's offset."""
    fixture = read(text)
    file, offset = fixture.cursor
    return view_of(fixture, file, client), offset


def applied(view: View, edits: list[types.TextEdit]) -> str:
    """The text after a client has carried out edits."""
    changes = [Edit(view.span(edit.range), edit.new_text) for edit in edits]
    return apply_edits(view.document.text, changes)


def applied_action(view: View, action: types.CodeAction) -> str:
    """The text after a client has carried out an action that edits this document alone."""
    assert action.edit is not None
    (change,) = action.edit.document_changes or []
    assert isinstance(change, types.TextDocumentEdit)
    assert (change.text_document.uri, change.text_document.version) == (view.uri, view.version)
    return applied(view, [edit for edit in change.edits if isinstance(edit, types.TextEdit)])


def view_on_disk(text: str, client: Client = ABLE) -> tuple[View, int, Fixture]:
    """The view of the file with the cursor where all files of the fixture lie on a disk, the cursor and the fixture."""
    fixture = read(text)
    file, offset = fixture.cursor
    disk = Disk({other.path: other.text for other in fixture.files})
    files = FilesBeside(file.path, disk.access, top="/")
    return view_of(fixture, file, client, context=Context(files=files)), offset, fixture


def places_of(view: View, fixture: Fixture, found: list[types.Location]) -> list[tuple[str, Span]]:
    """Locations as paths and spans."""
    places = []
    for location in found:
        path = location.uri.removeprefix("file://")
        source = Source(fixture.file(path).text)
        places.append((path, positions.span_at(source, location.range, view.client.encoding)))
    return places


def marked_places(fixture: Fixture) -> list[tuple[str, Span]]:
    """The marked spans of a fixture in the same form."""
    return [(file.path, mark.span) for file in fixture.files for mark in file.marks]
