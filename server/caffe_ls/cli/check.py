"""`caffe-ls check`: the findings of files, printed; mended where asked."""

from __future__ import annotations

from pathlib import Path

from caffe_ls.analysis.documents import PrototxtDocument
from caffe_ls.analysis.kinds import looks_like_log
from caffe_ls.cli.errors import FAILED, FINDINGS, NOTHING_FOUND
from caffe_ls.cli.files import InputFile, Unreadable, input_files, read_bytes
from caffe_ls.cli.options import CheckOptions
from caffe_ls.cli.output import tell, write
from caffe_ls.cli.report import FileReport, Report
from caffe_ls.rules.checking import check as findings_of
from caffe_ls.rules.finding import Severity
from caffe_ls.settings import Settings
from caffe_ls.text.source import Source, decode


def check(options: CheckOptions) -> int:
    """Run the command; the exit status."""
    reports: list[FileReport] = []
    failed = False
    for file in input_files(options.paths, options.common.stdin_path):
        answer = file if isinstance(file, Unreadable) else _check_file(file, options)
        if isinstance(answer, Unreadable):
            tell(f"{answer.path}: {answer.reason}")
            failed = True
        elif answer is not None:
            reports.append(answer)
    report = Report(tuple(reports))
    write(_format(report, options))
    return FAILED if failed else _status(report, options)


def _check_file(file: InputFile, options: CheckOptions) -> FileReport | Unreadable | None:
    data = read_bytes(file)
    if isinstance(data, Unreadable):
        return data
    text = decode(data)
    if looks_like_log(text):
        return FileReport(file.path, "log", None, Source(text), ())
    settings = Settings(
        dialect=options.common.dialect or "auto",
        select=options.select,
        ignore=options.ignore,
        data_shape=options.common.data_shape,
    )
    document = PrototxtDocument(file.path, text, settings, kind=options.common.kind)
    if document.kind not in ("net", "solver"):
        return FileReport(file.path, document.kind, None, document.source, ())
    return FileReport(file.path, document.kind, document.dialect, document.source, findings_of(document))


def _format(report: Report, options: CheckOptions) -> str:
    if options.report_format == "json":
        from caffe_ls.cli.formats.json_format import to_json

        return to_json(report, lambda path: Source(decode(Path(path).read_bytes())))
    from caffe_ls.cli.formats.plain_text import to_text

    return to_text(report)


def _status(report: Report, options: CheckOptions) -> int:
    if options.fail_on == "never":
        return NOTHING_FOUND
    least = Severity(options.fail_on).rank
    found = any(number and severity.rank <= least for severity, number in report.count().items())
    return FINDINGS if found else NOTHING_FOUND
