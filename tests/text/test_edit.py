"""Edits of a text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caffe_ls.text.edit import Edit, apply_edits, smallest_edit
from caffe_ls.text.span import Span


@pytest.mark.parametrize(
    ("before", "after", "edit"),
    [
        ("type: RELU", 'type: "ReLU"', Edit(Span(6, 10), '"ReLU"')),
        ("layers {", "layer {", Edit(Span(5, 6), "")),
        ("ab", "axb", Edit(Span(1, 1), "x")),
        ("aa", "aaa", Edit(Span(2, 2), "a")),
        ("", "new", Edit(Span(0, 0), "new")),
        ("old", "", Edit(Span(0, 3), "")),
        ("a😀c", "a😁c", Edit(Span(1, 2), "😁")),
        ("same", "same", Edit(Span(4, 4), "")),
    ],
)
def test_the_smallest_edit_leaves_out_what_both_texts_begin_and_end_with(before: str, after: str, edit: Edit) -> None:
    assert smallest_edit(before, after) == edit


@given(st.text("ab\n"), st.text("ab\n"))
def test_the_smallest_edit_of_two_texts_makes_one_of_the_other(before: str, after: str) -> None:
    assert apply_edits(before, [smallest_edit(before, after)]) == after
