"""A diagnosis for people: the verdict with its reasons, and the curves as sparklines."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from statistics import fmean
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from caffe_ls.cli.output import one_line
from caffe_ls.diagnosis.cause import Cause
from caffe_ls.log_explanation.figures import sparkline
from caffe_ls.training_log.ending import ended
from caffe_ls.training_log.first_nonfinite import first_nonfinite
from caffe_ls.training_log.series import Series
from caffe_ls.training_log.table import cell

if TYPE_CHECKING:
    from caffe_ls.cli.diagnose import LogReport, RunReport

_WIDTH = 32
_MOST_CURVES = 24
_MOST_FINDINGS = 30
_SHOWN_CAUSES = 3
_COLOURS = {"error": "red", "warning": "yellow", "information": "cyan", "hint": "dim"}


def show(report: LogReport, console: Console) -> None:
    """Print the verdict, what speaks for it, and the curves of each run."""
    size = f"{report.record.lines:,} lines, {report.record.bytes:,} bytes"
    console.print(f"[bold]{_safe(report.path)}[/bold]  {size}")
    if not report.runs:
        console.print("no line of a training run of Caffe's in it")
        return
    for number, run in enumerate(report.runs, 1):
        _show_run(report, run, number, console)


def _show_run(report: LogReport, run: RunReport, number: int, console: Console) -> None:
    of = f"run {number} of {len(report.runs)}, from line {run.run.start_line}: " if len(report.runs) > 1 else ""
    if run.run.last_iteration is None:
        iterations = "no iteration"
    else:
        iterations = f"iterations {run.run.first_iteration} to {run.run.last_iteration}"
    how = ended(report.record, run.run, report.growing)
    console.print(f"\n{of}{iterations}, {how}, {run.evidence.dialect}", style="dim")
    for at, cause in enumerate(_worth_showing(run.causes)):
        _show_cause(cause, at == 0, console)
    found = first_nonfinite(run.run)
    if found is not None:
        where = " ".join(part for part in (found.layer, found.blob, found.part) if part)
        console.print(
            f"  first value that is no number: line {found.line}, iteration {found.iteration}, {found.direction} "
            f"{_safe(where)}"
        )
    curves = _curves(run)
    if curves is not None:
        console.print(curves)
    for finding in run.findings[:_MOST_FINDINGS]:
        severity = finding.severity.value if finding.severity else "warning"
        place = f"{_safe(report.path)}:{finding.line}"
        colour = _COLOURS.get(severity, "yellow")
        words = f"{place}: [{colour}]{severity}[/{colour}]: {_safe(finding.message)} \\[{finding.rule}]"
        console.print(words, soft_wrap=True)
    if len(run.findings) > _MOST_FINDINGS:
        console.print(f"and {len(run.findings) - _MOST_FINDINGS} more findings (--format json has them all)")


def _worth_showing(causes: Sequence[Cause]) -> Iterator[Cause]:
    """The likeliest cause, and others that come near it."""
    for at, cause in enumerate(causes[:_SHOWN_CAUSES]):
        if at == 0 or cause.confidence >= max(0.3, 0.5 * causes[0].confidence):
            yield cause


def _show_cause(cause: Cause, first: bool, console: Console) -> None:
    colour = "green" if cause.cause == "healthy" else "red" if first else "yellow"
    prefix = "" if first else "or "
    console.print(f"{prefix}[bold {colour}]{cause.cause}[/bold {colour}] ({100 * cause.confidence:.0f} %)")
    for reason in cause.because:
        line = f"line {reason.line}: " if reason.line is not None else ""
        console.print(Text(f"  · {line}{one_line(reason.text)}"), soft_wrap=True)
    if not first:
        return
    console.print(Text(f"  to be sure: {one_line(cause.confirm)}"), soft_wrap=True)
    for fix in cause.fixes:
        console.print(Text(f"  fix: {one_line(fix.title)}"), soft_wrap=True)


def _curves(run: RunReport) -> Table | None:
    rows: list[tuple[str, Series]] = []
    if run.run.loss.values:
        rows.append(("loss (smoothed)", run.run.loss))
    for output, series in run.run.outputs.items():
        phase = "train" if output.phase == "TRAIN" else f"test #{output.net}" if output.net else "test"
        rows.append((f"{phase} {output.name}", series))
    if len(set(run.run.rate.values)) > 1:
        rows.append(("learning rate", run.run.rate))
    rows = [(name, series) for name, series in rows if series.values][:_MOST_CURVES]
    if not rows:
        return None
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for name in ("", "first", "", "last"):
        table.add_column(name, justify="right" if name else "left")
    for name, series in rows:
        first, last = (cell(float(f"{series.values[at]:.4g}")) for at in (0, -1))
        table.add_row(Text("  " + one_line(name)), first, _drawn(series.values), last)
    return table


def _drawn(values: Sequence[float]) -> str:
    """The values as a row of blocks, several of them to a block where they are many; one that is no number shows."""
    size = max(1, -(-len(values) // _WIDTH))
    cells = [values[start : start + size] for start in range(0, len(values), size)]
    return sparkline([fmean(cell) if all(map(math.isfinite, cell)) else math.nan for cell in cells])


def _safe(text: str) -> str:
    return escape(one_line(text))
