"""The state of a session: which documents are open, in which version, under which settings."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import replace

from caffe_ls.analysis.documents import PrototxtDocument
from caffe_ls.analysis.kinds import looks_like_log
from caffe_ls.features.client import Client
from caffe_ls.features.view import Elsewhere, View
from caffe_ls.lsp.surroundings import Surroundings
from caffe_ls.lsp.text_sync import Change, changed
from caffe_ls.lsp.uris import path_of, uri_of
from caffe_ls.settings import Settings
from caffe_ls.text.source import Source, decode


class Session:
    """The one place where state changes; the views that it hands out are immutable."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self._folders: tuple[str, ...] = client.folders
        self._settings = Settings()
        self._open: dict[str, View] = {}
        self._states = map(str, itertools.count(1))
        self._elsewhere = Elsewhere(self._source_of, self._uri_of)
        self._surroundings = Surroundings([path_of(uri) for uri in client.folders])

    def __iter__(self) -> Iterator[View]:
        return iter(tuple(self._open.values()))

    def view(self, uri: str) -> View | None:
        """The open document of that URI in its newest version."""
        return self._open.get(uri)

    def open(self, uri: str, version: int, text: str) -> None:
        """Take a text from now on from the client."""
        document = self._surroundings.document(path_of(uri), text)
        self._open[uri] = View(uri, version, document, self.client, self._elsewhere, next(self._states))

    def change(self, uri: str, version: int, changes: Sequence[Change]) -> bool:
        """Apply a client's changes; False for a document that is not open."""
        known = self._open.get(uri)
        if known is None:
            return False
        document = changed(known.document, changes, self.client.encoding)
        document = self._judged_anew(known.document, document)
        self._open[uri] = replace(known, version=version, document=document, state=next(self._states))
        return True

    def close(self, uri: str) -> bool:
        """Forget a document; False for one that was not open."""
        return self._open.pop(uri, None) is not None

    def configure(self, settings: Settings) -> None:
        """Judge everything by other settings of the editor from now on."""
        self._settings = settings
        self.reload()

    def change_folders(self, added: Sequence[str], removed: Sequence[str]) -> None:
        """Take other folders, given by their URIs, as the workspace."""
        self._folders = tuple(uri for uri in self._folders if uri not in removed) + tuple(added)
        self.reload()

    def reload(self) -> None:
        """Look again at all that open documents depend on besides their own text."""
        self._surroundings = Surroundings([path_of(uri) for uri in self._folders], self._settings)
        for uri, known in self._open.items():
            document = self._surroundings.again(known.document)
            self._open[uri] = replace(known, document=document, state=next(self._states))

    def _judged_anew(self, before: PrototxtDocument, after: PrototxtDocument) -> PrototxtDocument:
        """The document after an edit, which may have changed what it is and which files belong to it."""
        is_log = looks_like_log(after.text)
        if is_log != (after.kind == "log"):
            return self._surroundings.document(after.path, after.text)
        if not is_log and (after.kind == "solver" or after.kind != before.kind):
            return self._surroundings.again(after)
        return after

    def _source_of(self, path: str) -> Source | None:
        for known in self:
            if known.document.path == path:
                return known.document.source
        data = self._surroundings.read(path)
        return None if data is None else Source(decode(data))

    def _uri_of(self, path: str) -> str:
        return next((known.uri for known in self if known.document.path == path), None) or uri_of(path)
