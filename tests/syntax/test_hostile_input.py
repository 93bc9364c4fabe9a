"""Input made to hurt: the parser answers, keeps every code point, and says something clear."""

from __future__ import annotations

import pytest

from caffe_ls.syntax.parser import parse

HOSTILE = {
    "100,000 levels, never closed": "a{" * 100_000,
    "100,000 levels, closed": "a{" * 100_000 + "}" * 100_000,
    "100,000 lists in lists": "a: [" * 100_000,
    "100,000 unclosed layers": "layer {\n" * 100_000,
    "200,000 layers": 'layer { name: "a" type: "ReLU" }\n' * 200_000,
    "100,000 stray braces": "}\n" * 100_000,
    "a line of 10 MB": 'a: "' + "x" * 10_000_000 + '"',
    "an unterminated string of 1 MB": 'a: "' + "x" * 1_000_000,
    "10 MB of white space": " " * 10_000_000,
    "NUL bytes": "\0" * 1_000_000,
    "quotes": '"' * 300_000,
    "backslashes": 'a: "' + "\\" * 300_000,
    "signs": "a: " + "-" * 300_000,
    "unclosed comments of C": "/*\n" * 100_000,
    "placeholders": "a: ${X}\n" * 50_000,
    "messages of an unclosed list in one line": "a: [" + "{b:1}," * 50_000,
    "binary": bytes(range(256)).decode("latin-1") * 2_000,
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_text_is_parsed_and_prints_back(text: str) -> None:
    file = parse(text)
    assert file.text == text
    assert all(len(entry.problems) <= 128 for entry in file.entries)
