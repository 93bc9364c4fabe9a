"""The state of a session: which documents and logs are open, in which version, under which settings."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from caffe_ls.analysis.documents import PrototxtDocument
from caffe_ls.analysis.kinds import looks_like_log
from caffe_ls.analysis.workspace import parsed
from caffe_ls.features.client import Client
from caffe_ls.features.view import Elsewhere, View
from caffe_ls.immutable import replace
from caffe_ls.lsp.surroundings import Surroundings
from caffe_ls.lsp.uris import path_of, uri_of
from caffe_ls.settings import Settings
from caffe_ls.text.source import Source, decode

if TYPE_CHECKING:
    from caffe_ls.lsp.open_logs import OpenLogs
    from caffe_ls.lsp.text_sync import Change

_MOST_NEIGHBOURS = 20  # As many as `parsed` remembers.
_LARGEST_NEIGHBOUR = 1 << 20


class Session:
    """The one place where state changes; the views that it hands out are immutable."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self._folders: tuple[str, ...] = client.folders
        self._settings = Settings()
        self._settings_of_folders: dict[str, Settings] = {}
        self._open: dict[str, View] = {}
        self._states = map(str, itertools.count(1))
        self._elsewhere = Elsewhere(self._source_of, self._uri_of)
        self._surroundings = Surroundings([path_of(uri) for uri in client.folders])
        self._logs: OpenLogs | None = None

    def __iter__(self) -> Iterator[View]:
        return iter(tuple(self._open.values()))

    def view(self, uri: str) -> View | None:
        """The open document of that URI in its newest version."""
        return self._open.get(uri)

    def with_neighbours(self) -> Iterator[View]:
        """The open documents, and the prototxts in their folders as they are on disk, of crowded folders some."""
        yield from self
        seen = {view.document.path for view in self}
        folders = dict.fromkeys(str(Path(view.document.path).parent) for view in self)
        for folder in folders:
            names = sorted(name for name in self._surroundings.access.names_in(folder) if name.endswith(".prototxt"))
            for name in names[:_MOST_NEIGHBOURS]:
                path = str(Path(folder, name))
                data = None if path in seen or not Path(path).is_absolute() else self._surroundings.read(path)
                if data is not None and len(data) <= _LARGEST_NEIGHBOUR:
                    text = decode(data)
                    document = PrototxtDocument(path, text, file=parsed(text))
                    yield View(uri_of(path), 0, document, self.client, self._elsewhere)

    def open(self, uri: str, version: int, text: str) -> None:
        """Take a text from now on from the client."""
        self.close(uri)
        if looks_like_log(text):
            self.logs.open(uri, version, text)
            return
        document = self._surroundings.document(path_of(uri), text)
        self._open[uri] = View(uri, version, document, self.client, self._elsewhere, next(self._states))

    def change(self, uri: str, version: int, changes: Sequence[Change]) -> bool:
        """Apply a client's changes; False for a document that is not open."""
        if self.has_log(uri):
            text = self.logs.change(uri, version, changes)
            if text is not None:
                self.open(uri, version, text)
            return True
        known = self._open.get(uri)
        if known is None:
            return False
        from caffe_ls.lsp.text_sync import changed

        document = changed(known.document, changes, self.client.encoding)
        if looks_like_log(document.text):
            self.open(uri, version, document.text)
            return True
        document = self._judged_anew(known.document, document)
        self._open[uri] = replace(known, version=version, document=document, state=next(self._states))
        return True

    def close(self, uri: str) -> bool:
        """Forget a document; False for one that was not open."""
        was_log = self._logs is not None and self._logs.close(uri)
        return self._open.pop(uri, None) is not None or was_log

    @property
    def logs(self) -> OpenLogs:
        """The logs that are open. What logs need is imported when the first one comes."""
        if self._logs is None:
            from caffe_ls.lsp.open_logs import OpenLogs

            self._logs = OpenLogs(
                self.client, self._elsewhere, lambda: self._surroundings, self._prototxt, lambda: next(self._states)
            )
        return self._logs

    def has_log(self, uri: str) -> bool:
        """Whether an open document is a log."""
        return self._logs is not None and uri in self._logs

    @property
    def folders(self) -> tuple[str, ...]:
        """The URIs of the workspace's folders."""
        return self._folders

    @property
    def folder_paths(self) -> tuple[str, ...]:
        """The paths of the workspace's folders."""
        return tuple(path_of(uri) for uri in self._folders)

    def configure(self, settings: Settings, of_folders: Mapping[str, Settings] = MappingProxyType({})) -> bool:
        """Judge everything by these settings of the editor from now on; False when they are the same as before.

        Folders of the workspace, by URI, may have settings of their own.
        """
        own = {path_of(uri): told for uri, told in of_folders.items() if told != settings}
        if (settings, own) == (self._settings, self._settings_of_folders):
            return False
        self._settings, self._settings_of_folders = settings, own
        self.reload()
        return True

    def change_folders(self, added: Sequence[str], removed: Sequence[str]) -> None:
        """Take other folders, given by their URIs, as the workspace."""
        self._folders = tuple(uri for uri in self._folders if uri not in removed) + tuple(added)
        self.reload()

    def reload(self) -> None:
        """Look again at all that open documents depend on besides their own text."""
        self._surroundings = Surroundings(self.folder_paths, self._settings, self._settings_of_folders)
        for uri, known in self._open.items():
            document = self._surroundings.again(known.document)
            self._open[uri] = replace(known, document=document, state=next(self._states))
        if self._logs is not None:
            self._logs.reload()

    def _judged_anew(self, before: PrototxtDocument, after: PrototxtDocument) -> PrototxtDocument:
        """The document after an edit, which may have changed what it is and which files belong to it."""
        if after.kind == "solver" or after.kind != before.kind:
            return self._surroundings.again(after)
        return after

    def _prototxt(self, path: str) -> PrototxtDocument | None:
        """The document at a path, open in the client or on disk."""
        for known in self:
            if known.document.path == path:
                return known.document
        data = self._surroundings.read(path)
        return None if data is None else self._surroundings.document(path, decode(data))

    def _source_of(self, path: str) -> Source | None:
        for known in self:
            if known.document.path == path:
                return known.document.source
        data = self._surroundings.read(path)
        return None if data is None else Source(decode(data))

    def _uri_of(self, path: str) -> str:
        return next((known.uri for known in self if known.document.path == path), None) or uri_of(path)
