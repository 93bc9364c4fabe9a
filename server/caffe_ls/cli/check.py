"""`caffe-ls check`: the findings of files, printed; mended where asked."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from caffe_ls.analysis.documents import PrototxtDocument
from caffe_ls.analysis.kinds import looks_like_log
from caffe_ls.cli.baseline import Baseline, read_baseline
from caffe_ls.cli.errors import FAILED, FINDINGS, NOTHING_FOUND
from caffe_ls.cli.files import InputFile, Unreadable, input_files, read_bytes, reason_of
from caffe_ls.cli.fixing import fixed
from caffe_ls.cli.opening import Opener
from caffe_ls.cli.options import CheckOptions
from caffe_ls.cli.output import tell, write
from caffe_ls.cli.progress import watched
from caffe_ls.cli.report import FileReport, Report, at_least, left_to_the_user
from caffe_ls.cli.side_by_side import side_by_side
from caffe_ls.rules.checking import check as findings_of
from caffe_ls.rules.finding import Finding
from caffe_ls.text.source import Source, decode, encode

# Fixes in one file may make others possible in another one; two that undo each other must come to an end.
_ROUNDS = 5


def check(options: CheckOptions) -> int:
    """Run the command; the exit status."""
    _tell_failing_rules()
    opener = Opener(options)
    baseline = read_baseline(options.baseline) if options.baseline else Baseline()
    files = list(input_files(options.paths, options.common.stdin_path))
    opener.prepare(file.path for file in files)
    if options.report_format == "json" and not (options.fix or options.diff):
        return _print_lines(files, options, opener, baseline)
    answers = list(watched(side_by_side(files, lambda file: _judge(file, options, opener)), len(files), "checking"))
    if options.fix or options.diff:
        answers = _beside_what_others_became(answers, files, options, opener)
        answers = [_deliver(answer, options) if isinstance(answer, _Judged) else answer for answer in answers]
    judged = [answer for answer in answers if isinstance(answer, _Judged)]
    _tell_unread(answers, options)
    report = Report(tuple(baseline.without_known(answer.report) for answer in judged))
    _tell_summary(judged, report, options)
    if not options.diff:
        _print(report, options, opener, to_standard_error=options.fix and _reads_standard_input(judged))
    if len(judged) < len(answers) or opener.settings_are_wrong:
        return FAILED
    return _status(report, judged, options)


class _Line(NamedTuple):
    """A file's part of the report as text, and whether it has a finding that fails the run."""

    text: str
    fails: bool


def _print_lines(
    files: Sequence[InputFile | Unreadable], options: CheckOptions, opener: Opener, baseline: Baseline
) -> int:
    """Print the report whose parts are made where files are judged: text is quicker between processes than findings."""
    from caffe_ls.cli.formats.json_format import file_line, to_json

    source_of = _sources(opener)

    def line(file: InputFile | Unreadable) -> _Line | Unreadable:
        answer = _judge(file, options, opener)
        if isinstance(answer, Unreadable):
            return answer
        report = baseline.without_known(answer.report)
        return _Line(file_line(report, source_of), _fails(report, options))

    answers = list(watched(side_by_side(files, line), len(files), "checking"))
    lines = [answer for answer in answers if isinstance(answer, _Line)]
    _tell_unread(answers, options)
    write(to_json(answer.text for answer in lines))
    if len(lines) < len(answers) or opener.settings_are_wrong:
        return FAILED
    return FINDINGS if any(answer.fails for answer in lines) else NOTHING_FOUND


class _Judged(NamedTuple):
    """A file's findings; after fixes those that are left, with the text before and after."""

    file: InputFile
    report: FileReport
    before: str
    mended: int

    @property
    def text(self) -> str:
        return self.report.source.text


def _judge(file: InputFile | Unreadable, options: CheckOptions, opener: Opener) -> _Judged | Unreadable:
    if isinstance(file, Unreadable):
        return file
    data = read_bytes(file)
    if isinstance(data, Unreadable):
        return data
    text = decode(data)
    if options.common.kind == "log" or (options.common.kind is None and looks_like_log(text)):
        from caffe_ls.cli.log_findings import log_report

        return _Judged(file, log_report(file.path, data, text, opener.settings_for(file.path)), text, 0)
    document = opener.document(file.path, text)
    if document.kind not in ("net", "solver"):
        return _Judged(file, FileReport(file.path, document.kind, None, document.source, ()), text, 0)
    if not (options.fix or options.diff):
        return _Judged(file, _report(file, document, findings_of(document)), text, 0)
    after = fixed(document, lambda changed: opener.document(file.path, changed), options.unsafe)
    return _Judged(file, _report(file, after.document, after.findings), text, after.mended)


