"""After an edit, the tree is that of the new text, and what the edit did not reach is the same object."""

from __future__ import annotations

import random

import pytest

from caffe_ls.syntax.parser import parse, reparse
from caffe_ls.text.span import Span
from tests.syntax.text_mutations import random_span
from tests.syntax.tree_dump import dump

_LAYERS = "".join(
    f'layer {{\n  name: "l{n}"\n  type: "ReLU"\n  relu_param {{ negative_slope: 0.{n} }}\n}}\n' for n in range(9)
)


@pytest.mark.parametrize("seed", range(60))
def test_a_row_of_random_edits_gives_the_tree_of_a_fresh_parse(seed: int) -> None:
    chance = random.Random(seed)
    text, file = _LAYERS, parse(_LAYERS)
    for _ in range(25):
        start, end, new = random_span(text, chance)
        text = text[:start] + new + text[end:]
        file = reparse(file, Span(start, end), len(new), text)
        assert dump(file) == dump(parse(text))


def test_only_the_edited_layer_is_parsed_again() -> None:
    before = parse(_LAYERS)
    at = _LAYERS.index("0.4")
    after = reparse(before, Span(at, at + 3), 4, _LAYERS.replace("0.4", "1234"))
    shared = [old is new for old, new in zip(before.entries, after.entries, strict=True)]
    assert shared.count(False) <= 2, "the layer, and the one whose end was found by looking at it"


def test_an_edit_of_the_empty_text() -> None:
    assert dump(reparse(parse(""), Span(0, 0), 4, "a: 1")) == dump(parse("a: 1"))
