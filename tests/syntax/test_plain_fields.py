"""Plain fields are read by one regular expression, all else by tokens: both ways give the same tree."""

from __future__ import annotations

import random

import pytest

from caffe_ls.syntax import entry_parser, parser
from caffe_ls.syntax.plain_fields import plain_entry
from tests.syntax.text_mutations import random_span
from tests.syntax.tree_dump import dump

_NET = """\
name: "n" # a comment
# and one { that: 1 } lies
layer {
  name: 'c1'  # behind a value
  type: "Convolution" bottom: "data" top: "c1"
  param { lr_mult: 1 decay_mult: -1 } param: { lr_mult: 2. decay_mult: .5e-3 }
  # before a field
  convolution_param {
    num_output: 10
    bias_term: false
    weight_filler < type: "xavier" std: 1f >
    kernel_size: [3, 0x3]; pad: 017
  }
}
input: "data" input_dim: 1
state { phase: TEST level: -0 }
max_iter: 10"""


def _by_tokens(text: str, monkeypatch: pytest.MonkeyPatch) -> tuple[list[object], list[int]]:
    with monkeypatch.context() as patch:
        patch.setattr(parser, "plain_entry", lambda *_: None)
        patch.setattr(entry_parser, "plain_fields", lambda _text, _base, end, _frames: end)
        file = parser.parse(text)
    return dump(file), [entry.examined for entry in file.entries]


def test_a_text_of_all_common_forms_reads_as_by_tokens(monkeypatch: pytest.MonkeyPatch) -> None:
    file = parser.parse(_NET)
    assert (dump(file), [entry.examined for entry in file.entries]) == _by_tokens(_NET, monkeypatch)


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r", " "])
def test_random_texts_read_as_by_tokens(line_end: str, monkeypatch: pytest.MonkeyPatch) -> None:
    chance = random.Random(7)
    for _ in range(400):
        text = _NET.replace("\n", line_end)
        for _ in range(chance.randrange(1, 4)):
            start, end, new = random_span(text, chance)
            text = text[:start] + new + text[end:]
        file = parser.parse(text)
        assert (dump(file), [entry.examined for entry in file.entries]) == _by_tokens(text, monkeypatch), text


@pytest.mark.parametrize(
    "text",
    [
        'a: "x" "y"\nb: 1',  # adjacent strings are one
        "a: 1;\nb: 2",  # the separator belongs to the field
        "a: 017\nb: 1",
        "a: 1x\nb: 1",
        "a: b/c\nb: 1",
        "a: 1 # the comment has no end",
        "a: 1 # NUL \0\nb: 1",
        "a {\n  b: 1\n",
        "a { b: 1 }\n=======\n",
        "}",
    ],
)
def test_what_needs_a_closer_look_is_left_to_the_tokens(text: str) -> None:
    assert plain_entry(text, 0, set()) is None


def test_a_bracket_known_to_have_no_partner_is_not_followed_again() -> None:
    text = "layer { name: 'a' }"
    assert plain_entry(text, 0, set()) is not None
    assert plain_entry(text, 0, {text.index("{")}) is None
