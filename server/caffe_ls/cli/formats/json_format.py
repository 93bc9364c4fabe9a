"""The JSON of `check`: for programs; its fields are a promise."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any

from caffe_ls.cli.report import FileReport, severity_of
from caffe_ls.rules.finding import Finding, Fix
from caffe_ls.text.source import Source
from caffe_ls.text.span import Span

FORMAT_VERSION = 1

SourceOf = Callable[[str], Source]


def to_json(lines: Iterable[str]) -> str:
    """The report as one JSON object, of what `file_line` made of each file."""
    files = ",\n".join(lines)
    return f'{{"version": {FORMAT_VERSION}, "files": [\n{files}\n]}}\n'


def file_line(file: FileReport, source_of: SourceOf) -> str:
    """The findings of a file as JSON; `source_of` gives the text of other files that findings speak of.

    The output is plain ASCII: so the lone surrogates that stand for bytes that are no UTF-8 come through whole.
    """
    # A file on a line: with indentation, Python's own encoder is not the fast one.
    return json.dumps(_file(file, source_of))


def _file(file: FileReport, source_of: SourceOf) -> dict[str, Any]:
    return {
        "path": file.path,
        "kind": file.kind,
        "dialect": file.dialect,
        "findings": [_finding(finding, file, source_of) for finding in file.findings],
    }


def _finding(finding: Finding, file: FileReport, source_of: SourceOf) -> dict[str, Any]:
    related = [
        {
            "path": other.path or file.path,
            "line": (source_of(other.path) if other.path else file.source).line_column(other.span.start).line,
            "message": other.message,
        }
        for other in finding.related
    ]
    return {
        "rule": finding.rule,
        "severity": severity_of(finding).value,
        "stage": finding.stage,
        "message": finding.message,
        **_place(finding.span, file.source),
        "phases": list(finding.phases),
        "layer": finding.layer,
        "assumes": list(finding.assumes),
        "related": related,
        "fixes": [_fix(fix, file, source_of) for fix in finding.fixes if fix.edits or fix.new_files or fix.setting],
    }


def _fix(fix: Fix, file: FileReport, source_of: SourceOf) -> dict[str, Any]:
    edits = [
        {
            "path": path or file.path,
            **_place(edit.span, source_of(path) if path else file.source),
            "new_text": edit.new_text,
        }
        for edit, path in ((change.edit, change.path) for change in fix.edits)
    ]
    new_files = [{"path": path, "text": text} for path, text in fix.new_files]
    return {"title": fix.title, "safe": fix.safe, "edits": edits, "new_files": new_files}


def _place(span: Span, source: Source) -> dict[str, int]:
    start, end = source.line_column(span.start), source.line_column(span.end)
    return {"line": start.line, "column": start.column, "end_line": end.line, "end_column": end.column}
