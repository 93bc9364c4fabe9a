"""JUnit's XML: a test suite for each file, a failed test for each finding; for build servers that know nothing else."""

from __future__ import annotations

from xml.sax.saxutils import escape, quoteattr

from caffe_ls.cli.options import FailOn
from caffe_ls.cli.output import one_line
from caffe_ls.cli.report import FileReport, Report, at_least, severity_of
from caffe_ls.rules.finding import Finding


def to_junit(report: Report, fail_on: FailOn) -> str:
    """The report as XML; findings below `fail_on` are tests that passed."""
    suites = [_suite(file, fail_on) for file in report.files if file.kind != "other"]
    body = "".join(suites)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="caffe-ls">\n{body}</testsuites>\n'


def _suite(file: FileReport, fail_on: FailOn) -> str:
    failures = sum(at_least(finding, fail_on) for finding in file.findings)
    cases = [_case(finding, file, fail_on) for finding in file.findings]
    if not cases:
        cases = [f'    <testcase name="nothing found" classname={_attribute(file.path)}/>\n']
    head = f'  <testsuite name={_attribute(file.path)} tests="{len(cases)}" failures="{failures}" errors="0">\n'
    return head + "".join(cases) + "  </testsuite>\n"


def _case(finding: Finding, file: FileReport, fail_on: FailOn) -> str:
    line, column = file.source.line_column(finding.span.start)
    place = f"{file.path}:{line}:{column}"
    head = f"    <testcase name={_attribute(f'{finding.rule} at {line}:{column}')} classname={_attribute(file.path)}"
    if not at_least(finding, fail_on):
        return f"{head}/>\n"
    severity = severity_of(finding).value
    text = escape(one_line(f"{place}: {severity}: {finding.message}"))
    failure = f'<failure type="{severity}" message={_attribute(finding.message)}>{text}</failure>'
    return f"{head}>{failure}</testcase>\n"


def _attribute(text: str) -> str:
    # XML has no way to write most control characters.
    return quoteattr(one_line(text))
