"""What `check` says of a training log: its findings, each on the whole of its line."""

from __future__ import annotations

from itertools import accumulate

from caffe_ls.analysis.evidence import Evidence
from caffe_ls.cli.report import FileReport
from caffe_ls.rules.checking_logs import check_log
from caffe_ls.rules.finding import Finding, LogFinding
from caffe_ls.settings import Settings
from caffe_ls.text.source import Source
from caffe_ls.text.span import Span
from caffe_ls.training_log.ending import ended
from caffe_ls.training_log.reader import Reader


def log_report(path: str, data: bytes, text: str, settings: Settings) -> FileReport:
    """The report on a log that is all there."""
    reader = Reader()
    reader.feed(data)
    reader.close()
    record = reader.record()
    evidence = [Evidence(run, ended(record, run)) for run in record.runs]
    ends = list(accumulate(len(line) + 1 for line in text.split("\n")))
    found = [_on_line(finding, ends, text) for one in evidence for finding in check_log(one, settings)]
    found.sort(key=lambda finding: (finding.span.start, finding.rule))
    return FileReport(path, "log", evidence[-1].dialect if evidence else None, Source(text), tuple(found))


def _on_line(finding: LogFinding, ends: list[int], text: str) -> Finding:
    line = min(finding.line, len(ends)) - 1
    start = ends[line - 1] if line > 0 else 0
    end = max(start, ends[line] - 1)
    if text[end - 1 : end] == "\r":
        end -= 1
    return Finding(
        Span(start, end),
        finding.message,
        severity=finding.severity,
        stage=finding.stage,
        layer=finding.layer,
        phases=(finding.phase,) if finding.phase else (),
        rule=finding.rule,
    )
