"""The JSON of `diagnose`: for programs; its fields are a promise."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from caffe_ls.analysis.documents import PrototxtDocument
from caffe_ls.diagnosis.cause import Cause
from caffe_ls.rules.finding import Fix, LogFinding
from caffe_ls.training_log.json_form import first_nonfinite_json, runs_json

if TYPE_CHECKING:
    from caffe_ls.cli.diagnose import LogReport, RunReport

FORMAT_VERSION = 1


def to_json(report: LogReport) -> dict[str, Any]:
    """The report as one JSON object; numbers that are none are the strings nan, -nan, inf and -inf."""
    runs = runs_json(report.record, report.growing)
    for told, one in zip(runs, report.runs, strict=True):
        told["dialect"] = one.evidence.dialect
        told["causes"] = [_cause(cause, one) for cause in one.causes]
    main = report.main
    causing = next((one for one in report.runs if one.causes is report.causes), main)
    return {
        "version": FORMAT_VERSION,
        "log": report.path,
        "bytes": report.record.bytes,
        "lines": report.record.lines,
        "runs": runs,
        "first_nonfinite": None if main is None else first_nonfinite_json(main.run),
        "findings": [_finding(finding) for one in report.runs for finding in one.findings],
        "causes": [] if causing is None else [_cause(cause, causing) for cause in causing.causes],
    }


def _cause(cause: Cause, report: RunReport) -> dict[str, Any]:
    return {
        "cause": cause.cause,
        "confidence": round(cause.confidence, 3),
        "because": [{"line": reason.line, "text": reason.text} for reason in cause.because],
        "confirm": cause.confirm,
        "fixes": [_fix(fix, _documents(report)) for fix in cause.fixes],
    }


def _documents(report: RunReport) -> Callable[[str], PrototxtDocument]:
    files = {file.path: file for file in (report.evidence.solver_file, report.evidence.net_file) if file is not None}
    return files.__getitem__


def _fix(fix: Fix, document: Callable[[str], PrototxtDocument]) -> dict[str, Any]:
    edits = []
    for change in fix.edits:
        assert change.path is not None
        source = document(change.path).source
        start, end = source.line_column(change.edit.span.start), source.line_column(change.edit.span.end)
        edits.append(
            {
                "path": _from_here(change.path),
                "line": start.line,
                "column": start.column,
                "end_line": end.line,
                "end_column": end.column,
                "new_text": change.edit.new_text,
            }
        )
    new_files = [{"path": path, "text": text} for path, text in fix.new_files]
    return {"title": fix.title, "safe": fix.safe, "edits": edits, "new_files": new_files}


def _from_here(path: str) -> str:
    """A path as the user would write it: from here where it lies below."""
    try:
        return str(Path(path).relative_to(Path.cwd()))
    except ValueError:
        return path


def _finding(finding: LogFinding) -> dict[str, Any]:
    severity = finding.severity
    return {
        "rule": finding.rule,
        "severity": severity.value if severity is not None else "warning",
        "stage": None,
        "message": finding.message,
        "line": finding.line,
        "column": 1,
        "end_line": finding.line + 1,
        "end_column": 1,
        "phases": [finding.phase] if finding.phase else [],
        "layer": finding.layer,
        "assumes": [],
        "related": [],
        "fixes": [],
        "iteration": finding.iteration,
        "blob": finding.blob,
    }
