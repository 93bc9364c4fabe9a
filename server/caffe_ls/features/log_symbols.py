"""The outline of a log: runs, phases, iterations and tests, the first trouble, the end."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lsprotocol import types

from caffe_ls.features.log_view import LogView
from caffe_ls.training_log.first_nonfinite import first_nonfinite
from caffe_ls.training_log.outline import Mark
from caffe_ls.training_log.record import Run

_MOST_OF_A_KIND = 300
_ENDS = ("fatal", "check-failed", "signal", "traceback", "aborted", "killed", "stopped", "done")


def log_symbols(view: LogView) -> list[types.DocumentSymbol]:
    """A symbol for each run, with what happened in it as its children."""
    runs = view.document.record.runs
    symbols = []
    for index, run in enumerate(runs):
        last = runs[index + 1].start_line - 1 if index + 1 < len(runs) else view.document.record.lines
        symbols.append(_run(view, run, index, max(run.start_line, last)))
    return symbols


def _run(view: LogView, run: Run, index: int, last: int) -> types.DocumentSymbol:
    marks = [mark for mark in view.document.outline.between(run.start_line, last) if mark.run is run]
    told = "" if run.last_iteration is None else f"iterations {run.first_iteration} to {run.last_iteration}, "
    children = [
        *_texts(view, run, marks),
        *_construction(view, marks),
        *_training(view, marks, last),
        *_trouble(view, run),
        *_ends(view, marks),
    ]
    children.sort(key=lambda symbol: (symbol.range.start.line, -symbol.range.end.line))
    detail = told + view.document.ended(run)
    return _symbol(view, f"run {index + 1}", detail, types.SymbolKind.Package, run.start_line, last, children)


def _texts(view: LogView, run: Run, marks: Sequence[Mark]) -> Iterator[types.DocumentSymbol]:
    for printed in run.texts:
        if not printed.segments:
            continue
        last = view.document.text.number_at(printed.log_offset(max(0, len(printed.text) - 1)))
        name = "solver" if printed.kind == "solver" else f"net, as printed ({_net_words(printed.phase, printed.net)})"
        yield _symbol(view, name, "", types.SymbolKind.Object, printed.line, last)


def _construction(view: LogView, marks: Sequence[Mark]) -> Iterator[types.DocumentSymbol]:
    first: int | None = None
    for mark in marks:
        if mark.kind == "creating" and first is None:
            first = mark.line
        elif mark.kind == "net-done" and first is not None:
            yield _symbol(view, "construction", "", types.SymbolKind.Constructor, first, mark.line)
            first = None


def _training(view: LogView, marks: Sequence[Mark], last: int) -> Iterator[types.DocumentSymbol]:
    start = next((mark.line for mark in marks if mark.kind in ("start", "loss", "testing")), None)
    if start is None:
        return
    end = next((mark.line - 1 for mark in marks if mark.kind in _ENDS and mark.line > start), last)
    paces = [mark for mark in marks if mark.kind in ("loss", "rate", "testing", "test-output", "snapshot")]
    children = [*_iterations(view, paces, start), *_tests(view, paces, end)]
    children.sort(key=lambda symbol: symbol.range.start.line)
    yield _symbol(view, "training", "", types.SymbolKind.Event, start, end, children)


def _iterations(view: LogView, paces: Sequence[Mark], start: int) -> Iterator[types.DocumentSymbol]:
    """An iteration begins behind what was before it: its debug lines stand above its `Iteration N`."""
    found: list[tuple[int, int, int]] = []
    before = start
    for mark in paces:
        if mark.kind in ("loss", "rate") and mark.iteration is not None:
            if found and found[-1][0] == mark.iteration:
                found[-1] = (mark.iteration, found[-1][1], mark.line)
            else:
                found.append((mark.iteration, min(before + 1, mark.line), mark.line))
        before = mark.line
    for iteration, first, last in _spread(found):
        yield _symbol(view, f"iteration {iteration}", "", types.SymbolKind.Number, first, last)


def _tests(view: LogView, paces: Sequence[Mark], end: int) -> Iterator[types.DocumentSymbol]:
    found: list[tuple[int | None, int, int]] = []
    for mark in paces:
        if mark.kind == "testing":
            found.append((mark.iteration, mark.line, mark.line))
        elif mark.kind == "test-output" and found:
            found[-1] = (found[-1][0], found[-1][1], min(mark.line, end))
    for iteration, first, last in _spread(found):
        yield _symbol(view, f"test at iteration {iteration}", "", types.SymbolKind.Boolean, first, last)


def _trouble(view: LogView, run: Run) -> Iterator[types.DocumentSymbol]:
    found = first_nonfinite(run)
    if found is not None:
        where = f" in layer {found.layer}" if found.layer else f" in {found.blob}" if found.blob else ""
        detail = f"{found.direction}{where}, iteration {found.iteration}"
        yield _symbol(view, "first nan or inf", detail, types.SymbolKind.Key, found.line, found.line)


def _ends(view: LogView, marks: Sequence[Mark]) -> Iterator[types.DocumentSymbol]:
    for mark in marks:
        if mark.kind in _ENDS:
            line = view.document.line_numbered(mark.line)
            body = "" if line is None else line.body[:100]
            yield _symbol(view, "end" if mark.kind in ("done", "stopped") else "crash", body,
                          types.SymbolKind.Event, mark.line, mark.line)  # fmt: skip
            return


def _spread(found: Sequence[tuple]) -> Sequence[tuple]:  # type: ignore[type-arg]
    """At most so many, evenly, the first and the last among them."""
    if len(found) <= _MOST_OF_A_KIND:
        return found
    step = (len(found) - 1) / (_MOST_OF_A_KIND - 1)
    return [found[round(at * step)] for at in range(_MOST_OF_A_KIND)]


def _symbol(
    view: LogView,
    name: str,
    detail: str,
    kind: types.SymbolKind,
    first: int,
    last: int,
    children: list[types.DocumentSymbol] | None = None,
) -> types.DocumentSymbol:
    index_of = view.document.text.index_of
    return types.DocumentSymbol(
        name,
        kind,
        view.row_range(index_of(first), index_of(max(first, last))),
        view.row_range(index_of(first)),
        detail or None,
        children=children,
    )


def _net_words(phase: str, net: int) -> str:
    return f"test net #{net}" if phase == "TEST" else "train net"
