"""Reads open logs between the server's other work, follows them on disk, and tells the client how far it is."""

from __future__ import annotations

import asyncio
import itertools
import logging
from collections.abc import Awaitable, Callable

from lsprotocol import types
from pygls.progress import Progress

from caffe_ls.features.client import Client
from caffe_ls.immutable import dataclass
from caffe_ls.lsp.open_log import OpenLog
from caffe_ls.lsp.open_logs import OpenLogs

_LARGE = 8_000_000  # bytes from which on progress is shown
_LOOK_AGAIN = 1.0  # seconds between two looks at a log on disk
_TELL_AGAIN = 2.0  # seconds between two words about a log that is being read
_PATIENCE = 5.0  # for the client's answer to a progress bar

_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Hearers:
    """Whom the reading of a log concerns: `more` when some of it has been read, `all` when all of it has."""

    more: Callable[[str], None]
    all: Callable[[str], None]


class LogReading:
    """One task for each log that is not read to its end."""

    def __init__(self, logs: OpenLogs, client: Client, progress: Progress, hearers: Hearers) -> None:
        self._logs = logs
        self._client = client
        self._progress = progress
        self._hearers = hearers
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._tokens = itertools.count(1)
        self._watch: asyncio.TimerHandle | None = None

    def begin(self, uri: str) -> None:
        """Read a log that was opened, or has grown, to its end."""
        task = self._tasks.get(uri)
        if task is None or task.done():
            self._tasks[uri] = asyncio.get_running_loop().create_task(self._read(uri))
        if self._watch is None:
            self._look_again_later()

    def end(self, uri: str) -> None:
        """Stop reading a log."""
        task = self._tasks.pop(uri, None)
        if task is not None:
            task.cancel()

    async def finished(self, uri: str) -> None:
        """Wait until a log has been read."""
        task = self._tasks.get(uri)
        if task is not None:
            await asyncio.wait([task])

    async def _read(self, uri: str) -> None:
        log = self._logs.get(uri)
        if log is None:
            return
        try:
            if not log.is_read:
                await read_to_end(log, self._client, self._progress, f"caffe-ls/log-{next(self._tokens)}",
                                  lambda: self._more(uri))  # fmt: skip
            elif not log.may_grow:
                log.growing.close()
        except Exception:
            _logger.exception("reading %s failed; please report it", log.path)
        if self._logs.get(uri) is log:
            self._logs.has_grown(uri)
            self._hearers.all(uri)

    def _more(self, uri: str) -> None:
        self._logs.has_grown(uri)
        self._hearers.more(uri)

    def _look_again_later(self) -> None:
        self._watch = None
        if any(self._logs):
            self._watch = asyncio.get_running_loop().call_later(_LOOK_AGAIN, self._look_again)

    def _look_again(self) -> None:
        for log in self._logs:
            if log.follow():
                self.begin(log.uri)
        self._look_again_later()


async def read_to_end(
    log: OpenLog, client: Client, progress: Progress, token: str, more: Callable[[], None] | None = None
) -> None:
    """Read a log, a portion at a time; of a large one the client shows how far it is, and may stop it."""
    loop = asyncio.get_running_loop()
    shown = client.shows_progress and log.size * (1 - log.share) > _LARGE and await _shows(progress, token, log)
    told = loop.time()
    try:
        while log.read():
            await asyncio.sleep(0)
            if shown and progress.tokens[token].cancelled():
                log.cancelled = True
            if loop.time() - told > _TELL_AGAIN:
                told = loop.time()
                if more is not None:
                    more()
                if shown:
                    progress.report(token, types.WorkDoneProgressReport(percentage=int(100 * log.share)))
    finally:
        if shown:
            progress.end(token, types.WorkDoneProgressEnd())
            progress.tokens.pop(token, None)


async def _shows(progress: Progress, token: str, log: OpenLog) -> bool:
    create: Awaitable[object] = progress.create_async(token)
    try:
        await asyncio.wait_for(create, _PATIENCE)
    except Exception:  # a client that cannot show it after all
        return False
    name = log.path.replace("\\", "/").rpartition("/")[2]
    begin = types.WorkDoneProgressBegin(f"Reading {name}", cancellable=True, percentage=0)
    progress.begin(token, begin)
    return True
