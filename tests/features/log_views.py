"""Views of logs, as a session would hand them to features."""

from __future__ import annotations

from lsprotocol import types

from caffe_ls.analysis.documents import PrototxtDocument
from caffe_ls.analysis.log_document import log_document
from caffe_ls.analysis.log_links import files_of_run
from caffe_ls.features.client import Client
from caffe_ls.features.log_view import LogView
from caffe_ls.features.view import Elsewhere
from caffe_ls.text.source import Source
from tests.analysis.disk import Disk
from tests.features.views import ABLE

PATH = "/w/train.log"


def log_view(data: bytes, files: dict[str, str] | None = None, client: Client = ABLE) -> LogView:
    """The view of a log beside other files."""
    disk = Disk(files or {})
    document = log_document(PATH, data)

    def opened(path: str) -> PrototxtDocument | None:
        found = disk.read(path)
        return None if found is None else PrototxtDocument(path, found.decode())

    def source_of(path: str) -> Source | None:
        found = disk.read(path)
        return None if found is None else Source(found.decode())

    def find(written: str) -> str | None:
        return f"/w/{written}" if f"/w/{written}" in disk.files else None

    return LogView(
        f"file://{PATH}",
        1,
        document,
        client,
        Elsewhere(source_of, lambda path: f"file://{path}"),
        lambda run: files_of_run(document, run, disk.access, opened, "/w"),
        find,
    )


def at(view: LogView, line: str, word: str = "", occurrence: int = 0) -> types.Position:
    """The position in the middle of a word on a line that holds a text; without a word, of the line's beginning."""
    text = view.document.text
    rows = [row for row in range(text.line_count) if line.encode() in text.line(row)]
    row = rows[occurrence]
    column = text.line(row).index(word.encode(), text.line(row).index(line.encode())) + len(word) // 2 if word else 0
    return types.Position(row, column)


def text_in(view: LogView, place: types.Range) -> str:
    """What stands in a range of a log."""
    start, end = view.offset(place.start), view.offset(place.end)
    return view.document.text.part(start, end).decode()
