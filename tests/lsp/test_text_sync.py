"""A client's changes give the text that the client has, for every text, line end and encoding."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lsprotocol import types

from caffe_ls.analysis.documents import PrototxtDocument
from caffe_ls.features.client import Encoding
from caffe_ls.features.positions import position_at, span_at
from caffe_ls.lsp.text_sync import Change, changed
from caffe_ls.rules.checking import check
from caffe_ls.text.source import Source
from tests.syntax.tree_dump import dump

PIECES = [
    "\n",
    "\r",
    "\r\n",
    "\f",
    "\x0b",
    "\x85",
    "\u2028",
    "\U0001f600",
    "e\u0301",
    "é",
    "layer {",
    "}",
    '"',
    " ",
    "a: 1\n",
]

texts = st.lists(st.sampled_from(PIECES), max_size=20).map("".join)
edits = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 12), texts), min_size=1, max_size=6)
encodings = st.sampled_from(["utf-8", "utf-16", "utf-32"])


@given(texts, edits, encodings)
def test_the_text_is_that_of_the_client(text: str, edits: list[tuple[int, int, str]], encoding: Encoding) -> None:
    document = PrototxtDocument("net.prototxt", text)
    changes: list[Change] = []
    for start, length, new_text in edits:
        source = Source(text)
        start = min(start, len(text))
        place = types.Range(
            position_at(source, start, encoding), position_at(source, min(len(text), start + length), encoding)
        )
        changes.append(types.TextDocumentContentChangePartial(place, new_text))
        span = span_at(source, place, encoding)
        text = text[: span.start] + new_text + text[span.end :]
    after = changed(document, changes, encoding)
    assert after.text == text
    assert after.file.text == text
    assert document.text != text or after.text == document.text


def test_the_whole_text_may_be_replaced_between_other_changes() -> None:
    document = PrototxtDocument("net.prototxt", "one\ntwo\n")
    place = types.Range(types.Position(1, 0), types.Position(1, 3))
    changes: list[Change] = [
        types.TextDocumentContentChangePartial(place, "2"),
        types.TextDocumentContentChangeWholeDocument("a\r\nb\r\n"),
        types.TextDocumentContentChangePartial(place, "B"),
    ]
    assert changed(document, changes, "utf-16").text == "a\r\nB\r\n"


def test_no_changes_leave_the_document_as_it_is() -> None:
    document = PrototxtDocument("net.prototxt", "one\n")
    assert changed(document, [], "utf-16") is document


def test_places_outside_the_text_are_the_nearest_in_it() -> None:
    document = PrototxtDocument("net.prototxt", "ab\ncd")
    for start, end, after in [((0, 9), (0, 99), "ab!\ncd"), ((9, 0), (99, 99), "ab\ncd!"), ((1, 1), (0, 1), "a!d")]:
        place = types.Range(types.Position(*start), types.Position(*end))
        assert changed(document, [types.TextDocumentContentChangePartial(place, "!")], "utf-16").text == after


def test_a_log_is_edited_without_being_parsed() -> None:
    document = PrototxtDocument("train.log", "I0101 00:00:00.000000 1 solver.cpp:1] x\n", kind="log")
    place = types.Range(types.Position(1, 0), types.Position(1, 0))
    after = changed(document, [types.TextDocumentContentChangePartial(place, "more\n")], "utf-16")
    assert after.text.endswith("x\nmore\n")
    assert after.kind == "log"


@pytest.mark.parametrize("seed", range(4))
def test_an_edited_document_is_as_good_as_a_fresh_one(seed: int) -> None:
    random_numbers = random.Random(seed)
    text = 'layer {\n  name: "a"\n  type: "Pooling"\n  pooling_param { pool: MAX }\n}\n' * 6
    document = PrototxtDocument("net.prototxt", text)
    for _ in range(60):
        start = random_numbers.randrange(len(document.text) + 1)
        end = min(len(document.text), start + random_numbers.choice([0, 0, 1, 5, 40]))
        source = document.source
        place = types.Range(position_at(source, start, "utf-16"), position_at(source, end, "utf-16"))
        new_text = random_numbers.choice(PIECES) * random_numbers.choice([0, 1, 2])
        document = changed(document, [types.TextDocumentContentChangePartial(place, new_text)], "utf-16")
        fresh = PrototxtDocument("net.prototxt", document.text)
        assert dump(document.file) == dump(fresh.file)
        assert check(document) == check(fresh)
