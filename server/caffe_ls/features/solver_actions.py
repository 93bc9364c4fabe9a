"""Changes of a solver as actions: a lower rate, more to see."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from lsprotocol import types

from caffe_ls.actions.solver_changes import lower_base_lr, switch_debug_info
from caffe_ls.features.building_actions import BUILDING_KIND
from caffe_ls.features.view import View
from caffe_ls.features.workspace_edits import workspace_edit
from caffe_ls.text.span import Span

_KIND = f"{BUILDING_KIND}.solver"


def solver_actions(view: View, span: Span, only: Callable[[str], bool]) -> Iterator[types.CodeAction]:
    """The actions for a range of a solver; `only` tells whether the client wants a kind."""
    if view.document.kind != "solver" or view.document.template or not only(_KIND):
        return
    for change in (lower_base_lr(view.document, span), switch_debug_info(view.document)):
        if change is not None:
            yield types.CodeAction(change.title, kind=_KIND, edit=workspace_edit(view, change))
