"""A log as the CSV of Caffe's parse_log, while it is read."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from typing import Literal

from caffe_ls.cli.output import write
from caffe_ls.training_log.csv_rows import CsvRows


def write_csv(chunks: Iterable[bytes], phase: Literal["TRAIN", "TEST"]) -> None:
    """Print one row for each iteration of a phase."""
    rows = CsvRows(phase)
    for data in chunks:
        _write(rows.feed(data))
    _write(rows.close())


def _write(rows: Iterator[list[str]]) -> None:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    if text.tell():
        write(text.getvalue())
