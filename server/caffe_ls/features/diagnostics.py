"""Findings as the protocol's diagnostics.

They are the protocol's JSON, not its types: the first ones are told before these are imported.
"""

from __future__ import annotations

import re
from typing import Any

from caffe_ls.features import positions
from caffe_ls.features.client import Encoding
from caffe_ls.features.view import View
from caffe_ls.rules.finding import Finding, Severity
from caffe_ls.text.source import Source
from caffe_ls.text.span import Span

SOURCE = "caffe-ls"

SEVERITIES = {Severity.ERROR: 1, Severity.WARNING: 2, Severity.INFORMATION: 3, Severity.HINT: 4}
"""The numbers of DiagnosticSeverity."""

_MOST_LINES = 3
_NAME_BEFORE = re.compile(r"\w+\s*:?\s*\Z")

_UNNECESSARY, _DEPRECATED = 1, 2  # The numbers of DiagnosticTag.
_UNNECESSARY_WORDS = frozenset({"unused", "needless", "unread", "dead"})
_DEPRECATED_WORDS = frozenset({"deprecated", "old", "legacy", "v0", "v1"})


def diagnostics(view: View) -> list[dict[str, Any]]:
    """What the rules say of a document."""
    return [diagnostic(view, finding) for finding in view.findings]


def diagnostic(view: View, finding: Finding) -> dict[str, Any]:
    """One finding."""
    told: dict[str, Any] = {
        "range": _range(view.document.source, _marked(view.document.source, finding.span), view.client.encoding),
        "message": _message(finding),
        "severity": SEVERITIES[finding.severity or Severity.WARNING],
        "code": finding.rule,
        "source": SOURCE,
    }
    tag, related = _tag(finding), _related(view, finding)
    if tag is not None:
        told["tags"] = [tag]
    if related is not None:
        told["relatedInformation"] = related
    return told


def _marked(source: Source, span: Span) -> Span:
    """What an editor underlines: of a block of many lines, in which something is missing, the line that begins it."""
    line = source.line_of(span.start)
    if source.line_of(span.end) - line < _MOST_LINES:
        return span
    start, end = source.line_bounds(line)
    name = _NAME_BEFORE.search(source.text[start : span.start])
    before = span.start - start if name is None else name.start()
    return Span(start + before, start + len(source.text[start:end].rstrip()))


def _range(source: Source, span: Span, encoding: Encoding) -> dict[str, Any]:
    start, end = (positions.line_and_column(source, offset, encoding) for offset in span)
    return {"start": {"line": start[0], "character": start[1]}, "end": {"line": end[0], "character": end[1]}}


def _message(finding: Finding) -> str:
    if not finding.phases:
        return finding.message
    return f"{finding.message} ({' and '.join(finding.phases)})"


def _tag(finding: Finding) -> int | None:
    if finding.severity is not Severity.HINT:
        return None
    words = frozenset(finding.rule.split("-"))
    if words & _UNNECESSARY_WORDS:
        return _UNNECESSARY
    return _DEPRECATED if words & _DEPRECATED_WORDS else None


def _related(view: View, finding: Finding) -> list[dict[str, Any]] | None:
    if not finding.related or not view.client.takes_related_information:
        return None
    places = ((view.file(other.path), other) for other in finding.related)
    return [
        {
            "location": {"uri": file[0], "range": _range(file[1], other.span, view.client.encoding)},
            "message": other.message,
        }
        for file, other in places
        if file is not None
    ]
