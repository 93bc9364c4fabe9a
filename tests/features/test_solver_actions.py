"""Solvers offer changes that people try when a run goes wrong."""

from __future__ import annotations

from lsprotocol import types

from caffe_ls.features.code_actions import code_actions
from caffe_ls.immutable import replace
from caffe_ls.settings import Settings
from caffe_ls.text.span import Span
from tests.features.views import applied_action, view_at_cursor, view_of
from tests.fixture import read
from tests.rules.files_beside import document_beside

HEAD = "#- /solver.prototxt\nnet: 'n'\n"


def offered(text: str) -> dict[str, str]:
    """The titles of the actions at the cursor, each with the text that it makes."""
    view, offset = view_at_cursor(HEAD + text)
    found = code_actions(view, Span(offset, offset), ["refactor"])
    return {action.title: applied_action(view, action) for action in found}


def test_a_base_rate_can_be_lowered() -> None:
    found = offered("base_lr: 0.$001 # first try\nlr_policy: 'fixed'\n")
    assert found["Lower `base_lr` tenfold, to 0.001"] == "net: 'n'\nbase_lr: 0.001 # first try\nlr_policy: 'fixed'\n"


def test_a_rate_elsewhere_or_without_a_number_is_not_offered() -> None:
    assert not any("base_lr" in title for title in offered("base_lr: 0.01\nlr_pol$0icy: 'fixed'\n"))
    assert not any("base_lr" in title for title in offered("base_lr: n$0an\n"))


def test_a_change_that_a_quick_fix_makes_already_is_offered_once() -> None:
    view, offset = view_at_cursor(HEAD + "type: 'SGD'\nbase_lr: $020\nlr_policy: 'fixed'\nmax_iter: 10\n")
    made = [applied_action(view, action) for action in code_actions(view, Span(offset, offset), None)]
    assert len([text for text in made if "base_lr: 2\n" in text]) == 1
    assert "Lower `base_lr` tenfold, to 2" in offered("type: 'SGD'\nbase_lr: $020\nlr_policy: 'fixed'\n")


def test_debug_info_is_switched_on_and_off() -> None:
    on = "Turn `debug_info` on: print means of blobs and gradients"
    assert offered("$0base_lr: 1\nmax_iter: 5")[on] == "net: 'n'\nbase_lr: 1\nmax_iter: 5\ndebug_info: true"
    assert offered("debug_info: false $0\n")[on] == "net: 'n'\ndebug_info: true \n"
    assert offered("$0debug_info: true\n")["Turn `debug_info` off"] == "net: 'n'\ndebug_info: false\n"


def test_a_net_switches_debug_info_in_the_solver_that_trains_it() -> None:
    fixture = read(
        """\
        #- /net.prototxt
        layer { name: "$0a" type: "ReLU" bottom: "x" top: "x" }
        #- /solver.prototxt
        net: "net.prototxt"
        base_lr: 1
        """
    )
    file, offset = fixture.cursor
    document = document_beside(file.path, file.text, Settings(), fixture.files[1:])
    view = replace(view_of(fixture, file), document=document)
    found = {action.title: action for action in code_actions(view, Span(offset, offset), ["refactor"])}
    chosen = found["`solver.prototxt`: turn `debug_info` on: print means of blobs and gradients"]
    assert chosen.edit is not None
    (change,) = chosen.edit.document_changes or []
    assert isinstance(change, types.TextDocumentEdit)
    assert change.text_document.uri == "file:///solver.prototxt"
    assert [edit.new_text.strip() for edit in change.edits if isinstance(edit, types.TextEdit)] == ["debug_info: true"]


def test_nets_without_a_solver_get_none() -> None:
    view, offset = view_at_cursor('layer { name: "$0a" type: "ReLU" bottom: "x" top: "x" }')
    titles = [action.title for action in code_actions(view, Span(offset, offset), ["refactor"])]
    assert not any("base_lr" in title or "debug_info" in title for title in titles)
