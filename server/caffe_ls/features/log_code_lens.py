"""The verdict at the top of a log, and of each run."""

from __future__ import annotations

from lsprotocol import types

from caffe_ls.features.log_diagnostics import words
from caffe_ls.features.log_view import LogView
from caffe_ls.training_log.first_nonfinite import first_nonfinite
from caffe_ls.training_log.record import Run

REPORT_COMMAND = "caffe-ls.openLogReport"
"""The server's own command, for clients that have none for a log's report."""


def log_code_lens(view: LogView) -> list[types.CodeLens]:
    """A lens above the first line with the verdict on the run that counts, and one above each further run."""
    if not view.complete:
        share = view.document.record.bytes / max(1, view.document.text.size)
        return [types.CodeLens(view.row_range(0), types.Command(f"reading the log: {share:.0%}", ""))]
    report_command = view.client.report_command or REPORT_COMMAND
    lenses = []
    troubled = view.document.record.troubled_run
    for run, causes, _ in view.verdicts:
        if not causes:
            continue
        title = f"{_run_words(view, run)}: {words(causes[0])}"
        if len(causes) > 1 and causes[0].cause != "healthy":
            title += f", else {words(causes[1])}"
        if run is troubled:
            lenses.append(_lens(view, 1, title, report_command))
        elif run.start_line > 1:
            lenses.append(_lens(view, run.start_line, title, report_command))
        trouble = first_nonfinite(run)
        if trouble is not None:
            where = trouble.layer or trouble.blob or trouble.direction
            lenses.append(_lens(view, trouble.line, f"first nan or inf of this run: {where}", report_command))
    return lenses


def _run_words(view: LogView, run: Run) -> str:
    last = "" if run.last_iteration is None else f" at iteration {run.last_iteration}"
    runs = view.document.record.runs
    which = f"run {runs.index(run) + 1} of {len(runs)}" if len(runs) > 1 else "run"
    return f"{which} ({view.document.ended(run)}{last})"


def _lens(view: LogView, line: int, title: str, command: str) -> types.CodeLens:
    place = view.row_range(view.document.text.index_of(line))
    return types.CodeLens(place, types.Command(title, command, arguments=[view.uri]))
