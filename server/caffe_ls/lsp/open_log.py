"""One log that is open: from the editor's text or from disk, read a portion at a time as it grows."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from lsprotocol import types

from caffe_ls.analysis.kinds import looks_like_log
from caffe_ls.analysis.log_document import GrowingLog, LogDocument
from caffe_ls.features.client import Encoding
from caffe_ls.features.positions import column_of
from caffe_ls.lsp.log_file import LogFile, LogState
from caffe_ls.lsp.text_sync import Change, edit_of
from caffe_ls.settings import Settings
from caffe_ls.text.edit import apply_edits
from caffe_ls.text.source import Source, decode, encode
from caffe_ls.training_log.growing_text import GrowingText

PORTION = 1 << 18
"""How many bytes are read between two looks at what else the client wants: some milliseconds of work."""

AT_ONCE = 1 << 20
"""So much is read when a log is opened, before anything else."""

_BEGINNING = 65_536


class OpenLog:
    """A log while it is open. `read` goes on where it stopped; `growing` is what it has read so far."""

    def __init__(self, uri: str, path: str, version: int | None) -> None:
        self.uri = uri
        self.path = path
        self.version = version
        self.growing = GrowingLog()
        self.cancelled = False

    @property
    def size(self) -> int:
        """How many bytes there are."""
        raise NotImplementedError

    @property
    def may_grow(self) -> bool:
        """Whether the log may be written to right now."""
        return False

    @property
    def is_text(self) -> bool:
        """Whether the log's lines are those of the file that an editor would show."""
        return True

    @property
    def is_read(self) -> bool:
        """Whether all that is there has been read, or nobody wants the rest."""
        return self.cancelled or self.growing.text.size >= self.size

    @property
    def share(self) -> float:
        """How much of what is there has been read."""
        return min(1.0, self.growing.text.size / max(1, self.size)) if self.size else 1.0

    def next_part(self, most: int) -> bytes:
        """The next bytes that have not been read."""
        raise NotImplementedError

    def read(self, most: int = PORTION) -> bool:
        """Read on; whether there is more."""
        data = self.next_part(most)
        if data:
            self.growing.take(data)
        if not data or self.is_read:
            if not self.may_grow:
                self.growing.close()
            return False
        return True

    def follow(self) -> bool:
        """Look at the disk again; whether there is something to read, or to judge since the log grows no longer."""
        return False

    def release(self) -> None:
        """Let go of what is held besides memory."""

    def document(self, settings: Settings) -> LogDocument:
        """What has been read."""
        return self.growing.document(self.path, settings, self.may_grow)


class EditedLog(OpenLog):
    """A log whose text the client sends, from a file that Caffe may still write to."""

    def __init__(self, uri: str, path: str, version: int, text: str) -> None:
        super().__init__(uri, path, version)
        self._data = bytearray(encode(text))
        self._grows = self._is_written_to()

    @property
    def may_grow(self) -> bool:
        return self._grows

    def follow(self) -> bool:
        grew, self._grows = self._grows, self._is_written_to()
        return grew and not self._grows

    def _is_written_to(self) -> bool:
        state = LogFile(self.path).state() if Path(self.path).is_absolute() else None
        return state is not None and state.may_grow

    @property
    def size(self) -> int:
        return len(self._data)

    @property
    def text(self) -> str:
        """The whole text."""
        return decode(bytes(self._data))

    @property
    def looks_like_log(self) -> bool:
        """Whether the text still is a log's."""
        return looks_like_log(decode(bytes(self._data[:_BEGINNING])))

    def next_part(self, most: int) -> bytes:
        start = self.growing.text.size
        return bytes(self._data[start : start + most])

    def change(self, changes: Sequence[Change], encoding: Encoding) -> None:
        """Take the client's changes: what is appended is read on, anything else anew."""
        self._grows = self._is_written_to()
        for change in changes:
            if isinstance(change, types.TextDocumentContentChangePartial) and self._is_end(change.range, encoding):
                self._append(encode(change.text))
            else:
                edit = edit_of(Source(self.text), [change], encoding)
                if edit is not None:
                    self._replace(encode(apply_edits(self.text, (edit,))))

    def _append(self, data: bytes) -> None:
        self._data += data
        if self.growing.cut:
            self.growing = GrowingLog()

    def _replace(self, data: bytes) -> None:
        if data.startswith(self._data):
            self._append(data[len(self._data) :])
        else:
            self._data = bytearray(data)
            self.growing = GrowingLog()

    def _is_end(self, place: types.Range, encoding: Encoding) -> bool:
        text = self.growing.text
        if place.start != place.end or not self.is_read or place.start.line != text.line_count - 1:
            return False
        start, end = text.line_bounds(text.line_count - 1)
        last = decode(text.part(start, end))
        return end == text.size and place.start.character == column_of(last, 0, len(last), encoding)


class FollowedLog(OpenLog):
    """A log that is read from disk, and followed as it grows; of its text nothing is kept."""

    def __init__(self, uri: str, file: LogFile) -> None:
        super().__init__(uri, file.path, None)
        self._file = file
        self._state = file.state()
        self._grows = self._state is not None and self._state.may_grow
        self.growing = GrowingLog(GrowingText(file.read))

    @property
    def size(self) -> int:
        return 0 if self._state is None else self._state.size

    @property
    def may_grow(self) -> bool:
        return self._grows

    def next_part(self, most: int) -> bytes:
        start = self.growing.text.size
        return self._file.read(start, min(start + most, self.size))

    def follow(self) -> bool:
        """As of all logs; another file under the name is read anew."""
        before, now = self._state, self._file.state()
        grew, self._state, self._grows = self._grows, now, now is not None and now.may_grow
        if now is None or self.cancelled:
            return False
        if _is_another(before, now) or (now.size > self.growing.text.size and self.growing.cut):
            self.growing = GrowingLog(GrowingText(self._file.read))
            return True
        return now.size > self.growing.text.size or (grew and not self._grows)


def _is_another(before: LogState | None, now: LogState) -> bool:
    return before is None or now.identity != before.identity or now.size < before.size
