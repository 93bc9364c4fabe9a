"""Formatting lays a document out, with the client's width of indentation."""

from __future__ import annotations

from lsprotocol import types

from caffe_ls.features.formatting import formatting
from caffe_ls.text.span import Span
from tests.features.views import applied, view_of
from tests.fixture import read

UGLY = 'layer{name:"a"\n  convolution_param{num_output:1\n}}\nlayer{name:"b"}\n'
TWO = types.FormattingOptions(tab_size=2, insert_spaces=True)
FOUR = types.FormattingOptions(tab_size=4, insert_spaces=True)


def test_the_document_is_laid_out() -> None:
    view = view_of(read(UGLY))
    assert '\n  name: "a"\n' in applied(view, formatting(view, TWO))
    assert '\n    name: "a"\n' in applied(view, formatting(view, FOUR))


def test_a_part_alone() -> None:
    view = view_of(read(UGLY))
    assert applied(view, formatting(view, TWO, Span(0, 1))).endswith('layer{name:"b"}\n')


def test_files_of_other_programs_stay_as_they_are() -> None:
    view = view_of(read('#- /map.pbtxt\nitem{name:"a"}\n'))
    assert formatting(view, TWO) == []
