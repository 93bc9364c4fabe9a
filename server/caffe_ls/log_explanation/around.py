"""What an explanation may look at besides the log itself."""

from __future__ import annotations

from collections.abc import Callable

from caffe_ls.analysis.log_links import RunFiles
from caffe_ls.immutable import dataclass
from caffe_ls.training_log.record import Run


def _no_files(_: Run) -> RunFiles:
    return RunFiles()


def _no_file(_: str) -> str | None:
    return None


def _no_link(_path: str | None, _line: int) -> str | None:
    return None


@dataclass(frozen=True, slots=True)
class Around:
    """The files of the workspace that belong to a run, and how to point to a line.

    `link` takes a path (None: the log itself) and a line from 1, and gives a URL, or None where there is no pointing.
    `find` gives the path of a file that the log names, None where it is not there.
    """

    files: Callable[[Run], RunFiles] = _no_files
    link: Callable[[str | None, int], str | None] = _no_link
    find: Callable[[str], str | None] = _no_file

    def pointer(self, path: str | None, line: int, text: str) -> str:
        """A Markdown link to a line, or the text alone."""
        url = self.link(path, line)
        return text if url is None else f"[{text}]({url})"
