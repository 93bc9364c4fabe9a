"""SARIF 2.1.0, which code scanning services read."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import quote

import caffe_ls
from caffe_ls.cli.formats.json_format import SourceOf
from caffe_ls.cli.report import FileReport, Report, severity_of
from caffe_ls.rules.finding import Finding, Fix, Severity
from caffe_ls.rules.registry import all_rules
from caffe_ls.rules.rule import Rule
from caffe_ls.text.source import Source
from caffe_ls.text.span import Span

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_LEVELS = {
    Severity.ERROR: "error",
    Severity.WARNING: "warning",
    Severity.INFORMATION: "note",
    Severity.HINT: "note",
}


def to_sarif(report: Report, source_of: SourceOf) -> str:
    """The report as a SARIF log of one run."""
    rules = all_rules()
    index = {rule.name: number for number, rule in enumerate(rules)}
    run = {
        "tool": {"driver": _driver(rules)},
        "columnKind": "unicodeCodePoints",
        "results": [_result(found, file, index, source_of) for file in report.files for found in file.findings],
    }
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=1) + "\n"


def _driver(rules: tuple[Rule, ...]) -> dict[str, Any]:
    return {
        "name": "caffe-ls",
        "semanticVersion": caffe_ls.__version__,
        "rules": [
            {
                "id": rule.name,
                "shortDescription": {"text": rule.summary},
                "fullDescription": {"text": rule.documentation},
                "defaultConfiguration": {"level": _LEVELS[rule.severity]},
                "properties": {"tags": [rule.category.value]},
            }
            for rule in rules
        ],
    }


def _result(finding: Finding, file: FileReport, index: dict[str, int], source_of: SourceOf) -> dict[str, Any]:
    result: dict[str, Any] = {
        "ruleId": finding.rule,
        "level": _LEVELS[severity_of(finding)],
        "message": {"text": finding.message},
        "locations": [{"physicalLocation": _location(file.path, finding.span, file.source)}],
        "partialFingerprints": {"findingInLayer/v1": _fingerprint(finding)},
    }
    if finding.rule in index:
        result["ruleIndex"] = index[finding.rule]
    if finding.related:
        result["relatedLocations"] = [
            {
                "physicalLocation": _location(
                    other.path or file.path, other.span, source_of(other.path) if other.path else file.source
                ),
                "message": {"text": other.message},
            }
            for other in finding.related
        ]
    fixes = [_fix(fix, file, source_of) for fix in finding.fixes if fix.edits]
    return {**result, "fixes": fixes} if fixes else result


def _fingerprint(finding: Finding) -> str:
    """What stays the same of a finding while lines move above it, as a baseline sees it; the path is the place's."""
    return sha256("\0".join((finding.rule, finding.layer or "", finding.message)).encode(errors="replace")).hexdigest()


def _fix(fix: Fix, file: FileReport, source_of: SourceOf) -> dict[str, Any]:
    changes: dict[str, list[dict[str, Any]]] = {}
    for edit, path in ((change.edit, change.path) for change in fix.edits):
        source = source_of(path) if path else file.source
        replacement = {"deletedRegion": _region(edit.span, source), "insertedContent": {"text": edit.new_text}}
        changes.setdefault(path or file.path, []).append(replacement)
    return {
        "description": {"text": fix.title},
        "artifactChanges": [
            {"artifactLocation": {"uri": _uri(path)}, "replacements": replacements}
            for path, replacements in changes.items()
        ],
    }


def _location(path: str, span: Span, source: Source) -> dict[str, Any]:
    return {"artifactLocation": {"uri": _uri(path)}, "region": _region(span, source)}


def _region(span: Span, source: Source) -> dict[str, int]:
    start, end = source.line_column(span.start), source.line_column(span.end)
    return {"startLine": start.line, "startColumn": start.column, "endLine": end.line, "endColumn": end.column}


def _uri(path: str) -> str:
    if Path(path).is_absolute():
        return Path(path).as_uri()
    return quote(Path(path).as_posix(), errors="surrogateescape")
