"""Code actions carry out the fixes of findings, and silence rules."""

from __future__ import annotations

import pytest
from lsprotocol import types

from caffe_ls.features.client import Client
from caffe_ls.features.code_actions import code_actions, safe_edits
from caffe_ls.features.view import View
from caffe_ls.features.workspace_edits import workspace_edit
from caffe_ls.rules.finding import FileEdit, Finding, Fix, fix
from caffe_ls.text.edit import Edit
from caffe_ls.text.span import Span
from tests.features.views import ABLE, applied_action, view_at_cursor, view_of
from tests.fixture import read

BROKEN = 'layer { name: "a" type $0= "ReLU" }\n'


def actions(text: str, client: Client = ABLE, only: list[str] | None = None) -> tuple[View, list[types.CodeAction]]:
    view, offset = view_at_cursor(text, client)
    return view, code_actions(view, Span(offset, offset), only)


def test_a_fix_mends_the_text() -> None:
    view, found = actions(BROKEN)
    assert applied_action(view, found[0]) == 'layer { name: "a" type: "ReLU" }\n'
    assert found[0].is_preferred
    assert found[0].kind == types.CodeActionKind.QuickFix
    assert [told.code for told in found[0].diagnostics or []] == ["syntax-error"]


def test_findings_elsewhere_give_no_action() -> None:
    assert actions('lay$0er { name: "a"    type = "ReLU" }\n')[1] == []


@pytest.mark.parametrize(
    ("title", "after"),
    [
        ("Ignore `syntax-error` here", '  # caffe-ls: ignore[syntax-error]\n  layer { type = "ReLU" }\n'),
        ("Ignore `syntax-error` in this file", '# caffe-ls: ignore-file[syntax-error]\n  layer { type = "ReLU" }\n'),
    ],
)
def test_a_rule_can_be_silenced(title: str, after: str) -> None:
    view, offset = view_at_cursor('#- /net.prototxt\n  layer { type $0= "ReLU" }\n')
    found = code_actions(view, Span(offset, offset), None)
    silenced = applied_action(view, next(action for action in found if action.title == title))
    assert silenced == after
    assert view_of(read("#- /net.prototxt\n" + silenced)).findings == ()


def test_all_safe_fixes_at_once() -> None:
    text = 'layer { name = "a" type = "ReLU"$0 }\nlayer { name = "b" type = "ReLU" }\n'
    view, found = actions(text, only=["source.fixAll"])
    assert [action.title for action in found] == ["Apply all safe fixes"]
    assert "=" not in applied_action(view, found[0])


def test_kinds_that_the_client_does_not_want_are_left_out() -> None:
    assert actions(BROKEN, only=["refactor"])[1] == []
    assert all(action.kind == "quickfix" for action in actions(BROKEN, only=["quickfix"])[1])


def test_clients_without_document_changes_get_plain_changes() -> None:
    view, found = actions(BROKEN, Client(takes_code_action_literals=True))
    edit = found[0].edit
    assert edit is not None
    assert edit.document_changes is None
    assert list(edit.changes or {}) == [view.uri]


def test_a_fix_of_another_file_and_a_new_file() -> None:
    view = view_of(read('#- /solver.prototxt\nnet: "net.prototxt"\n#- /net.prototxt\nname: "n"\n'))
    change = Fix(
        "x", (FileEdit(Edit(Span(6, 9), '"m"'), "/net.prototxt"),), new_files=(("/deploy.prototxt", 'name: "d"\n'),)
    )
    edit = workspace_edit(view, change)
    assert edit is not None
    created, filled, edited = edit.document_changes or []
    assert isinstance(created, types.CreateFile)
    assert isinstance(filled, types.TextDocumentEdit)
    assert isinstance(edited, types.TextDocumentEdit)
    assert created.uri == filled.text_document.uri == "file:///deploy.prototxt"
    assert (edited.text_document.uri, edited.text_document.version) == ("file:///net.prototxt", None)
    assert edited.edits[0].range == types.Range(types.Position(0, 6), types.Position(0, 9))  # type: ignore[union-attr]
    unable = view_of(read('net: "x"'), client=Client(takes_document_changes=True))
    assert workspace_edit(unable, change) is None


def test_a_fix_that_changes_a_setting_is_a_command_where_the_client_has_one() -> None:
    finding = Finding(Span(0, 5), "of SSD", (Fix("Use SSD's dialect", setting=("dialect", "ssd")),), rule="x")
    for client, commands in (
        (ABLE, []),
        (Client(takes_code_action_literals=True, setting_command="caffe.set"), ["caffe.set"]),
    ):
        view = view_of(read("layer { }"), client=client)
        view.__dict__["findings"] = (finding,)
        found = code_actions(view, Span(0, 0), ["quickfix"])
        assert [action.command.command for action in found if action.command] == commands


def test_fixes_that_meet_are_not_applied_together() -> None:
    def finding(start: int, end: int, safe: bool = True) -> Finding:
        return Finding(Span(start, end), "m", (fix("f", Edit(Span(start, end), "x"), safe=safe),), rule="r")

    chosen = safe_edits((finding(0, 3), finding(2, 5), finding(7, 9, safe=False), finding(8, 9)))
    assert [change.edit.span for change in chosen] == [Span(0, 3), Span(8, 9)]
