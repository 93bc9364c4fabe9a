"""`caffe-ls diagnose`: a training log read, its findings, and the root causes of how it went."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from caffe_ls.analysis.documents import PrototxtDocument
from caffe_ls.analysis.evidence import Evidence
from caffe_ls.analysis.log_files import files_of_log
from caffe_ls.cli.errors import FINDINGS, NOTHING_FOUND, CommandError
from caffe_ls.cli.files import disk_access, reason_of
from caffe_ls.cli.log_input import chunks_of, following
from caffe_ls.cli.options import STANDARD_INPUT, CheckOptions, CommonOptions
from caffe_ls.cli.output import write
from caffe_ls.diagnosis.cause import HARMLESS, Cause
from caffe_ls.diagnosis.diagnosing import diagnose_evidence
from caffe_ls.immutable import dataclass, field
from caffe_ls.rules.checking_logs import check_log
from caffe_ls.rules.finding import LogFinding
from caffe_ls.text.source import decode
from caffe_ls.training_log.ending import ended
from caffe_ls.training_log.reader import Reader
from caffe_ls.training_log.record import Record, Run
from caffe_ls.training_log.series import POINTS

if TYPE_CHECKING:
    from caffe_ls.cli.opening import Opener

DiagnoseFormat = Literal["text", "json", "csv"]


@dataclass(frozen=True, slots=True)
class DiagnoseOptions:
    """What `diagnose` takes."""

    path: str
    solver: str = ""
    net: str = ""
    report_format: DiagnoseFormat = "text"
    full_series: bool = False
    follow: bool = False
    common: CommonOptions = field(default_factory=CommonOptions)


@dataclass(frozen=True, eq=False)
class RunReport:
    """A run with what was found about it."""

    run: Run
    evidence: Evidence
    findings: tuple[LogFinding, ...]
    causes: tuple[Cause, ...]


@dataclass(frozen=True, eq=False)
class LogReport:
    """A log with its runs; the main one is the first with trouble, else the last."""

    path: str
    record: Record
    runs: tuple[RunReport, ...]
    growing: bool = False

    @property
    def main(self) -> RunReport | None:
        """The run that the verdict on the log is about."""
        troubled = self.record.troubled_run
        return next((report for report in self.runs if report.run is troubled), None)

    @property
    def causes(self) -> tuple[Cause, ...]:
        """The causes of the main run: of the first that is not well, else of the last."""
        sick = next((report for report in self.runs if report.causes[0].cause not in HARMLESS), None)
        report = self.main if self.main is not None and self.main.run.first_nonfinite else sick or self.main
        return report.causes if report is not None else ()


def diagnose(options: DiagnoseOptions) -> int:
    """Run the command; the exit status."""
    if options.report_format == "csv":
        from caffe_ls.cli.formats.log_csv import write_csv

        write_csv(chunks_of(options.path), options.common.phase or "TRAIN")
        return NOTHING_FOUND
    if options.follow:
        return _follow(options)
    reader = Reader(points=None if options.full_series else POINTS)
    for data in chunks_of(options.path):
        reader.feed(data)
    reader.close()
    report = _report(options, reader.record(), _opener(options), growing=False)
    _print(report, options)
    return _status(report)


def _follow(options: DiagnoseOptions) -> int:
    """Tell anew whenever the verdict changes, until the run has ended or somebody stops it."""
    if options.path == STANDARD_INPUT:
        raise CommandError("--follow needs a file")
    opener = _opener(options)
    reader, told, report = Reader(), "", None
    for data in following(options.path):
        if data is None:  # The file was begun anew.
            reader, told = Reader(), ""
            continue
        if data:
            reader.feed(data)
            continue
        record = reader.record()
        report = _report(options, record, opener, growing=True)
        now = _verdict(report)
        if now != told:
            told = now
            _print(report, options)
        if record.runs and ended(record, record.runs[-1], growing=True) != "running":
            break
    return NOTHING_FOUND if report is None else _status(report)


def _verdict(report: LogReport) -> str:
    causes = report.causes
    return f"{len(report.runs)} {causes[0].cause if causes else ''} {report.main and report.main.run.first_nonfinite}"


def _report(
    options: DiagnoseOptions, record: Record, opened: Callable[[str], PrototxtDocument | None], growing: bool
) -> LogReport:
    absolute = str(Path.cwd() / options.path)
    given = [_given(path, opened) for path in (options.solver, options.net)]
    access = disk_access()
    reports = []
    for run in record.runs:
        found = files_of_log(absolute, record, run, access, opened) if options.path != STANDARD_INPUT else (None, None)
        solver, net = (own or other for own, other in zip(given, found, strict=True))
        evidence = Evidence(run, ended(record, run, growing), solver, net)
        reports.append(RunReport(run, evidence, check_log(evidence), diagnose_evidence(evidence)))
    return LogReport(options.path, record, tuple(reports), growing)


def _given(path: str, opened: Callable[[str], PrototxtDocument | None]) -> PrototxtDocument | None:
    if not path:
        return None
    try:
        Path(path).read_bytes()
    except (OSError, ValueError) as error:
        raise CommandError(f"{path}: {reason_of(error)}") from None
    return opened(path)


def _opener(options: DiagnoseOptions) -> Callable[[str], PrototxtDocument | None]:
    # What parses prototxts takes as long to import as a small log to read, and most logs have none beside them.
    opener = None if options.common == CommonOptions() else _new_opener(options)
    known: dict[str, PrototxtDocument | None] = {}

    def opened(path: str) -> PrototxtDocument | None:
        nonlocal opener
        path = str(Path.cwd() / path)
        if path not in known:
            opener = opener or _new_opener(options)
            data = opener.content(path)
            known[path] = None if data is None else opener.document(path, decode(data))
        return known[path]

    return opened


def _new_opener(options: DiagnoseOptions) -> Opener:
    from caffe_ls.cli.opening import Opener

    return Opener(CheckOptions((options.path,), options.common))


def _print(report: LogReport, options: DiagnoseOptions) -> None:
    if options.report_format == "json":
        import json

        from caffe_ls.cli.formats.log_json import to_json

        indent = None if options.follow else 1
        write(json.dumps(to_json(report), indent=indent, allow_nan=False) + "\n")
        return
    from caffe_ls.cli.formats.log_summary import summary

    if not sys.stdout.isatty() or os.environ.get("TERM") == "dumb":
        write("".join(f"{line.text}\n" for line in summary(report)))
        return
    from rich.console import Console
    from rich.text import Text

    console = Console(highlight=False)
    for line in summary(report):
        console.print(Text(line.text, line.style), soft_wrap=True)


def _status(report: LogReport) -> int:
    causes = report.causes
    return NOTHING_FOUND if not causes or causes[0].cause in HARMLESS else FINDINGS
