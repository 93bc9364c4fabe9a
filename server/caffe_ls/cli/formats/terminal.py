"""The text of `check` for people: colours, the line of the source with the place underlined, and the fixes' titles."""

from __future__ import annotations

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from caffe_ls.cli.formats.plain_text import summary
from caffe_ls.cli.output import one_line
from caffe_ls.cli.report import FileReport, Report, applicable_fix, severity_of
from caffe_ls.rules.finding import Finding, Fix, Severity
from caffe_ls.text.source import Source
from caffe_ls.text.span import Span

_STYLES = {
    Severity.ERROR: "bold red",
    Severity.WARNING: "bold yellow",
    Severity.INFORMATION: "bold blue",
    Severity.HINT: "bold cyan",
}
_TAB = " " * 4
_NARROWEST = 40


def show(report: Report, console: Console) -> None:
    """Print the report to a terminal."""
    width = max(_NARROWEST, console.width)
    for file in report.files:
        for finding in file.findings:
            console.print(_finding(finding, file, width), soft_wrap=True)
    numbers = report.count()
    worst = min(numbers, key=lambda severity: severity.rank, default=None)
    console.print(Text(summary(report), "bold green" if worst is None else _STYLES[worst]), soft_wrap=True)


def _finding(finding: Finding, file: FileReport, width: int) -> Text:
    line, column = file.source.line_column(finding.span.start)
    severity = severity_of(finding)
    text = Text()
    text.append(one_line(file.path), "bold")
    text.append(f":{line}:{column} ", "dim")
    text.append(severity.value, _STYLES[severity])
    text.append(f" [{finding.rule}]", "dim")
    if finding.phases:
        text.append(f" in {', '.join(finding.phases)}", "dim")
    text.append(f"\n  {one_line(finding.message)}\n")
    text.append_text(_excerpt(finding.span, file.source, _STYLES[severity], width))
    for other in finding.related:
        path, where = file.path, ""
        if other.path:
            path = other.path
        else:
            where = f":{file.source.line_column(other.span.start).line}"
        text.append(f"  see {one_line(path)}{where}: {one_line(other.message)}\n", "dim")
    for fix in finding.fixes:
        text.append("  fix: ", "green")
        text.append(f"{one_line(fix.title)}{_how(fix, finding)}\n")
    return text


def _how(fix: Fix, finding: Finding) -> str:
    """The option that applies the fix; of several, each option applies the first that it may."""
    if fix is applicable_fix(finding, unsafe=False):
        return " (--fix)"
    return " (--fix --unsafe)" if fix is applicable_fix(finding, unsafe=True) else ""


def _excerpt(span: Span, source: Source, style: str, width: int) -> Text:
    """The line on which a span begins, cut to the terminal's width, and a line that underlines the span."""
    number = source.line_of(span.start)
    start, end = source.line_bounds(number)
    gutter = f"{number + 1:>6} | "
    room = width - len(gutter) - 1
    left = max(start, min(span.start - room // 3, end - room))
    stop = min(max(span.end, span.start), end)
    before = _shown(source.text[left : span.start])
    marked = _shown(source.text[span.start : stop])
    after = _shown(source.text[stop : min(end, left + room)])
    room_for_mark = max(1, room - cell_len(before))
    text = Text()
    text.append(gutter, "dim")
    text.append(before)
    text.append(marked[:room_for_mark], style)
    text.append(f"{after[: max(0, room_for_mark - len(marked))]}\n")
    text.append(" " * (len(gutter) - 2) + "| ", "dim")
    text.append(" " * cell_len(before))
    text.append("^" * max(1, min(cell_len(marked), room_for_mark)) + "\n", style)
    return text


def _shown(text: str) -> str:
    return one_line(text.replace("\t", _TAB))