def _beside_what_others_became(
    answers: list[_Judged | Unreadable], files: Sequence[InputFile | Unreadable], options: CheckOptions, opener: Opener
) -> list[_Judged | Unreadable]:
    """The answers where each file stands beside the others as they will be: judged again until none changes."""
    known: dict[str, bytes] = {}
    for _ in range(_ROUNDS):
        judged = [answer for answer in answers if isinstance(answer, _Judged)]
        written = [answer for answer in judged if not answer.file.from_standard_input and answer.text != answer.before]
        contents = {answer.file.path: encode(answer.text) for answer in written}
        # Standard input can be read only once.
        if len(files) < 2 or contents == known or _reads_standard_input(judged):
            break
        known, beside = contents, opener.beside(contents)
        answers = list(side_by_side(files, lambda file, beside=beside: _judge(file, options, beside)))  # type: ignore[misc]
    return answers


def _report(file: InputFile, document: PrototxtDocument, findings: tuple[Finding, ...]) -> FileReport:
    return FileReport(file.path, document.kind, document.dialect, document.source, findings)


def _deliver(judged: _Judged, options: CheckOptions) -> _Judged | Unreadable:
    """Write what the fixes made of a file, or print it where nothing is to be written."""
    if options.diff:
        if judged.text != judged.before:
            from caffe_ls.cli.formats.unified_diff import unified_diff

            write(unified_diff(judged.before, judged.text, judged.file.path))
    elif judged.file.from_standard_input:
        write(judged.text)
    elif judged.text != judged.before:
        try:
            Path(judged.file.path).write_bytes(encode(judged.text))
        except OSError as error:
            return Unreadable(judged.file.path, f"cannot be written: {reason_of(error)}")
    return judged


def _reads_standard_input(judged: Sequence[_Judged]) -> bool:
    return any(answer.file.from_standard_input for answer in judged)


def _tell_unread(answers: Sequence[object], options: CheckOptions) -> None:
    for answer in answers:
        if isinstance(answer, Unreadable):
            tell(f"{answer.path}: {answer.reason}")
    if not answers:
        tell(f"no file of Caffe's found in {', '.join(options.paths)}")


def _tell_summary(judged: Sequence[_Judged], report: Report, options: CheckOptions) -> None:
    mended = [answer.mended for answer in judged if answer.mended]
    if mended:
        what = "would mend" if options.diff else "mended"
        tell(f"{what} {sum(mended)} finding{'s'[: sum(mended) != 1]} in {len(mended)} file{'s'[: len(mended) != 1]}")
    if options.fix or options.diff:
        left = left_to_the_user(finding for file in report.files for finding in file.findings)
        if left:
            tell(f"left {left} finding{'s'[: left != 1]} to you, since a fix there changes other files or settings")


def _print(report: Report, options: CheckOptions, opener: Opener, to_standard_error: bool) -> None:
    stream = sys.stderr if to_standard_error else sys.stdout
    if options.report_format == "text" and stream.isatty() and os.environ.get("TERM") != "dumb":
        from rich.console import Console

        from caffe_ls.cli.formats.terminal import show

        show(report, Console(file=stream, highlight=False))
    else:
        write(_formatted(report, options, opener), stream)


def _formatted(report: Report, options: CheckOptions, opener: Opener) -> str:
    source_of = _sources(opener)
    if options.report_format == "json":
        from caffe_ls.cli.formats.json_format import file_line, to_json

        return to_json(file_line(file, source_of) for file in report.files)
    if options.report_format == "sarif":
        from caffe_ls.cli.formats.sarif import to_sarif

        return to_sarif(report, source_of)
    if options.report_format == "github":
        from caffe_ls.cli.formats.github import to_github

        return to_github(report)
    if options.report_format == "junit":
        from caffe_ls.cli.formats.junit import to_junit

        return to_junit(report, options.fail_on)
    from caffe_ls.cli.formats.plain_text import to_text

    return to_text(report)


def _sources(opener: Opener) -> Callable[[str], Source]:
    """The texts of other files that findings speak of; several findings in a row speak of one."""
    return lru_cache(maxsize=8)(lambda path: Source(decode(opener.content(path) or b"")))


def _fails(report: FileReport, options: CheckOptions) -> bool:
    return any(at_least(finding, options.fail_on) for finding in report.findings)


def _status(report: Report, judged: Sequence[_Judged], options: CheckOptions) -> int:
    if options.diff:
        return FINDINGS if any(answer.text != answer.before for answer in judged) else NOTHING_FOUND
    return FINDINGS if any(_fails(file, options) for file in report.files) else NOTHING_FOUND


class _OneLineHandler(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        tell(record.getMessage())
        if record.exc_info and os.environ.get("CAFFE_LS_DEBUG"):
            tell(logging.Formatter().formatException(record.exc_info))


def _tell_failing_rules() -> None:
    logger = logging.getLogger("caffe_ls")
    if not any(isinstance(handler, _OneLineHandler) for handler in logger.handlers):
        logger.addHandler(_OneLineHandler())
