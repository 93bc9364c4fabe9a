"""The solver that the log prints, as Caffe reads it."""

from __future__ import annotations

from caffe_ls.analysis.log_document import LogDocument
from caffe_ls.solver.lower import lower_solver
from caffe_ls.solver.model import Solver
from caffe_ls.training_log.record import Run


def solver_of(document: LogDocument, run: Run) -> Solver | None:
    """The solver of a run; None where its text is not in the log."""
    printed = run.printed("solver")
    if printed is None:
        return None
    text = document.printed_document(printed)
    return lower_solver(text.file, text.schema)
