"""A diagnosis for people: the verdict with its reasons, and the curves as sparklines."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from caffe_ls.analysis.averages import mean
from caffe_ls.cli.output import one_line
from caffe_ls.diagnosis.cause import HARMLESS, MEANINGS, Cause
from caffe_ls.log_explanation.figures import sparkline
from caffe_ls.training_log.ending import ended
from caffe_ls.training_log.first_nonfinite import first_nonfinite
from caffe_ls.training_log.series import Series
from caffe_ls.training_log.table import cell

if TYPE_CHECKING:
    from caffe_ls.cli.diagnose import LogReport, RunReport

_WIDTH = 32
_LONGEST_NAME = 40
_MOST_CURVES = 24
_MOST_FINDINGS = 30
_SHOWN_CAUSES = 3
_SURE_ENOUGH = 0.5
_COLOURS = {"error": "red", "warning": "yellow", "information": "cyan", "hint": "dim"}


class Line(NamedTuple):
    """A line of the summary, and its style on a terminal."""

    text: str
    style: str = ""


def summary(report: LogReport) -> Iterator[Line]:
    """The verdict, what speaks for it, and the curves of each run; nothing in it steers a terminal."""
    size = f"{report.record.lines:,} lines, {report.record.bytes:,} bytes"
    yield Line(f"{one_line(report.path)}  {size}", "bold")
    if not report.runs:
        yield Line("no line of a training run of Caffe's in it")
    for number, run in enumerate(report.runs, 1):
        yield from _run(report, run, number)


def _run(report: LogReport, run: RunReport, number: int) -> Iterator[Line]:
    of = f"run {number} of {len(report.runs)}, from line {run.run.start_line}: " if len(report.runs) > 1 else ""
    if run.run.last_iteration is None:
        iterations = "no iteration"
    else:
        iterations = f"iterations {run.run.first_iteration} to {run.run.last_iteration}"
    yield Line("")
    yield Line(f"{of}{iterations}, {ended(report.record, run.run, report.growing)}, {run.evidence.dialect}", "dim")
    for at, cause in enumerate(_worth_showing(run.causes)):
        yield from _cause(cause, at == 0)
    found = first_nonfinite(run.run)
    if found is not None:
        where = " ".join(part for part in (found.direction, found.layer, found.blob, found.part) if part)
        text = f"  first value that is no number: line {found.line}, iteration {found.iteration}, {where}"
        yield Line(one_line(text))
    yield from _curves(run)
    told = {reason.line for cause in run.causes[:1] for reason in cause.because}
    findings = [finding for finding in run.findings if finding.line not in told]
    for finding in findings[:_MOST_FINDINGS]:
        severity = finding.severity.value if finding.severity else "warning"
        text = f"{report.path}:{finding.line}: {severity}: {finding.message} [{finding.rule}]"
        yield Line(one_line(text), _COLOURS.get(severity, ""))
    if len(findings) > _MOST_FINDINGS:
        yield Line(f"and {len(findings) - _MOST_FINDINGS} more findings (--format json has them all)")


def _worth_showing(causes: Sequence[Cause]) -> Iterator[Cause]:
    """The likeliest cause, and others that come near it."""
    for at, cause in enumerate(causes[:_SHOWN_CAUSES]):
        if at == 0 or cause.confidence >= max(0.3, 0.5 * causes[0].confidence):
            yield cause


def _cause(cause: Cause, first: bool) -> Iterator[Line]:
    if first and cause.confidence < _SURE_ENOUGH and cause.cause not in HARMLESS:
        yield Line("not enough in the log to be sure; what may be behind it:", "dim")
    style = "bold green" if cause.cause == "healthy" else "bold red" if first else "bold yellow"
    meaning = MEANINGS[cause.cause]
    yield Line(f"{'' if first else 'or '}{cause.cause} ({100 * cause.confidence:.0f} %): {meaning}", style)
    for reason in cause.because:
        line = f"line {reason.line}: " if reason.line is not None else ""
        yield Line(f"  · {line}{one_line(reason.text)}")
    if first:
        for fix in cause.fixes:
            yield Line(f"  fix: {one_line(fix.title)}")
        yield Line(f"  {'next' if cause.cause in HARMLESS else 'to be sure'}: {one_line(cause.confirm)}")


def _curves(run: RunReport) -> Iterator[Line]:
    own = [series for output, series in run.run.outputs.items() if output.phase == "TRAIN"]
    # Without average_loss the smoothed loss is that of the iteration, which a single output of weight 1 shows as well.
    is_shown = any(series.values == run.run.loss.values[: len(series.values)] for series in own)
    rows: list[tuple[str, Series]] = [] if is_shown else [("loss (smoothed)", run.run.loss)]
    for output, series in run.run.outputs.items():
        phase = "train" if output.phase == "TRAIN" else f"test #{output.net}" if output.net else "test"
        rows.append((one_line(f"{phase} {output.name}")[:_LONGEST_NAME], series))
    if len(set(run.run.rate.values)) > 1:
        rows.append(("learning rate", run.run.rate))
    rows = [(name, series) for name, series in rows if series.values][:_MOST_CURVES]
    wide = max((len(name) for name, _ in rows), default=0)
    for name, series in rows:
        first, last = (cell(float(f"{series.values[at]:.4g}")) for at in (0, -1))
        yield Line(f"  {name:{wide}}  {first:>10}  {_drawn(series.values):{_WIDTH}}  {last}")


def _drawn(values: Sequence[float]) -> str:
    """The values as a row of blocks, several of them to a block where they are many; one that is no number shows."""
    size = max(1, -(-len(values) // _WIDTH))
    cells = [values[start : start + size] for start in range(0, len(values), size)]
    return sparkline([mean(cell) if all(map(math.isfinite, cell)) else math.nan for cell in cells])
