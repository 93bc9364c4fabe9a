"""Findings as the protocol's diagnostics."""

from __future__ import annotations

from lsprotocol import types

from caffe_ls.features.view import View
from caffe_ls.rules.finding import Finding, Severity

SOURCE = "caffe-ls"

SEVERITIES = {
    Severity.ERROR: types.DiagnosticSeverity.Error,
    Severity.WARNING: types.DiagnosticSeverity.Warning,
    Severity.INFORMATION: types.DiagnosticSeverity.Information,
    Severity.HINT: types.DiagnosticSeverity.Hint,
}

_UNNECESSARY_WORDS = frozenset({"unused", "needless", "unread", "dead"})
_DEPRECATED_WORDS = frozenset({"deprecated", "old", "legacy", "v0", "v1"})


def diagnostics(view: View) -> list[types.Diagnostic]:
    """What the rules say of a document."""
    return [diagnostic(view, finding) for finding in view.findings]


def diagnostic(view: View, finding: Finding) -> types.Diagnostic:
    """One finding."""
    return types.Diagnostic(
        range=view.range(finding.span),
        message=_message(finding),
        severity=SEVERITIES[finding.severity or Severity.WARNING],
        code=finding.rule,
        source=SOURCE,
        tags=_tags(finding),
        related_information=_related(view, finding),
    )


def _message(finding: Finding) -> str:
    if not finding.phases:
        return finding.message
    return f"{finding.message} ({' and '.join(finding.phases)})"


def _tags(finding: Finding) -> list[types.DiagnosticTag] | None:
    if finding.severity is not Severity.HINT:
        return None
    words = frozenset(finding.rule.split("-"))
    if words & _UNNECESSARY_WORDS:
        return [types.DiagnosticTag.Unnecessary]
    return [types.DiagnosticTag.Deprecated] if words & _DEPRECATED_WORDS else None


def _related(view: View, finding: Finding) -> list[types.DiagnosticRelatedInformation] | None:
    if not finding.related or not view.client.takes_related_information:
        return None
    places = ((view.location(other.path, other.span), other.message) for other in finding.related)
    return [types.DiagnosticRelatedInformation(place, message) for place, message in places if place is not None]
