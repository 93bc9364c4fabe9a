"""A progress bar on a terminal, for work that takes long."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Iterator
from typing import TypeVar

_Item = TypeVar("_Item")

# Who waits shorter than this needs no bar, and need not pay for the import of rich.
_SECONDS_WITHOUT = 0.7


def watched(items: Iterable[_Item], total: int, what: str) -> Iterator[_Item]:
    """The items, as they come, with a bar on standard error when a terminal is there and time passes."""
    if total < 2 or not sys.stderr.isatty():
        yield from items
        return
    start = time.monotonic()
    remaining = iter(items)
    for position, item in enumerate(remaining, 1):
        yield item
        if time.monotonic() - start > _SECONDS_WITHOUT:
            yield from _with_bar(remaining, position, total, what)
            return


def _with_bar(items: Iterator[_Item], position: int, total: int, what: str) -> Iterator[_Item]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=total, completed=position)
        for item in items:
            yield item
            bar.advance(task)
