"""Fixes of a run's causes: edits of the user's own solver and net."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lsprotocol import types

from caffe_ls.diagnosis.cause import Cause
from caffe_ls.features.log_diagnostics import diagnostic_of
from caffe_ls.features.log_view import LogView, Verdict
from caffe_ls.features.workspace_edits import workspace_edit


def log_code_actions(view: LogView, place: types.Range, only: Sequence[str] | None) -> list[types.CodeAction]:
    """What mends the cause that a line shows; at the top of the log, what mends any of its runs."""
    kind = types.CodeActionKind.QuickFix
    if only and not any(str(kind).startswith(wanted) for wanted in only):
        return []
    found: list[types.CodeAction] = []
    for verdict in view.verdicts if view.complete else ():
        cause = verdict.cause
        if cause is None:
            continue
        rows = {0, *(view.document.text.index_of(line) for line in _lines(verdict, cause))}
        if any(place.start.line <= row <= place.end.line for row in rows):
            found += _actions(view, verdict, cause)
    return found


def _lines(verdict: Verdict, cause: Cause) -> Iterator[int]:
    yield verdict.line
    yield verdict.run.start_line
    for reason in cause.because:
        if reason.line:
            yield reason.line


def _actions(view: LogView, verdict: Verdict, cause: Cause) -> Iterator[types.CodeAction]:
    told = diagnostic_of(view, verdict, cause)
    for fix in cause.fixes:
        edit = workspace_edit(view, fix)
        if edit is not None:
            yield types.CodeAction(fix.title, types.CodeActionKind.QuickFix, [told], edit=edit)
