"""Nets offer actions that build something; their edits are worked out when one is chosen."""

from __future__ import annotations

import json
import re
from pathlib import Path

from lsprotocol import types

from caffe_ls.analysis.documents import PrototxtDocument
from caffe_ls.features.building_actions import BUILDING_KIND, resolve_building_action
from caffe_ls.features.client import Client
from caffe_ls.features.code_actions import code_actions
from caffe_ls.features.view import View
from caffe_ls.immutable import replace
from caffe_ls.text.span import Span
from tests.features.views import ABLE, applied, view_at_cursor

_NET = 'layer { name: "data" $0type: "Input" top: "data" input_param { shape { dim: 1 } } }\n'
_CLIENT = Path(__file__).parents[2] / "client-vscode"
_RESOLVING = replace(ABLE, resolves_code_actions=True, creates_files=True)


def actions(text: str = _NET, client: Client = _RESOLVING) -> tuple[View, list[types.CodeAction]]:
    view, offset = view_at_cursor(text, client)
    return view, code_actions(view, Span(offset, offset), ["refactor"])


def applied_action(view: View, action: types.CodeAction) -> str:
    """The net after an action; files that it makes are left aside."""
    assert action.edit is not None
    changes = [change for change in action.edit.document_changes or [] if isinstance(change, types.TextDocumentEdit)]
    (edits,) = [change.edits for change in changes if change.text_document.uri == view.uri]
    return applied(view, [edit for edit in edits if isinstance(edit, types.TextEdit)])


def test_actions_are_offered_without_being_worked_out() -> None:
    _, found = actions()
    assert [action.title for action in found] == [
        "Insert a checkFinite layer after `data`",
        "Insert checkFinite layers after all layers",
        "Create a deploy net from this net",
        "Create a net that checks the input of this net",
    ]
    assert all(action.edit is None and action.data for action in found)


def test_the_chosen_one_gets_its_edit_and_its_new_file() -> None:
    view, found = actions()
    chosen = resolve_building_action(view, found[0])
    assert chosen.edit is not None
    kinds = [type(change).__name__ for change in chosen.edit.document_changes or []]
    assert kinds == ["CreateFile", "TextDocumentEdit", "TextDocumentEdit"]
    assert 'name: "check_data"' in applied_action(view, chosen)


def test_a_client_that_cannot_ask_later_gets_the_edits_at_once_and_only_what_there_is() -> None:
    _, found = actions(client=replace(_RESOLVING, resolves_code_actions=False))
    assert [action.title for action in found] == [
        "Insert a checkFinite layer after `data`",
        "Insert checkFinite layers after all layers",
    ]
    assert all(action.edit for action in found)


def test_an_older_text_gets_no_edit() -> None:
    view, found = actions()
    assert resolve_building_action(replace(view, version=view.version + 1), found[0]).edit is None
    assert resolve_building_action(None, found[1]).edit is None


def test_solvers_and_clients_that_create_no_files_get_none() -> None:
    assert not any("net" in action.title for action in actions("ba$0se_lr: 1\nlr_policy: 'fixed'\n")[1])
    assert actions(client=replace(_RESOLVING, creates_files=False))[1] == []


def test_checks_are_removed_only_where_there_are_some() -> None:
    view, found = actions()
    after = applied_action(view, resolve_building_action(view, found[0]))
    assert "Remove all checkFinite layers" in [action.title for action in actions("$0" + after)[1]]


def test_every_action_is_in_the_context_menu_of_vs_code() -> None:
    ip = 'layer { name: "$0ip" type: "InnerProduct" bottom: "data" top: "ip" inner_product_param { num_output: 2 } }\n'
    check = 'layer { name: "c" type: "Python" bottom: "ip" python_param { module: "check_finite" layer: "C" } }\n'
    _, found = actions(_NET.replace("$0", "") + ip + check)
    kinds = {action.kind for action in found if str(action.kind).startswith(BUILDING_KIND)}
    commands = dict(
        re.findall(r"'(caffe\.\w+)': '(refactor\.[\w.]+)'", (_CLIENT / "src/building.ts").read_text("utf-8"))
    )
    assert set(commands.values()) == kinds
    contributed = json.loads((_CLIENT / "package.json").read_text("utf-8"))["contributes"]
    menus = contributed["menus"]
    assert [entry["command"] for entry in menus["caffe.net"]] == list(commands)
    assert commands.keys() <= {entry["command"] for entry in menus["commandPalette"]}
    # VS Code itself lets commands change what its user may not.
    guarded = {entry["command"] for entry in contributed["commands"] if entry.get("enablement") == "!editorReadonly"}
    assert guarded == commands.keys() - {"caffe.createDeployNet", "caffe.createInputCheck"}


_OLDER = 'layers { name: "$0ip" type: INNER_PRODUCT bottom: "x" top: "ip" inner_product_param { num_output: 2 } }\n'


def asked_for(text: str, kind: str) -> types.CodeAction:
    """The action that a command asks for by its kind, worked out."""
    view, offset = view_at_cursor(text, _RESOLVING)
    (action,) = code_actions(view, Span(offset, offset), [f"refactor.caffe.{kind}"])
    return resolve_building_action(view, action)


def test_a_command_that_can_do_nothing_says_why() -> None:
    for text, kind, reason in (
        (_OLDER, "checkFinite.insert", "older form"),
        (_OLDER, "deploy", "older form"),
        ("$0" + _NET.replace("$0", ""), "deploy", "no layer that reads data"),
        ("# $0nothing\n\n" + _NET.replace("$0", ""), "checkFinite.remove", "no checkFinite layers"),
        (_NET, "inputCheck", "no layer of the TRAIN net reads data"),
    ):
        action = asked_for(text, kind)
        assert action.edit is None
        assert action.disabled is not None
        assert reason in action.disabled.reason


def test_a_net_that_was_never_saved_is_to_be_saved_before_files_are_put_beside_it() -> None:
    saved, offset = view_at_cursor(_NET, _RESOLVING)
    view = replace(saved, uri="untitled:Untitled-1", document=PrototxtDocument("Untitled-1", saved.document.text))
    assert code_actions(view, Span(offset, offset), ["refactor"]) == []
    for kind in ("checkFinite.insert", "checkFinite.insertAll", "deploy", "inputCheck"):
        (action,) = code_actions(view, Span(offset, offset), [f"refactor.caffe.{kind}"])
        told = resolve_building_action(view, action)
        assert told.edit is None
        assert told.disabled is not None
        assert told.disabled.reason.startswith("save the net first")


def test_layers_of_an_older_form_are_offered_nothing_in_menus() -> None:
    assert actions(_OLDER)[1] == []
