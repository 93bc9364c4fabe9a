"""The files that a log names, as links: nets, snapshots, missing files, Caffe's and Python's sources."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lsprotocol import types

from caffe_ls.features.log_view import LogView

_KINDS = frozenset(("training-net", "test-net", "snapshot", "restore", "fatal", "check-failed", "traceback"))
_MOST = 1_000
_TRACEBACK_LINES = 60

_PATHS = re.compile(
    rb"(?:net file: |file: |not found: |Resuming from |Restoring previous solver status from |Finetuning from "
    rb"|to binary proto file |to HDF5 file |Snapshotting to |solver state to )(\S[^\r\n]*?)\s*$"
)
_SOURCE = re.compile(rb"\s([\w./\\+-]+\.(?:cpp|hpp|cu|cuh|cc|h)):(\d+)\]")
_PYTHON = re.compile(rb'\s*File "([^"\r\n]+)", line (\d+)')

# Where Caffe's own tree keeps its sources.
_SOURCE_FOLDERS = (
    "", "src/caffe/", "src/caffe/layers/", "src/caffe/solvers/", "src/caffe/util/", "include/caffe/",
    "include/caffe/layers/", "include/caffe/util/", "tools/",
)  # fmt: skip


def log_document_links(view: LogView) -> list[types.DocumentLink]:
    """The links of a log, as far as the files are there."""
    links: list[types.DocumentLink] = []
    for mark in view.document.outline:
        if mark.kind in _KINDS:
            row = view.document.text.index_of(mark.line)
            rows = range(row, row + _TRACEBACK_LINES) if mark.kind == "traceback" else (row,)
            for each in rows:
                links += _links_in(view, each, with_source=mark.kind in ("fatal", "check-failed"))
        if len(links) >= _MOST:
            break
    return links


def _links_in(view: LogView, row: int, with_source: bool) -> Iterator[types.DocumentLink]:
    text = view.document.text
    if row >= text.line_count:
        return
    raw, start = text.line(row), text.line_bounds(row)[0]
    named = _PATHS.search(raw)
    if named:
        yield from _link(view, start, named, ("",), None)
    if with_source:
        source = _SOURCE.search(raw)
        if source:
            yield from _link(view, start, source, _SOURCE_FOLDERS, int(source[2]))
    python = _PYTHON.match(raw)
    if python:
        yield from _link(view, start, python, ("",), int(python[2]))


def _link(
    view: LogView, start: int, found: re.Match[bytes], folders: tuple[str, ...], line: int | None
) -> Iterator[types.DocumentLink]:
    written = found[1].decode("utf-8", "replace")
    path = next((path for folder in folders if (path := view.find_file(folder + written)) is not None), None)
    if path is not None:
        target = view.elsewhere.uri_of(path) + (f"#L{line}" if line else "")
        yield types.DocumentLink(view.range(start + found.start(1), start + found.end(1)), target)
