"""Fixes of a run's causes: edits of the user's own solver and net."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lsprotocol import types

from caffe_ls.diagnosis.cause import Cause
from caffe_ls.features.code_actions import is_wanted
from caffe_ls.features.log_diagnostics import diagnostic_of, diagnostic_of_finding
from caffe_ls.features.log_view import LogView, Verdict
from caffe_ls.features.workspace_edits import workspace_edit
from caffe_ls.rules.finding import Severity


def log_code_actions(view: LogView, place: types.Range, only: Sequence[str] | None) -> list[types.CodeAction]:
    """What mends the causes that a line speaks for; at the top of the log, what mends any of its runs."""
    if not is_wanted(types.CodeActionKind.QuickFix, only):
        return []
    found: list[types.CodeAction] = []
    for verdict in view.verdicts if view.complete else ():
        for cause in verdict.likely:
            rows = {0, *(view.document.text.index_of(line) for line in _lines(verdict, cause))}
            if any(place.start.line <= row <= place.end.line for row in rows):
                found += _actions(view, verdict, cause, place)
    return found


def _lines(verdict: Verdict, cause: Cause) -> Iterator[int]:
    """The lines that speak for a cause: its reasons, and whatever the rules found wrong in its run."""
    yield verdict.line
    yield verdict.run.start_line
    for reason in cause.because:
        if reason.line:
            yield reason.line
    for finding in verdict.findings:
        if finding.severity is not Severity.HINT:
            yield finding.line


def _actions(view: LogView, verdict: Verdict, cause: Cause, place: types.Range) -> Iterator[types.CodeAction]:
    told = [diagnostic_of(view, verdict, cause)] if cause is verdict.cause else []
    told += [
        diagnostic_of_finding(view, finding)
        for finding in verdict.findings
        if place.start.line <= view.document.text.index_of(finding.line) <= place.end.line
    ]
    for fix in cause.fixes:
        edit = workspace_edit(view, fix)
        if edit is not None:
            yield types.CodeAction(fix.title, types.CodeActionKind.QuickFix, told, edit=edit)
