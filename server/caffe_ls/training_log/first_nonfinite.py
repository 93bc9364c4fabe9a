"""The first line, in the file's order, on which nan or inf stands as a quantity's value."""

from __future__ import annotations

import re
from collections.abc import Sequence

from caffe_ls.training_log.record import NonFinite, Run

_DISPLAY = re.compile(rb"^\s*display:\s*(\d{1,15})\b", re.MULTILINE)


def first_nonfinite(run: Run) -> NonFinite | None:
    """That of a run; a debug block that no `Iteration N` line has closed is reckoned to the next display."""
    found = run.first_nonfinite
    if found is None or found.iteration is not None:
        return found
    return NonFinite(found.line, next_display(run), found.phase, found.direction, found.layer, found.blob, found.part)


def next_display(run: Run) -> int:
    """The iteration that a block still open will turn out to be of."""
    if not run.steps:
        return run.resumed_at or 0
    solver = run.printed("solver")
    display = _DISPLAY.search(solver.text) if solver else None
    if display and int(display[1]) > 0:
        return (run.steps[-1] // int(display[1]) + 1) * int(display[1])
    return run.steps[-1] + (run.steps[-1] - run.steps[-2] if len(run.steps) > 1 else 1)


def first_odd(values: Sequence[float]) -> int | None:
    """The index of the first that is nan or infinite."""
    return next((at for at, value in enumerate(values) if value - value != 0), None)
