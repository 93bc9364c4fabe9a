"""The verdict on a run, on the lines that show it."""

from __future__ import annotations

from collections.abc import Iterator

from lsprotocol import types

from caffe_ls.diagnosis.cause import Cause
from caffe_ls.features.log_view import LogView
from caffe_ls.training_log.record import Run

SOURCE = "caffe-ls"


def log_diagnostics(view: LogView) -> list[types.Diagnostic]:
    """The likeliest cause of each run that went wrong, with its reasons; nothing before a log has been read."""
    if not view.complete:
        return []
    return [told for line, run, cause in view.lines_with_causes() for told in _of_cause(view, line, run, cause)]


def diagnostic_of(view: LogView, line: int, run: Run, cause: Cause) -> types.Diagnostic:
    """What is said of a cause at the line that shows it first."""
    stopped = view.document.ended(run) in ("fatal", "crashed")
    reason = next((one.text for one in cause.because), "")
    related = [
        types.DiagnosticRelatedInformation(view.here(view.line_range(one.line)), one.text)
        for one in cause.because
        if one.line
    ]
    return types.Diagnostic(
        view.line_range(line),
        f"{words(cause)}" + (f": {reason}" if reason else ""),
        severity=types.DiagnosticSeverity.Error if stopped else types.DiagnosticSeverity.Warning,
        code=cause.cause,
        source=SOURCE,
        related_information=related if view.client.takes_related_information else None,
    )


def words(cause: Cause) -> str:
    """A cause and how sure it is."""
    return f"{cause.cause.replace('-', ' ')} ({cause.confidence:.0%})"


def _of_cause(view: LogView, line: int, run: Run, cause: Cause) -> Iterator[types.Diagnostic]:
    yield diagnostic_of(view, line, run, cause)
    for reason in cause.because:
        if reason.line and reason.line != line:
            yield types.Diagnostic(
                view.line_range(reason.line),
                f"{reason.text} (speaks for: {cause.cause.replace('-', ' ')})",
                severity=types.DiagnosticSeverity.Information,
                code=cause.cause,
                source=SOURCE,
            )
