"""When diagnostics are told: after a pause in typing, once for each version that is still current."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, NamedTuple

from caffe_ls.lsp.diagnostics import publication
from caffe_ls.lsp.session import Session

_PAUSE = 0.1
_LONGEST_WAIT = 0.6


class _Pending(NamedTuple):
    timer: asyncio.TimerHandle
    since: float


class Publisher:
    """Publishes the diagnostics of documents; a client that pulls them is asked to pull again instead."""

    def __init__(
        self,
        session: Session,
        publish: Callable[[dict[str, Any]], None],
        ask_to_pull: Callable[[], None],
    ) -> None:
        self._session = session
        self._publish = publish
        self._ask_to_pull = ask_to_pull
        self._pending: dict[str, _Pending] = {}
        self._held = False

    def opened(self, uri: str) -> None:
        """Publish at the next chance."""
        self._schedule(uri, 0.0)

    def changed(self, uri: str) -> None:
        """Publish after a pause in typing."""
        self._schedule(uri, _PAUSE)

    def closed(self, uri: str) -> None:
        """Take back what was published."""
        pending = self._pending.pop(uri, None)
        if pending is not None:
            pending.timer.cancel()
        if not self._session.client.pulls_diagnostics:
            self._publish({"uri": uri, "diagnostics": []})

    def all_changed(self) -> None:
        """Publish all open documents again: something besides their texts has changed."""
        if not self._session.client.pulls_diagnostics:
            for known in self._session:
                self._schedule(known.uri, 0.0)
        elif self._session.client.refreshes_diagnostics:
            self._ask_to_pull()

    def hold(self, longest: float) -> None:
        """Publish nothing until `release`, or for so many seconds: what the rules need is on its way."""
        self._held = True
        asyncio.get_running_loop().call_later(longest, self._stop_waiting)

    def release(self) -> None:
        """Publish what was held back."""
        self._held = False
        for uri in tuple(self._pending):
            self._schedule(uri, 0.0)

    def _stop_waiting(self) -> None:
        if self._held:
            self.release()

    def _schedule(self, uri: str, pause: float) -> None:
        if self._session.client.pulls_diagnostics:
            return
        loop = asyncio.get_running_loop()
        now = loop.time()
        pending = self._pending.get(uri)
        since = now if pending is None else pending.since
        if pending is not None:
            pending.timer.cancel()
        when = min(now + pause, since + _LONGEST_WAIT)
        self._pending[uri] = _Pending(loop.call_at(when, self._publish_now, uri), since)

    def _publish_now(self, uri: str) -> None:
        if self._held:
            return
        self._pending.pop(uri, None)
        known = self._session.view(uri)
        if known is not None:
            self._publish(publication(known))
