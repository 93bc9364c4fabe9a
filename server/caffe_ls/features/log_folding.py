"""What of a log can be folded: printed texts and their layers, construction, debug blocks, tests, stack traces."""

from __future__ import annotations

from collections.abc import Iterator

from lsprotocol import types

from caffe_ls.features.log_view import LogView
from caffe_ls.training_log.record import PrintedText

_MOST = 5_000
_LEAST_LINES = 3
_TRACES = ("stack-title", "signal", "traceback")
_LONGEST_TRACE = 400


def log_folding(view: LogView, most: int | None = None) -> list[types.FoldingRange]:
    """The ranges, those of a log's parts before those within them where there may not be so many."""
    found = [*_texts(view), *_construction(view), *_traces(view), *_passes(view), *_layers(view)]
    found = [one for one in found if one.end_line > one.start_line]
    return sorted(found[: min(most or _MOST, _MOST)], key=lambda one: (one.start_line, -one.end_line))


def _texts(view: LogView) -> Iterator[types.FoldingRange]:
    for printed in _printed(view):
        yield _range(view, printed.line, _last_line(view, printed))


def _layers(view: LogView) -> Iterator[types.FoldingRange]:
    document = view.document
    for printed in _printed(view):
        for base, entry in document.printed_document(printed).file:
            if entry.field is not None and "\n" in entry.text[entry.field.start : entry.field.end]:
                start, end = (document.place_of(printed, base + at) for at in (entry.field.start, entry.field.end - 1))
                yield types.FoldingRange(document.text.line_at(start), document.text.line_at(end))


def _construction(view: LogView) -> Iterator[types.FoldingRange]:
    first: int | None = None
    for mark in view.document.outline:
        if mark.kind == "creating" and first is None:
            first = mark.line
        elif mark.kind == "net-done" and first is not None:
            yield _range(view, first, mark.line)
            first = None


def _passes(view: LogView) -> Iterator[types.FoldingRange]:
    """Between two lines that give a log its shape stand debug lines; a test begins with its own line."""
    test: int | None = None
    before = 0
    previous = ""
    for mark in view.document.outline:
        if mark.kind != "test-output" and test is not None:
            yield _range(view, test, before)
            test = None
        if previous in ("loss", "rate", "test-output", "start", "snapshot") and mark.line - before > _LEAST_LINES:
            yield _range(view, before + 1, mark.line - 1)
        if mark.kind == "testing":
            test = mark.line
        before, previous = mark.line, mark.kind


def _traces(view: LogView) -> Iterator[types.FoldingRange]:
    document = view.document
    for mark in document.outline:
        if mark.kind not in _TRACES:
            continue
        first = document.text.index_of(mark.line)
        last = first
        for row in range(first + 1, min(first + _LONGEST_TRACE, document.text.line_count)):
            line = document.line(row)
            indented = document.text.line(row)[:2] == b"  "
            if not (line is not None and line.kind == "frame") and not (mark.kind == "traceback" and indented):
                break
            last = row
        yield types.FoldingRange(first, last)


def _printed(view: LogView) -> Iterator[PrintedText]:
    return (printed for run in view.document.record.runs for printed in run.texts if printed.segments)


def _last_line(view: LogView, printed: PrintedText) -> int:
    return view.document.text.number_at(printed.log_offset(max(0, len(printed.text) - 1)))


def _range(view: LogView, first: int, last: int) -> types.FoldingRange:
    index_of = view.document.text.index_of
    return types.FoldingRange(index_of(first), index_of(last), kind=types.FoldingRangeKind.Region)
