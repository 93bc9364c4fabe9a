"""What of a prototxt can be folded."""

from __future__ import annotations

import pytest
from lsprotocol import types

from caffe_ls.features.folding import folding
from tests.features.views import view_of
from tests.fixture import Fixture, FixtureFile, read


def folded(text: str, most: int | None = None) -> list[tuple[int, int]]:
    """The first and the last line, from 0, of what can be folded."""
    return [(one.start_line, one.end_line) for one in folding(view_of(read(text)), most)]


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_layers_and_blocks_fold_up_to_their_closing_brackets(line_end: str) -> None:
    lines = ["layer {", "  param {", "    lr_mult: 1", "  }", "  name: 'a'", "}", "layer { name: 'b' }"]
    fixture = Fixture((FixtureFile("/net.prototxt", line_end.join(lines), (), ()),), {})
    assert [(one.start_line, one.end_line) for one in folding(view_of(fixture))] == [(0, 4), (1, 2)]


def test_a_bracket_with_text_before_it_folds_away() -> None:
    assert folded("layer {\n  name: 'a'\n  type: 'b' }\n") == [(0, 2)]


def test_lists_fold() -> None:
    assert folded("layer {\n  bottom: [\n    'a',\n    'b'\n  ]\n}\n") == [(0, 4), (1, 3)]


def test_blocks_that_begin_on_one_line_are_one() -> None:
    assert folded("layer { param {\n lr_mult: 1\n}\nname: 'a'\n}\n") == [(0, 3)]


def test_runs_of_comments_fold_over_the_borders_of_fields() -> None:
    text = "# one\n# two\n\n# alone\nlayer { } # behind\n  # three\n  # four\nname: 'a' # x\n# five\n"
    found = folding(view_of(read(text)))
    assert [(one.start_line, one.end_line, one.kind) for one in found] == [
        (0, 1, types.FoldingRangeKind.Comment),
        (5, 6, types.FoldingRangeKind.Comment),
    ]


def test_comments_within_layers_fold() -> None:
    assert folded("layer {\n  # one\n  # two\n  name: 'a # b'\n}\n") == [(0, 3), (1, 2)]


def test_a_client_that_takes_few_ranges_gets_the_largest() -> None:
    text = "layer {\n param {\n lr_mult: 1\n }\n}\nlayer {\n a: 1\n}\n"
    assert folded(text, 1) == [(0, 3)]


def test_what_is_not_closed_folds_to_its_end() -> None:
    assert folded("layer {\n  param {\n    lr_mult: 1\n") == [(0, 2), (1, 2)]


def test_files_of_other_programs_fold_too() -> None:
    assert folded("#- /map.pbtxt\nitem {\n name: 'cat'\n id: 1\n}\n") == [(0, 2)]


def test_deep_and_wide_texts_are_folded_in_one_pass() -> None:
    deep = "a {\n" * 50_000 + "}" * 50_000
    assert len(folded(deep, 10)) == 10
