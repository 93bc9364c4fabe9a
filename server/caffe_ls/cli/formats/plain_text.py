"""The text of `check` where no one watches: one line for each finding, for grep and for editors' error formats."""

from __future__ import annotations

from caffe_ls.cli.output import one_line
from caffe_ls.cli.report import FileReport, Report, fixable, severity_of
from caffe_ls.rules.finding import Severity


def to_text(report: Report) -> str:
    """`path:line:column: severity: message [rule]` for each finding, and a line with the numbers."""
    lines = [line for file in report.files for line in _lines(file)]
    return "\n".join([*lines, summary(report)]) + "\n"


def summary(report: Report) -> str:
    """How many findings in how many files, and how many of them can be mended."""
    checked = [file for file in report.files if file.kind != "other"]
    numbers = report.count()
    found = ", ".join(_number(numbers[severity], severity.value) for severity in Severity if numbers.get(severity))
    line = f"{_number(len(checked), 'file')} checked: {found or 'nothing found'}"
    findings = [finding for file in checked for finding in file.findings]
    safe, all_fixable = fixable(findings, unsafe=False), fixable(findings, unsafe=True)
    if safe:
        line += f"; --fix mends {safe}"
    if all_fixable > safe:
        line += f"{',' if safe else ';'} --fix --unsafe mends {all_fixable}"
    return line


def _lines(file: FileReport) -> list[str]:
    found = []
    for finding in file.findings:
        line, column = file.source.line_column(finding.span.start)
        severity = severity_of(finding).value
        found.append(f"{one_line(file.path)}:{line}:{column}: {severity}: {one_line(finding.message)} [{finding.rule}]")
    return found


def _number(number: int, word: str) -> str:
    return f"{number:,} {word}" if number == 1 or word == "information" else f"{number:,} {word}s"
