"""Fixes of a run's causes: edits of the user's own solver and net."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lsprotocol import types

from caffe_ls.diagnosis.cause import Cause
from caffe_ls.features.log_diagnostics import diagnostic_of
from caffe_ls.features.log_view import LogView
from caffe_ls.features.workspace_edits import workspace_edit
from caffe_ls.training_log.record import Run


def log_code_actions(view: LogView, place: types.Range, only: Sequence[str] | None) -> list[types.CodeAction]:
    """What mends the cause that a line shows; at the top of the log, what mends any of its runs."""
    kind = types.CodeActionKind.QuickFix
    if only and not any(str(kind).startswith(wanted) for wanted in only):
        return []
    found: list[types.CodeAction] = []
    for line, run, cause in view.lines_with_causes() if view.complete else ():
        rows = {0, *(view.document.text.index_of(one) for one in _lines(line, run, cause))}
        if any(place.start.line <= row <= place.end.line for row in rows):
            found += _actions(view, line, run, cause)
    return found


def _lines(line: int, run: Run, cause: Cause) -> Iterator[int]:
    yield line
    yield run.start_line
    for reason in cause.because:
        if reason.line:
            yield reason.line


def _actions(view: LogView, line: int, run: Run, cause: Cause) -> Iterator[types.CodeAction]:
    told = diagnostic_of(view, line, run, cause)
    for fix in cause.fixes:
        edit = workspace_edit(view, fix)
        if edit is not None:
            yield types.CodeAction(fix.title, types.CodeActionKind.QuickFix, [told], edit=edit)
