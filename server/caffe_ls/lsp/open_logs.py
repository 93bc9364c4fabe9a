"""The logs that are open, and the views of them that features get."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from caffe_ls.analysis.documents import PrototxtDocument
from caffe_ls.analysis.log_document import LogDocument
from caffe_ls.analysis.log_files import files_of_log
from caffe_ls.analysis.log_links import RunFiles, files_of_run
from caffe_ls.features.client import Client
from caffe_ls.features.log_view import LogView
from caffe_ls.features.view import Elsewhere
from caffe_ls.lsp.log_file import LogFile
from caffe_ls.lsp.open_log import AT_ONCE, EditedLog, FollowedLog, OpenLog
from caffe_ls.lsp.packed_log import PackedLog, is_packed
from caffe_ls.lsp.surroundings import Surroundings
from caffe_ls.lsp.text_sync import Change
from caffe_ls.lsp.uris import path_of
from caffe_ls.training_log.record import Run


class OpenLogs:
    """Logs by URI. `surroundings` gives the disk as it is now, `prototxt` the document at a path."""

    def __init__(
        self,
        client: Client,
        elsewhere: Elsewhere,
        surroundings: Callable[[], Surroundings],
        prototxt: Callable[[str], PrototxtDocument | None],
        new_state: Callable[[], str],
    ) -> None:
        self._client = client
        self._elsewhere = elsewhere
        self._surroundings = surroundings
        self._prototxt = prototxt
        self._new_state = new_state
        self._logs: dict[str, OpenLog] = {}
        self._views: dict[str, LogView] = {}

    def __iter__(self) -> Iterator[OpenLog]:
        return iter(tuple(self._logs.values()))

    def __contains__(self, uri: str) -> bool:
        return uri in self._logs

    def get(self, uri: str) -> OpenLog | None:
        """The log of a URI."""
        return self._logs.get(uri)

    def view(self, uri: str) -> LogView | None:
        """The log of a URI, as far as it has been read."""
        log = self._logs.get(uri)
        if log is None:
            return None
        known = self._views.get(uri)
        if known is None:
            known = self._views[uri] = self.view_of(log)
        return known

    def open(self, uri: str, version: int, text: str) -> None:
        """Take a log's text from now on from the client."""
        self._begin(EditedLog(uri, path_of(uri), version, text))

    def follow(self, uri: str) -> bool:
        """Read a log from disk, and follow it as it grows; False where there is no such file."""
        file = LogFile(path_of(uri))
        if file.state() is None:
            return False
        self._begin(log_on_disk(uri, file))
        return True

    def change(self, uri: str, version: int, changes: Sequence[Change]) -> str | None:
        """Apply a client's changes; the text where it is a log no longer, and is open here no longer."""
        log = self._logs.get(uri)
        if not isinstance(log, EditedLog):
            return None
        log.version = version
        log.change(changes, self._client.encoding)
        if not log.looks_like_log:
            self.close(uri)
            return log.text
        log.read(AT_ONCE)
        self.has_grown(uri)
        return None

    def close(self, uri: str) -> bool:
        """Forget a log; False for one that was not open."""
        self._views.pop(uri, None)
        log = self._logs.pop(uri, None)
        if log is not None:
            log.release()
        return log is not None

    def has_grown(self, uri: str) -> None:
        """More of a log has been read: views of it see that from now on."""
        self._views.pop(uri, None)

    def reload(self) -> None:
        """Look again at all that views depend on besides the logs."""
        self._views.clear()

    def view_of(self, log: OpenLog) -> LogView:
        """The view of a log, open in the client or not."""
        surroundings = self._surroundings()
        document = log.document(surroundings.settings_at(log.path))
        files: dict[int, RunFiles] = {}

        def files_of(run: Run) -> RunFiles:
            if id(run) not in files:
                files[id(run)] = self._files_of(document, run)
            return files[id(run)]

        return LogView(
            log.uri,
            log.version,
            document,
            self._client,
            self._elsewhere,
            files_of,
            lambda written: surroundings.find_file(log.path, written),
            log.is_read,
            self._new_state(),
        )

    def _files_of(self, document: LogDocument, run: Run) -> RunFiles:
        if not Path(document.path).is_absolute():
            return RunFiles()
        access, top = self._surroundings().access, self._surroundings().top(document.path)
        if run.printed("solver") is not None:
            return files_of_run(document, run, access, self._prototxt, top)
        return RunFiles(*files_of_log(document.path, document.record, run, access, self._prototxt, top))

    def _begin(self, log: OpenLog) -> None:
        self.close(log.uri)
        self._logs[log.uri] = log
        log.read(AT_ONCE)


def log_on_disk(uri: str, file: LogFile) -> OpenLog:
    """A log that is read from a file: unpacked where it is packed, else followed."""
    return PackedLog(uri, file.path) if is_packed(file.read(0, 8)) else FollowedLog(uri, file)
