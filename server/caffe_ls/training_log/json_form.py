"""What of `diagnose`'s JSON the log alone tells: runs, their series and ends, the first non-finite value."""

from __future__ import annotations

import math
from typing import Any

from caffe_ls.training_log.ending import ended
from caffe_ls.training_log.first_nonfinite import first_nonfinite
from caffe_ls.training_log.record import Record, Run
from caffe_ls.training_log.series import Series
from caffe_ls.training_log.table import cell


def runs_json(record: Record, growing: bool = False) -> list[dict[str, Any]]:
    """A run as the contract has it, but for its dialect and causes."""
    return [
        {
            "start_line": run.start_line,
            "first_iteration": run.first_iteration,
            "last_iteration": run.last_iteration,
            "ended": ended(record, run, growing),
            "outputs": [
                {"phase": output.phase, "net": output.net, "name": output.name, **_series_json(series)}
                for output, series in run.outputs.items()
            ],
            "learning_rate": _series_json(run.rate),
            "first_nonfinite": first_nonfinite_json(run),
        }
        for run in record.runs
    ]


def first_nonfinite_json(run: Run) -> dict[str, Any] | None:
    """Where the run first shows nan or inf; null where it does not."""
    found = first_nonfinite(run)
    return None if found is None else found._asdict()


def _series_json(series: Series) -> dict[str, Any]:
    iterations, values = series.thinned()
    return {"iterations": iterations, "values": [value if math.isfinite(value) else cell(value) for value in values]}
