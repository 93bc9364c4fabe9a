"""`caffe-ls check`: the findings of files, printed; mended where asked."""

from __future__ import annotations

from caffe_ls.analysis.kinds import looks_like_log
from caffe_ls.cli.errors import FAILED, FINDINGS, NOTHING_FOUND
from caffe_ls.cli.files import InputFile, Unreadable, input_files, read_bytes
from caffe_ls.cli.opening import Opener
from caffe_ls.cli.options import CheckOptions
from caffe_ls.cli.output import tell, write
from caffe_ls.cli.report import FileReport, Report
from caffe_ls.rules.checking import check as findings_of
from caffe_ls.rules.finding import Severity
from caffe_ls.text.source import Source, decode


def check(options: CheckOptions) -> int:
    """Run the command; the exit status."""
    opener = Opener(options)
    reports: list[FileReport] = []
    failed = False
    for file in input_files(options.paths, options.common.stdin_path):
        answer = file if isinstance(file, Unreadable) else _check_file(file, opener)
        if isinstance(answer, Unreadable):
            tell(f"{answer.path}: {answer.reason}")
            failed = True
        elif answer is not None:
            reports.append(answer)
    report = Report(tuple(reports))
    write(_format(report, options, opener))
    return FAILED if failed or opener.settings_are_wrong else _status(report, options)


def _check_file(file: InputFile, opener: Opener) -> FileReport | Unreadable:
    data = read_bytes(file)
    if isinstance(data, Unreadable):
        return data
    text = decode(data)
    if looks_like_log(text):
        return FileReport(file.path, "log", None, Source(text), ())
    document = opener.document(file.path, text)
    if document.kind not in ("net", "solver"):
        return FileReport(file.path, document.kind, None, document.source, ())
    return FileReport(file.path, document.kind, document.dialect, document.source, findings_of(document))


def _format(report: Report, options: CheckOptions, opener: Opener) -> str:
    if options.report_format == "json":
        from caffe_ls.cli.formats.json_format import to_json

        return to_json(report, lambda path: Source(decode(opener.text_of(path) or b"")))
    from caffe_ls.cli.formats.plain_text import to_text

    return to_text(report)


def _status(report: Report, options: CheckOptions) -> int:
    if options.fail_on == "never":
        return NOTHING_FOUND
    least = Severity(options.fail_on).rank
    found = any(number and severity.rank <= least for severity, number in report.count().items())
    return FINDINGS if found else NOTHING_FOUND
