"""Files and folders as the command line names them."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache, partial
from pathlib import Path

from caffe_ls.analysis.disk import Access
from caffe_ls.analysis.kinds import PROTOTXT_SUFFIXES, may_be_caffe
from caffe_ls.cli.options import STANDARD_INPUT
from caffe_ls.immutable import dataclass
from caffe_ls.text.source import decode
from caffe_ls.wire.stored_bytes import StoredBytes

# A data set's list of images is text, too, and long; what a file is shows in its beginning.
_EXAMINED_BYTES = 262_144
_LARGEST_LINKED = 16_777_216


@dataclass(frozen=True, slots=True)
class InputFile:
    """A file to work on: `path` as the user gave it, and for standard input as --stdin-path gives it.

    `found` is set where a folder was searched for it; such a file is left alone unless it is Caffe's.
    """

    path: str
    found: bool = False
    from_standard_input: bool = False


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A path that cannot be worked on, and why."""

    path: str
    reason: str


def input_files(paths: Iterable[str], stdin_path: str = "") -> Iterator[InputFile | Unreadable]:
    """The files that the arguments name, each once, those of a folder in the order of their names."""
    seen: set[str] = set()
    for path in paths:
        for file in _files_of(path, stdin_path):
            if file.path not in seen:
                seen.add(file.path)
                yield file


def read_bytes(file: InputFile) -> bytes | Unreadable:
    """The content of a file."""
    if file.from_standard_input:
        return sys.stdin.buffer.read()
    try:
        with open(file.path, "rb") as opened:  # noqa: PTH123 - a path costs as much as the reading
            return opened.read()
    except (OSError, ValueError) as error:
        return Unreadable(file.path, reason_of(error))


def reason_of(error: OSError | ValueError) -> str:
    """Why a file cannot be used, in a few words."""
    if isinstance(error, OSError) and error.strerror:
        return error.strerror[0].lower() + error.strerror[1:]
    return str(error)


def disk_access() -> Access:
    """The disk as the analysis sees it during one run: each file and folder is looked at once."""

    @lru_cache(maxsize=4096)
    def status(path: str) -> os.stat_result | None:
        # Most of what is asked for is not there: what files name is looked for in every folder above every file.
        try:
            return os.stat(path)  # noqa: PTH116 - this is asked thousands of times
        except (OSError, ValueError):
            return None

    @lru_cache(maxsize=1024)
    def read(path: str) -> bytes | None:
        found = status(path)
        # A device would never end, a named pipe never begin, and nothing that prototxts name is huge.
        if found is None or not stat.S_ISREG(found.st_mode) or found.st_size > _LARGEST_LINKED:
            return None
        try:
            with open(path, "rb") as file:  # noqa: PTH123
                return file.read()
        except OSError:
            return None

    @lru_cache(maxsize=1024)
    def names_in(folder: str) -> Sequence[str]:
        found = status(folder)
        if found is None or not stat.S_ISDIR(found.st_mode):
            return ()
        try:
            return os.listdir(folder)  # noqa: PTH208 - names alone are asked for
        except OSError:
            return ()

    @lru_cache(maxsize=1024)
    def stored_at(path: str) -> StoredBytes | None:
        found = status(path)
        if found is None or not stat.S_ISREG(found.st_mode):
            return None
        return StoredBytes(found.st_size, partial(_read_at, path))

    return Access(read, names_in, stored_at=stored_at)


def _read_at(path: str, offset: int, length: int) -> bytes:
    """A piece of a file; an empty one where it cannot be read any more."""
    try:
        with open(path, "rb", buffering=0) as file:  # noqa: PTH123
            file.seek(offset)
            return file.read(length)
    except OSError:
        return b""


def _files_of(path: str, stdin_path: str) -> Iterator[InputFile | Unreadable]:
    if path == STANDARD_INPUT:
        yield InputFile(stdin_path or STANDARD_INPUT, from_standard_input=True)
    elif Path(path).is_dir():
        yield from _search(path)
    else:
        yield InputFile(path)


def _search(folder: str) -> Iterator[InputFile | Unreadable]:
    failures: list[OSError] = []
    for where, folders, names in os.walk(folder, onerror=failures.append):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            if name.endswith(PROTOTXT_SUFFIXES) and not name.startswith("."):
                path = os.path.join(where, name)  # noqa: PTH118 - Path would drop the "./" that the user wrote
                if _may_be_caffe(path):
                    yield InputFile(path, found=True)
    for error in failures:
        yield Unreadable(str(error.filename), reason_of(error))


def _may_be_caffe(path: str) -> bool:
    try:
        # Named pipes and devices would block or never end.
        if not Path(path).is_file():
            return False
        with Path(path).open("rb") as file:
            return may_be_caffe(decode(file.read(_EXAMINED_BYTES)))
    except OSError:
        # Reading it again, to check it, tells the user why.
        return True
