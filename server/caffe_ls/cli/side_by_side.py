"""Work on many items, by several processes where that pays."""

from __future__ import annotations

import os
import signal
import sys
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")

# A process is worth its start from this many files on.
_ITEMS_EACH = 40
_MOST_PROCESSES = 8
# Neighbours have much in common, which one process computes once.
_LARGEST_PIECE = 64

_work: Callable[[Any], Any]


def side_by_side(items: Sequence[_Item], work: Callable[[_Item], _Result]) -> Iterator[_Result]:
    """`work` of each item, in their order.

    Processes are forked, so that they begin with all that this one has loaded; where that is not safe, or the items are
    few, everything is done here. Results travel between processes: they must be picklable.
    """
    processes = min(_processors(), _MOST_PROCESSES, len(items) // _ITEMS_EACH)
    if processes < 2 or sys.platform != "linux":
        yield from map(work, items)
        return
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import active_children, get_context

    pool = ProcessPoolExecutor(processes, get_context("fork"), _begin, (work,))
    try:
        waiting = deque(pool.submit(_do, piece) for piece in _pieces(items, processes))
        while waiting:
            yield from waiting.popleft().result()
    except BaseException:
        # Ctrl-C among others: at its exit Python would wait for work that nobody asks for any more.
        pool.shutdown(wait=False, cancel_futures=True)
        for child in active_children():
            child.terminate()
        raise
    # A pool that goes while Python itself ends may print a traceback.
    pool.shutdown()


def _pieces(items: Sequence[_Item], processes: int) -> Iterator[Sequence[_Item]]:
    """The items in pieces that become smaller to the end, so that all processes have work until it is done."""
    start = 0
    while start < len(items):
        size = max(1, min(_LARGEST_PIECE, (len(items) - start) // (2 * processes)))
        yield items[start : start + size]
        start += size


def _processors() -> int:
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else 1


def _begin(work: Callable[[Any], Any]) -> None:
    """Begin a worker; what Ctrl-C means is for the parent to say."""
    global _work
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _work = work


def _do(piece: Sequence[Any]) -> list[Any]:
    return [_work(item) for item in piece]
