"""Workflow commands of GitHub Actions: findings as annotations of a pull request."""

from __future__ import annotations

from pathlib import Path

from caffe_ls.cli.report import FileReport, Report, severity_of
from caffe_ls.rules.finding import Finding, Severity

_COMMANDS = {
    Severity.ERROR: "error",
    Severity.WARNING: "warning",
    Severity.INFORMATION: "notice",
    Severity.HINT: "notice",
}


def to_github(report: Report) -> str:
    """One command a line."""
    return "".join(_command(finding, file) for file in report.files for finding in file.findings)


def _command(finding: Finding, file: FileReport) -> str:
    start, end = file.source.line_column(finding.span.start), file.source.line_column(finding.span.end)
    properties = {"file": Path(file.path).as_posix(), "line": str(start.line), "endLine": str(end.line)}
    if start.line == end.line:  # GitHub takes columns on one line only.
        properties |= {"col": str(start.column), "endColumn": str(max(start.column, end.column - 1))}
    properties["title"] = finding.rule
    written = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    return f"::{_COMMANDS[severity_of(finding)]} {written}::{_data(finding.message)}\n"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
