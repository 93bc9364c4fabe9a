"""Changes of a solver as actions, from its net too: a lower rate, more to see."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from lsprotocol import types

from caffe_ls.actions.solver_changes import lower_base_lr, switch_debug_info
from caffe_ls.analysis.solvers_beside import SolverBeside, solvers_training
from caffe_ls.features.building_actions import BUILDING_KIND
from caffe_ls.features.view import View
from caffe_ls.features.workspace_edits import workspace_edit
from caffe_ls.rules.finding import FileEdit, Fix
from caffe_ls.text.span import Span

_KIND = f"{BUILDING_KIND}.solver"


def solver_actions(view: View, span: Span, only: Callable[[str], bool]) -> Iterator[types.CodeAction]:
    """The actions for a range of a solver, or of a net that solvers beside it train; `only`: which kinds are wanted."""
    document = view.document
    if document.template or not only(_KIND):
        return
    changes: list[Fix | None] = []
    if document.kind == "solver":
        changes += lower_base_lr(document, span), switch_debug_info(document)
    elif document.kind == "net":
        changes += (_in_its_file(switch_debug_info(solver.document), solver) for solver in solvers_training(document))
    for change in changes:
        edit = None if change is None else workspace_edit(view, change)
        if change is not None and edit is not None:
            yield types.CodeAction(change.title, kind=_KIND, edit=edit)


def _in_its_file(change: Fix, solver: SolverBeside) -> Fix:
    edits = tuple(FileEdit(edit.edit, solver.path) for edit in change.edits)
    return Fix(f"{solver.name}: {change.title[0].lower()}{change.title[1:]}", edits, change.safe)
