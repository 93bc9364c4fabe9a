"""Actions that build something out of a net: check layers, a deploy net, a net that checks the input.

Which there are is told at once; what they change is worked out when one is chosen, if the client can ask for it then.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import PurePath

from lsprotocol import types

from caffe_ls.actions.check_layers import insert_after, insert_everywhere, remove_all
from caffe_ls.actions.deployment import deploy_net
from caffe_ls.actions.fine_tuning import learnt_anew
from caffe_ls.actions.input_check import input_check
from caffe_ls.analysis.built_layers import built_layers_at
from caffe_ls.features.view import View
from caffe_ls.features.workspace_edits import workspace_edit
from caffe_ls.immutable import dataclass
from caffe_ls.net.first_weights import WEIGHTED
from caffe_ls.rules.finding import Fix
from caffe_ls.rules.layers import layer_of, layers_of
from caffe_ls.text.span import Span

BUILDING_KIND = "refactor.caffe"


@dataclass(frozen=True, slots=True)
class _Building:
    """A kind of action, its title, where it is offered, how its changes are worked out, and why there may be none."""

    kind: str
    title: Callable[[View, int], str]
    build: Callable[[View, int], Fix | None]
    otherwise: str
    needs_layer: bool = False
    needs_weights: bool = False
    writes_beside: bool = True
    """Whether there are new files beside the net: one that was never saved has no such place."""


def building_actions(view: View, span: Span, only: Callable[[str], bool]) -> Iterator[types.CodeAction]:
    """The actions for a range of a net; `only` tells whether the client wants a kind.

    One that is asked for by its own kind, as commands do, is offered in any case: then it can say why it does nothing.
    """
    document = view.document
    if document.kind != "net" or document.template or not view.client.creates_files:
        return
    layer = _layer_at(view, span.start)
    has_checks = "check_finite" in document.text
    has_weights = any(built.layer.type in WEIGHTED for built in built_layers_at(document, span.start)[:1])
    for name, building in _BUILDINGS.items():
        if not only(building.kind):
            continue
        if only(BUILDING_KIND) and (
            (building.needs_layer and layer is None)
            or (building.needs_weights and not has_weights)
            or (building.writes_beside and not _has_place(view))
            or (not has_checks if name == "remove" else _has_older_forms(view))
        ):
            continue
        action = types.CodeAction(building.title(view, span.start), kind=building.kind)
        if view.client.resolves_code_actions:
            action.data = {"uri": view.uri, "version": view.version, "offset": span.start, "building": name}
            yield action
        elif (edit := _edit(view, name, span.start)) is not None:
            action.edit = edit
            yield action


def resolve_building_action(view: View | None, action: types.CodeAction) -> types.CodeAction:
    """The action with its edit; with none, and the reason why, where the text has changed or there is nothing to do."""
    data = action.data if isinstance(action.data, dict) else {}
    name, offset = data.get("building"), data.get("offset")
    if view is None or name not in _BUILDINGS or not isinstance(offset, int) or data.get("version") != view.version:
        return action
    action.edit = _edit(view, name, offset)
    if action.edit is None:
        action.disabled = types.CodeActionDisabled(_hindrance(view, name, offset))
    return action


def _edit(view: View, name: str, offset: int) -> types.WorkspaceEdit | None:
    building = _BUILDINGS[name]
    if building.writes_beside and not _has_place(view):
        return None
    fix = building.build(view, offset)
    return None if fix is None else workspace_edit(view, fix)


def _hindrance(view: View, name: str, offset: int) -> str:
    """Why an action does nothing."""
    building = _BUILDINGS[name]
    if name != "remove" and _has_older_forms(view):
        return "upgrade the layers of an older form first"
    if building.writes_beside and not _has_place(view):
        return "save the net first: the new files are put beside it"
    if building.needs_layer and _layer_at(view, offset) is None:
        return "no layer stands here: put the cursor into one"
    return building.otherwise


def _has_place(view: View) -> bool:
    return PurePath(view.document.path).is_absolute()


def _has_older_forms(view: View) -> bool:
    return any(layer.form != "layer" for _, _, layer in layers_of(view.document))


def _layer_at(view: View, offset: int) -> str | None:
    file = view.document.file
    layer = layer_of(file.entries[file.index_at(offset)])
    return None if layer is None or layer.form != "layer" else layer.name or "this layer"


def _exists(view: View) -> Callable[[str], bool]:
    return lambda path: view.elsewhere.source_of(path) is not None


_BUILDINGS = {
    "here": _Building(
        f"{BUILDING_KIND}.checkFinite.insert",
        lambda view, offset: f"Insert a checkFinite layer after `{_layer_at(view, offset)}`",
        lambda view, offset: insert_after(view.document, offset),
        "this layer is checked already, or cannot be",
        needs_layer=True,
    ),
    "everywhere": _Building(
        f"{BUILDING_KIND}.checkFinite.insertAll",
        lambda view, offset: "Insert checkFinite layers after all layers",
        lambda view, offset: insert_everywhere(view.document),
        "all layers are checked already, or cannot be",
    ),
    "remove": _Building(
        f"{BUILDING_KIND}.checkFinite.remove",
        lambda view, offset: "Remove all checkFinite layers",
        lambda view, offset: remove_all(view.document),
        "the net has no checkFinite layers",
        writes_beside=False,
    ),
    "anew": _Building(
        f"{BUILDING_KIND}.learnAnew",
        lambda view, offset: f"Give `{_layer_at(view, offset)}` another name, to learn it anew in fine-tuning",
        lambda view, offset: learnt_anew(view.document, offset),
        "this layer has no weights that can get another name",
        needs_layer=True,
        needs_weights=True,
        writes_beside=False,
    ),
    "deploy": _Building(
        f"{BUILDING_KIND}.deploy",
        lambda view, offset: "Create a deploy net from this net",
        lambda view, offset: deploy_net(view.document, _exists(view)),
        "no layer that reads data and no loss, or errors of form",
    ),
    "input": _Building(
        f"{BUILDING_KIND}.inputCheck",
        lambda view, offset: "Create a net that checks the input of this net",
        lambda view, offset: input_check(view.document, _exists(view)),
        "no layer of the TRAIN net reads data",
    ),
}
