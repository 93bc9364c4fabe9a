"""Logs on disk: their size, their bytes, and which of a workspace's is the newest of a net."""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from caffe_ls.analysis.kinds import looks_like_log

# A log that was written to so short a time ago may go on.
_STILL_GROWS = 60.0

_LOG_NAMES = (".log", ".caffelog", ".txt", ".out", ".err", ".INFO", ".ERROR", ".WARNING", ".FATAL")
_HEAD = 65_536
_MOST_FOLDERS = 3_000
_MOST_CANDIDATES = 300
_PASSED_OVER = frozenset({"node_modules", "__pycache__", "venv", "site-packages"})


class LogState(NamedTuple):
    """A file as it is now; `identity` is another one when another file stands under the name."""

    identity: tuple[int, int]
    size: int
    modified: float

    @property
    def may_grow(self) -> bool:
        """Whether it was written to just now."""
        return time.time() - self.modified < _STILL_GROWS


class LogFile:
    """A log that is read from disk, a part at a time; what cannot be read counts as not there."""

    def __init__(self, path: str) -> None:
        self.path = path

    def state(self) -> LogState | None:
        """Its state; None where it is gone, or no regular file."""
        try:
            found = Path(self.path).stat()
        except (OSError, ValueError):
            return None
        if not stat.S_ISREG(found.st_mode):
            return None
        return LogState((found.st_dev, found.st_ino), found.st_size, found.st_mtime)

    def read(self, start: int, end: int) -> bytes:
        """The bytes from one offset up to another."""
        try:
            with Path(self.path).open("rb") as file:
                file.seek(start)
                return file.read(max(0, end - start))
        except (OSError, ValueError):
            return b""


def newest_logs(folders: list[str], near: str) -> Iterator[str]:
    """The logs of a workspace, the newest first; a bounded part of a huge one, the folder `near` before all."""
    found: list[tuple[float, str]] = []
    for folder in _folders(folders, near):
        for entry in _entries(folder):
            if entry.name.endswith(_LOG_NAMES) or ".log." in entry.name:
                modified = _modified(entry)
                if modified is not None:
                    found.append((modified, entry.path))
    found.sort(reverse=True)
    for _, path in found[:_MOST_CANDIDATES]:
        if looks_like_log(LogFile(path).read(0, _HEAD).decode("utf-8", "replace")):
            yield path


def _folders(tops: list[str], near: str) -> Iterator[str]:
    """Folders, the upper before the lower, without those of tools and hidden ones."""
    waiting = [near, *(top for top in tops if top != near)]
    seen: set[str] = set()
    while waiting and len(seen) < _MOST_FOLDERS:
        folder = waiting.pop(0)
        if folder in seen:
            continue
        seen.add(folder)
        yield folder
        waiting += [entry.path for entry in _entries(folder) if _is_looked_into(entry)]


def _entries(folder: str) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return list(entries)
    except (OSError, ValueError):
        return []


def _is_looked_into(entry: os.DirEntry[str]) -> bool:
    if entry.name.startswith(".") or entry.name in _PASSED_OVER:
        return False
    try:
        return entry.is_dir(follow_symlinks=False)
    except OSError:
        return False


def _modified(entry: os.DirEntry[str]) -> float | None:
    try:
        return entry.stat().st_mtime if entry.is_file() else None
    except OSError:
        return None
