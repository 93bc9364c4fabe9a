"""Waiting for what has no event of its own."""

from __future__ import annotations

import time
from collections.abc import Callable

SECONDS_TO_WAIT = 60


def wait_until(what: str, holds: Callable[[], bool]) -> None:
    """Return as soon as it holds."""
    until = time.monotonic() + SECONDS_TO_WAIT
    while not holds():
        assert time.monotonic() < until, f"never happened: {what}"
        time.sleep(0.05)
