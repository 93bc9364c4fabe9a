"""The disk as the analysis sees it, and how files are found that other files name."""

# ruff: noqa: PTH117, PTH118, PTH119, PTH120 - paths are strings here, and os.path's functions on them are pure and fast

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Literal, TypeVar

from caffe_ls.analysis.configuration import Read, ancestors
from caffe_ls.immutable import dataclass, field
from caffe_ls.wire.stored_bytes import StoredBytes, held

Found = Literal["from the start directory", "beside the file", "from a folder above the file", "by its name alone"]

_Result = TypeVar("_Result")


@dataclass(frozen=True, slots=True, eq=False)
class Access:
    """How the analysis sees the disk, as long as nothing changes there: after a change, make a new one.

    `read` gives a file's content, None where there is none to be had; `names_in` the names in a folder, without order;
    `stored_at` files of any size, to be read a piece at a time. `memo` keeps what was told from them.
    """

    read: Read
    names_in: Callable[[str], Sequence[str]]
    memo: dict[object, Any] = field(default_factory=dict)
    stored_at: Callable[[str], StoredBytes | None] | None = None

    def stored(self, path: str) -> StoredBytes | None:
        """A file of any size; None where there is none to be had."""
        if self.stored_at is not None:
            return self.stored_at(path)
        data = self.read(path)
        return None if data is None else held(data)

    def once(self, key: object, make: Callable[[], _Result]) -> _Result:
        """What `make` gives, made once."""
        if key not in self.memo:
            self.memo[key] = make()
        return self.memo[key]  # type: ignore[no-any-return]


def overlaid(access: Access, contents: Mapping[str, bytes]) -> Access:
    """The same disk, but that these files, by their normalised paths, hold this."""

    def read(path: str) -> bytes | None:
        known = contents.get(os.path.normpath(path))
        return access.read(path) if known is None else known

    def stored_at(path: str) -> StoredBytes | None:
        known = contents.get(os.path.normpath(path))
        return access.stored(path) if known is None else held(known)

    return Access(read, access.names_in, stored_at=stored_at)


@dataclass(frozen=True, slots=True, eq=False)
class FilesBeside:
    """The files that the text at `path` may name, found as Caffe finds them or as users keep them.

    `python_path` are the folders that Python looks for modules in first.
    """

    path: str
    access: Access
    start_directory: str = ""
    top: str = ""
    python_path: tuple[str, ...] = ()

    def find(self, written: str) -> str | None:
        """The file or the folder that `written` means; None where there is none."""
        return self.search(written)[0]

    def search(self, written: str) -> tuple[str | None, Found | None]:
        """The file or the folder that `written` means, and how it was found; (None, None) where there is none."""
        key = (FilesBeside.search, os.path.dirname(self.path), written, self.start_directory, self.top)
        return self.access.once(
            key, lambda: find_named_file(written, self.path, self._there, self.start_directory, self.top)
        )

    def find_folder(self, written: str) -> str | None:
        """The folder that `written` means, which may be empty; None where there is none."""
        key = (FilesBeside.find_folder, os.path.dirname(self.path), written, self.start_directory, self.top)
        return self.access.once(
            key, lambda: find_named_file(written, self.path, self._is_folder, self.start_directory, self.top)[0]
        )

    def is_surely_meant(self, written: str) -> bool:
        """Whether what is found is the file that Caffe will open, as far as anybody can tell.

        A mere name that is found in some folder above may be another file that happens to be called so.
        """
        return "/" in written or self.search(written)[1] in ("from the start directory", "beside the file")

    def _is_folder(self, path: str) -> object:
        names = self.access.names_in(path) or os.path.basename(path) in self.access.names_in(os.path.dirname(path))
        return names or None

    def _there(self, path: str) -> object:
        stored = self.access.stored(path)
        return stored if stored is not None else (self.access.names_in(path) or None)


def find_named_file(
    written: str, path: str, read: Callable[[str], object], start_directory: str = "", top: str = ""
) -> tuple[str | None, Found | None]:
    """The file that `written` means in the file `path`, and how it was found; (None, None) when it was not.

    Caffe opens it from the directory that it is started in. Which one that is, users show by how they keep their files:
    the folder of the file itself, or one above it. Last, a file of that name beside it is taken. `read` gives None for
    what is not there.
    """
    if not written or "\0" in written:
        return None, None
    folder = os.path.dirname(path)
    for candidate, found in _candidates(written, folder, start_directory, top):
        if read(candidate) is not None:
            return candidate, found
    return None, None


def joined(folder: str, name: str) -> str:
    """The path of a name in a folder."""
    return os.path.normpath(os.path.join(folder, name))


def _candidates(written: str, folder: str, start_directory: str, top: str) -> Iterator[tuple[str, Found]]:
    if start_directory or os.path.isabs(written):
        yield joined(start_directory, written), "from the start directory"
    name = os.path.basename(written.rstrip("/"))
    if os.path.isabs(written):
        written = name
    if not name:
        return
    yield joined(folder, written), "beside the file"
    for ancestor in ancestors(folder, top):
        if ancestor != folder:
            yield joined(ancestor, written), "from a folder above the file"
    yield joined(folder, name), "by its name alone"
