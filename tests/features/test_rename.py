"""Another name for a blob, a layer or a parameter."""

from __future__ import annotations

import re

import pytest
from lsprotocol import types

from caffe_ls.analysis.documents import Context
from caffe_ls.features.client import Client
from caffe_ls.features.rename import NotRenamedError, prepare_rename, rename
from tests.features.views import applied, view_at_cursor, view_of
from tests.fixture import read

ANNOTATING = Client(takes_document_changes=True, annotates_edits=True)


def renamed(text: str, name: str = "new") -> str:
    """The text after a client has renamed what stands at the cursor."""
    view, offset = view_at_cursor(text)
    edit = rename(view, offset, name)
    assert edit is not None
    (change,) = edit.document_changes or ()
    assert isinstance(change, types.TextDocumentEdit)
    assert change.text_document.version == view.version
    return applied(view, [one for one in change.edits if isinstance(one, types.TextEdit)])


def test_a_blob_is_renamed_in_its_chain_and_nowhere_else() -> None:
    text = """
layer { name: "x" type: "Input" top: "x" }
layer { name: "r" type: "ReLU" bottom: "x" top: 'x' }
layer { name: "a" type: "Scale" bottom: "$0x" top: "y" param { name: "x" } }
"""
    assert (
        renamed(text)
        == """\
layer { name: "x" type: "Input" top: "new" }
layer { name: "r" type: "ReLU" bottom: "new" top: 'new' }
layer { name: "a" type: "Scale" bottom: "new" top: "y" param { name: "x" } }
"""
    )


def test_a_blob_is_renamed_in_all_phases() -> None:
    text = """
layer { name: "d" type: "Data" top: "$0x" include { phase: TRAIN } }
layer { name: "d" type: "Data" top: "x" include { phase: TEST } }
layer { name: "s" type: "Silence" bottom: "x" include { stage: "never" } }
layer { name: "a" type: "Scale" bottom: "x" top: "y" }
"""
    assert '"x"' not in renamed(text)


def test_a_layer_is_renamed_in_all_phases_and_its_blob_stays() -> None:
    text = """
layer { name: "$0d" type: "Data" top: "d" include { phase: TRAIN } }
layer { name: "d" type: "Data" top: "d" include { phase: TEST } }
"""
    assert renamed(text) == re.sub('name: "d"', 'name: "new"', text.replace("$0", "")).lstrip("\n")


def test_of_two_layers_of_one_name_in_a_net_the_one_is_renamed() -> None:
    text = 'layer { name: "a" type: "Input" top: "x" }\nlayer { name: "a$0" type: "ReLU" bottom: "x" top: "y" }'
    assert renamed(text) == text.replace('"a$0"', '"new"')


def test_a_shared_parameter_is_renamed() -> None:
    text = """
layer { name: "d" type: "Input" top: "d" }
layer { name: "a" type: "Scale" bottom: "d" top: "a" param { name: "$0w" } }
layer { name: "b" type: "Scale" bottom: "d" top: "w" param { name: "w" } }
"""
    assert renamed(text).count('param { name: "new" }') == 2
    assert 'top: "w"' in renamed(text)


def test_names_in_several_pieces_and_names_with_quotes_are_written_anew() -> None:
    text = 'layer { type: "Input" top: "a" \'b\' }\nlayer { type: "Silence" bottom: \'$0ab\' }'
    assert renamed(text, "it's \"") == (
        'layer { type: "Input" top: "it\'s \\"" }\nlayer { type: "Silence" bottom: \'it\\\'s "\' }'
    )


def test_what_will_be_renamed_is_shown_without_quotes() -> None:
    view, offset = view_at_cursor('layer { name: "a" type: "Input" top: "bl$0ob" }')
    found = prepare_rename(view, offset)
    assert found is not None
    start, end = view.span(found.range)
    assert (found.placeholder, view.document.text[start:end]) == ("blob", "blob")


@pytest.mark.parametrize(
    "text", ['layer { na$0me: "a" }', 'layer { type: "$0ReLU" }', '#- /solver.prototxt\nnet: "$0a"']
)
def test_what_is_no_name_is_not_renamed(text: str) -> None:
    view, offset = view_at_cursor(text)
    assert prepare_rename(view, offset) is None
    assert rename(view, offset, "x") is None


TAKEN = """
layer { name: "d" type: "Data" top: "x" include { phase: TRAIN } }
layer { name: "e" type: "Data" top: "z" include { phase: TEST } }
layer { name: "a" type: "Scale" bottom: "$0x" top: "y" include { phase: TRAIN } }
"""


@pytest.mark.parametrize(("name", "why"), [("y", "there is a blob `y` already"), (" ", "at least one character")])
def test_a_name_that_would_mislead_is_refused(name: str, why: str) -> None:
    view, offset = view_at_cursor(TAKEN)
    with pytest.raises(NotRenamedError, match=why):
        rename(view, offset, name)


def test_a_blob_of_another_phase_may_have_the_name() -> None:
    assert renamed(TAKEN, "z").count('"z"') == 3


def test_data_sets_of_hdf5_files_keep_their_names() -> None:
    view, offset = view_at_cursor('layer { type: "HDF5Data" top: "x$0" }\nlayer { type: "Silence" bottom: "x" }')
    with pytest.raises(NotRenamedError, match="data set in the HDF5 files"):
        prepare_rename(view, offset)


def test_what_a_padding_layer_renames_is_left_alone() -> None:
    text = """
layers { layer { name: "d" type: "data" } top: "x" }
layers { layer { name: "p" type: "padding" pad: 1 } bottom: "x" top: "padded" }
layers { layer { name: "c" type: "conv" } bottom: "$0padded" top: "y" }
"""
    view, offset = view_at_cursor(text)
    with pytest.raises(NotRenamedError, match="upgrade the file first"):
        rename(view, offset, "z")


@pytest.mark.parametrize("weights", [(), ("/w.caffemodel",)])
def test_a_client_that_confirms_edits_is_told_of_weights(weights: tuple[str, ...]) -> None:
    fixture = read(
        'layer { name: "in" type: "Input" top: "x" }\nlayer { name: "$0a" type: "Scale" bottom: "x" top: "y" }'
    )
    view = view_of(fixture, client=ANNOTATING, context=Context(weights=weights))
    edit = rename(view, fixture.cursor[1], "b")
    assert edit is not None
    ((key, told),) = (edit.change_annotations or {}).items()
    assert told.needs_confirmation is bool(weights)
    assert "weights saved under `a`" in (told.description or "")
    (change,) = edit.document_changes or ()
    assert isinstance(change, types.TextDocumentEdit)
    assert [one.annotation_id for one in change.edits if isinstance(one, types.AnnotatedTextEdit)] == [key]


def test_a_layer_without_parameters_is_renamed_without_a_word() -> None:
    view, offset = view_at_cursor('layer { name: "$0in" type: "Input" top: "x" }', ANNOTATING)
    edit = rename(view, offset, "b")
    assert edit is not None
    assert edit.change_annotations is None


def test_a_client_without_versions_gets_plain_changes() -> None:
    view, offset = view_at_cursor('layer { name: "a" type: "Input" top: "$0x" }', Client())
    edit = rename(view, offset, "y")
    assert edit is not None
    assert edit.changes is not None
    assert [one.new_text for one in edit.changes[view.uri]] == ["y"]
