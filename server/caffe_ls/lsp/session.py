"""The state of a session: which documents are open, in which version, under which settings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from caffe_ls.analysis.documents import PrototxtDocument
from caffe_ls.analysis.kinds import looks_like_log
from caffe_ls.features.client import Client
from caffe_ls.features.view import Elsewhere, View
from caffe_ls.lsp.text_sync import Change, changed
from caffe_ls.lsp.uris import path_of, uri_of
from caffe_ls.settings import Settings
from caffe_ls.text.source import Source, decode


class Session:
    """The one place where state changes; the views that it hands out are immutable."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.folders: tuple[str, ...] = client.folders
        self.settings = Settings()
        self._open: dict[str, View] = {}
        self._elsewhere = Elsewhere(self._source_of, self._uri_of)

    def __iter__(self) -> Iterator[View]:
        return iter(tuple(self._open.values()))

    def view(self, uri: str) -> View | None:
        """The open document of that URI in its newest version."""
        return self._open.get(uri)

    def open(self, uri: str, version: int, text: str) -> None:
        """Take a text from now on from the client."""
        self._open[uri] = View(uri, version, self._document(path_of(uri), text), self.client, self._elsewhere)

    def change(self, uri: str, version: int, changes: Sequence[Change]) -> bool:
        """Apply a client's changes; False for a document that is not open."""
        known = self._open.get(uri)
        if known is None:
            return False
        document = changed(known.document, changes, self.client.encoding)
        self._open[uri] = replace(known, version=version, document=document)
        return True

    def close(self, uri: str) -> bool:
        """Forget a document; False for one that was not open."""
        return self._open.pop(uri, None) is not None

    def set_folders(self, folders: Sequence[str]) -> None:
        """Take these folders' URIs as the workspace."""
        self.folders = tuple(folders)
        self.reload()

    def configure(self, settings: Settings) -> None:
        """Judge everything by other settings from now on."""
        self.settings = settings
        self.reload()

    def reload(self) -> None:
        """Look again at all that open documents depend on besides their own text."""
        for uri, known in self._open.items():
            self._open[uri] = replace(known, document=self._document(known.document.path, known.document.text))

    def _document(self, path: str, text: str) -> PrototxtDocument:
        return PrototxtDocument(path, text, self.settings, kind="log" if looks_like_log(text) else None)

    def _source_of(self, path: str) -> Source | None:
        for known in self:
            if known.document.path == path:
                return known.document.source
        text = self.read(path)
        return None if text is None else Source(text)

    def _uri_of(self, path: str) -> str:
        return next((known.uri for known in self if known.document.path == path), None) or uri_of(path)

    def read(self, path: str) -> str | None:
        """The text of a file: what the client has open, else what is on disk; None where neither is there."""
        for known in self:
            if known.document.path == path:
                return known.document.text
        try:
            return decode(Path(path).read_bytes())
        except (OSError, ValueError):
            return None
