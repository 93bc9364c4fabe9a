"""The verdict on a run, and what the rules find in it, on the lines that show it."""

from __future__ import annotations

from lsprotocol import types

from caffe_ls.diagnosis.cause import HARMLESS, MEANINGS, Cause
from caffe_ls.features.diagnostics import SEVERITIES, SOURCE
from caffe_ls.features.log_view import LogView, Verdict
from caffe_ls.rules.finding import LogFinding, Severity


def log_diagnostics(view: LogView) -> list[types.Diagnostic]:
    """The likeliest cause of each run that went wrong, and all findings; nothing before a log has been read."""
    if not view.complete:
        return []
    causes = [diagnostic_of(view, verdict, cause) for verdict in view.verdicts if (cause := verdict.cause) is not None]
    return causes + [diagnostic_of_finding(view, finding) for verdict in view.verdicts for finding in verdict.findings]


def diagnostic_of(view: LogView, verdict: Verdict, cause: Cause) -> types.Diagnostic:
    """What is said of a cause at the line that shows it first; its reasons are related places."""
    stopped = view.document.ended(verdict.run) in ("fatal", "crashed")
    reasons = [reason.text for reason in cause.because]
    related = [
        types.DiagnosticRelatedInformation(view.here(view.line_range(reason.line)), reason.text)
        for reason in cause.because
        if reason.line
    ]
    shown = reasons[:1] if view.client.takes_related_information else reasons
    return types.Diagnostic(
        range=view.line_range(verdict.line),
        message="; ".join([f"{words(cause)}: {MEANINGS[cause.cause]}", *shown]),
        severity=_severity(cause, stopped),
        code=cause.cause,
        source=SOURCE,
        related_information=related if view.client.takes_related_information else None,
    )


def _severity(cause: Cause, stopped: bool) -> types.DiagnosticSeverity:
    if cause.cause in HARMLESS:
        return types.DiagnosticSeverity.Information
    return types.DiagnosticSeverity.Error if stopped else types.DiagnosticSeverity.Warning


def words(cause: Cause) -> str:
    """A cause and how sure it is."""
    return f"{cause.cause.replace('-', ' ')} ({cause.confidence:.0%})"


def diagnostic_of_finding(view: LogView, finding: LogFinding) -> types.Diagnostic:
    """What is said of a finding at its line."""
    return types.Diagnostic(
        range=view.line_range(finding.line),
        message=finding.message,
        severity=types.DiagnosticSeverity(SEVERITIES[finding.severity or Severity.WARNING]),
        code=finding.rule,
        source=SOURCE,
    )
