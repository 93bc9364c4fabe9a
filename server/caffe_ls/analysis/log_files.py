"""The solver and the net of the workspace that belong to a run of a log: to stand in for what it does not print,
and for fixes to be edits of them."""

# ruff: noqa: PTH120 - paths are strings here, see workspace.py

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from caffe_ls.analysis.disk import Access
from caffe_ls.analysis.documents import PrototxtDocument
from caffe_ls.analysis.kinds import PROTOTXT_SUFFIXES
from caffe_ls.analysis.log_document import LogDocument
from caffe_ls.settings import Settings
from caffe_ls.training_log.growing_text import GrowingText
from caffe_ls.training_log.outline import Outline
from caffe_ls.training_log.record import Record, Run

if TYPE_CHECKING:
    from caffe_ls.analysis.log_links import OpenPrototxt


def files_of_log(
    path: str, record: Record, run: Run, access: Access, opened: OpenPrototxt, top: str = ""
) -> tuple[PrototxtDocument | None, PrototxtDocument | None]:
    """The solver and the train net of a run of the log at `path`.

    Where the log prints its solver, that names them. Where it does not, what lies beside the log is taken when it can
    be nothing else: a single solver, found as `solvers_in` finds them, whose net has every layer and every output that
    the log speaks of.
    """
    # Not above: what parses prototxts is imported where there is one.
    if run.printed("solver") is not None:
        from caffe_ls.analysis.log_links import files_of_run

        found = files_of_run(LogDocument(path, Settings(), GrowingText(), record, Outline()), run, access, opened, top)
        return found.solver, found.train_net
    if not any(name.endswith(PROTOTXT_SUFFIXES) for name in access.names_in(os.path.dirname(path))):
        return None, None
    return _beside(path, run, access, opened, top)


def _beside(
    path: str, run: Run, access: Access, opened: OpenPrototxt, top: str
) -> tuple[PrototxtDocument | None, PrototxtDocument | None]:
    from caffe_ls.analysis.log_links import names_in, names_told
    from caffe_ls.analysis.workspace import nets_of_solver, parsed, solvers_in

    spoken_of = names_told(run)
    found = []
    # Not all that lies there is opened: logs are often kept in folders of everything.
    for name, text in solvers_in(os.path.dirname(path), access) if spoken_of else ():
        for link in nets_of_solver(name, parsed(text), access.read, "", top):
            net = opened(link.path) if link.path is not None and link.field != "test_net" else None
            if net is not None and net.kind == "net" and spoken_of <= names_in(net):
                found.append((opened(name), net))
    return found[0] if len(found) == 1 else (None, None)
