"""A disk in memory."""

from __future__ import annotations

from collections.abc import Mapping

from caffe_ls.analysis.disk import Access


class Disk:
    """Files by absolute path; remembers what was read."""

    def __init__(self, files: Mapping[str, str]) -> None:
        self.files = {path: text.encode() for path, text in files.items()}
        self.read_paths: list[str] = []

    def read(self, path: str) -> bytes | None:
        self.read_paths.append(path)
        return self.files.get(path)

    def names_in(self, folder: str) -> list[str]:
        inside = [path[len(folder) :].lstrip("/") for path in self.files if path.startswith(folder.rstrip("/") + "/")]
        return list(dict.fromkeys(name.partition("/")[0] for name in inside))

    @property
    def access(self) -> Access:
        """As the analysis sees it; a new one for each question."""
        return Access(self.read, self.names_in)
