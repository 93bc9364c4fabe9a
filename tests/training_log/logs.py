"""Small logs for the tests, with or without glog's prefix."""

from __future__ import annotations

from textwrap import dedent

from caffe_ls.training_log.ending import ended
from caffe_ls.training_log.first_nonfinite import first_nonfinite
from caffe_ls.training_log.reader import Reader
from caffe_ls.training_log.record import NonFinite, Record, Run
from caffe_ls.training_log.series import Series

SOLVER = "Initializing solver from parameters:"
DEBUG = "    [Forward] Layer ip, top blob ip data: {}\n    [Backward] Layer ip, param blob 0 diff: {}"
NORMS = "    [Backward] All net params (data, diff): L1 norm = ({}, {}); L2 norm = ({}, {})"


def glog(text: str, thread: int = 77, form: str = "I1121 01:30:{:02}.000123 {:5} net.cpp:12] {}") -> bytes:
    """The lines of a text with a prefix each, but for those that begin with `|`: these stand as they are."""
    lines = []
    for at, line in enumerate(dedent(text).strip("\n").split("\n")):
        lines.append(line[1:] if line.startswith("|") else form.format(at % 60, thread, line))
    return ("\n".join(lines) + "\n").encode()


def read(log: bytes) -> Record:
    """The record of a log that grows no more."""
    reader = Reader()
    reader.feed(log)
    reader.close()
    return reader.record()


def run_of(log: bytes) -> Run:
    """The only run of a log."""
    (run,) = read(log).runs
    return run


def end_of(log: bytes) -> str:
    """How the last run ended."""
    record = read(log)
    return ended(record, record.runs[-1])


def trouble_of(log: bytes) -> NonFinite | None:
    """The first non-finite value of the only run."""
    return first_nonfinite(run_of(log))


def everything(record: Record) -> object:
    """All that a record says, to be compared."""
    return [
        record.bytes,
        record.lines,
        record.cut,
        [
            (
                *(run.start_line, run.thread, run.first_iteration, run.last_iteration, run.fate, run.unfinished),
                *(
                    repr(first_nonfinite(run)),
                    run.events,
                    [(text.kind, text.text, text.segments) for text in run.texts],
                ),
                [repr(vars(net)) for net in run.nets],
                *(_columns(series) for series in (run.loss, run.rate, run.speed, run.clipping)),
                *({key: _columns(one) for key, one in table.items()} for table in (run.norms, run.outputs, run.debug)),
            )
            for run in record.runs
        ],
    ]


def _columns(series: object) -> str:
    assert isinstance(series, Series)
    lines = [series.line_at(at) for at in range(len(series.values))]
    return repr((series.iterations, series.values, series.count, lines))
