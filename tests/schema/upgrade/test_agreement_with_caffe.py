"""The upgrade against what Caffe's own upgrade made of the same files, also after noise that must not matter."""

from __future__ import annotations

import importlib.util
import json
import lzma
import random
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from caffe_ls.schema.upgrade.upgrading import upgrade_text
from caffe_ls.syntax.formatting import format_text
from caffe_ls.syntax.lexer import TokenKind, tokens
from caffe_ls.syntax.parser import parse
from caffe_ls.text.source import decode

_NET = """\
name: "net"
input: "data"
input_dim: 1 input_dim: 3 input_dim: 8 input_dim: 8
layers {
  name: "conv"
  type: CONVOLUTION
  bottom: "data"
  top: "conv"
  blobs_lr: 1
  blobs_lr: 2
  weight_decay: [1, 0]
  param: "w"
  convolution_param { num_output: 2 kernel_size: 3 }
}
layers { name: "d" type: DATA top: "d" data_param { source: "s" 'x' scale: 2 } }
"""

_V0_NET = """\
input: "data"
input_dim: [1, 3, 8, 8]
layers { layer { name: "p" type: "padding" pad: 1 } bottom: "data" top: "p" }
layers {
  layer {
    name: "conv"
    type: "conv"
    num_output: 2
    weight_filler { type: "constant" value: 1 }
    blobs_lr: 1
    weight_decay: 0
  }
  bottom: "p"
  top: "conv"
}
layers { layer { name: "ip" type: "innerproduct" num_output: 2 } bottom: "conv" top: "ip" }
"""


def with_noise(text: str, chance: random.Random) -> tuple[str, list[str]]:
    """The text with comments between its tokens, or on fewer lines; and the comments."""
    pieces: list[str] = []
    comments: list[str] = []
    joined, share = chance.random() < 0.5, chance.choice((0.0, 0.02, 0.1, 0.4))
    previous = ""
    for token in tokens(text):
        if token.kind is TokenKind.COMMENT and joined:
            continue
        space = text[token.before : token.start]
        if joined and "#" not in previous and chance.random() < 0.7:
            space = " " if space else ""
        # Caffe takes a comment behind a sign; parity.py, which compares, does not.
        if pieces and "#" not in previous and previous != "-" and chance.random() < share:
            comment = f"#c{len(comments)}."
            comments.append(comment)
            space = chance.choice((f" {comment}\n", f"\n  {comment}\n", f"{comment}\r\n")) + space
        previous = text[token.start : token.end]
        pieces.append(space + previous)
    return "".join(pieces), comments


def check_with_noise(text: str, canonical: Callable[[str], Any], wanted: Any, chance: random.Random) -> None:
    noisy, comments = with_noise(text, chance)
    for given_text in (noisy, format_text(noisy)):
        upgraded = upgrade_text(given_text)
        assert canonical(upgraded.text) == wanted
        kept = Counter(re.findall(r"#c\d+\.", upgraded.text))
        assert kept == Counter(comments)
        assert upgrade_text(upgraded.text).text == upgraded.text


def meaning(text: str) -> str:
    """A text of which order, comments and layout are gone, as far as these tests need."""
    assert not any(entry.problems for entry in parse(text).entries)
    bare = " ".join(text[token.start : token.end] for token in tokens(text) if token.kind is not TokenKind.COMMENT)
    return " ".join(sorted(bare.replace(",", "").replace(":", "").split()))


@pytest.mark.parametrize("text", [_NET, _V0_NET], ids=["V1", "V0"])
@given(st.integers(min_value=0))
@settings(max_examples=150, deadline=None)
def test_comments_and_line_ends_anywhere_change_nothing_and_none_is_lost(text: str, seed: int) -> None:
    upgraded = upgrade_text(text)
    assert upgraded.text != text
    assert not upgraded.problems
    check_with_noise(text, meaning, meaning(upgraded.text), random.Random(seed))


def _oracle(shared: Path) -> tuple[Callable[[str], Any], list[dict[str, str]]]:
    specification = importlib.util.spec_from_file_location("parity", shared / "tools" / "parity.py")
    assert specification is not None
    assert specification.loader is not None
    parity = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(parity)
    with lzma.open(shared / "oracle" / "upgrades.jsonl.xz", "rt", encoding="utf-8") as lines:
        return parity.canonical, [json.loads(line) for line in lines]


@pytest.mark.shared
def test_every_file_upgrades_as_caffe_upgrades_it(shared: Path) -> None:
    canonical, rows = _oracle(shared)
    chance = random.Random(0)
    for row in rows:
        text = decode((shared / "corpus" / row["file"]).read_bytes())
        wanted = canonical(row["upgraded"])
        upgraded = upgrade_text(text)
        assert canonical(upgraded.text) == wanted, row["file"]
        assert upgrade_text(upgraded.text).text == upgraded.text, row["file"]
        assert [comment for comment in re.findall(r"#[^\n]*", text) if comment.rstrip() not in upgraded.text] == []
        if len(text) < 10_000:
            check_with_noise(text, canonical, wanted, chance)


@pytest.mark.shared
def test_no_file_of_the_corpus_loses_a_comment_or_breaks(shared: Path) -> None:
    for path in sorted((shared / "corpus" / "prototxt").rglob("*.prototxt")):
        text = decode(path.read_bytes())
        upgraded = upgrade_text(text)
        if upgraded.text == text:
            continue
        assert not any(entry.problems for entry in parse(upgraded.text).entries), path
        assert upgrade_text(upgraded.text).text == upgraded.text, path
        assert [comment for comment in re.findall(r"#[^\n]*", text) if comment.rstrip() not in upgraded.text] == [], (
            path
        )
