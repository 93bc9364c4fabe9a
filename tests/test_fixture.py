"""The language of the fixtures itself."""

from __future__ import annotations

from caffe_ls.text.span import Span
from tests import fixture
from tests.fixture import Mark, with_marks


def test_text_without_a_header_is_one_net() -> None:
    read = fixture.read('layer { name: "a" }\n')
    assert [(file.path, file.text) for file in read.files] == [("/net.prototxt", 'layer { name: "a" }\n')]


def test_files_settings_marks_and_a_cursor() -> None:
    read = fixture.read("""
        #- settings {"dialect": "ssd"}
        #- /solver.prototxt
        net: "net.pro$0totxt"
        #     ^^^^^^^^^^^^ net-not-found
        #- /net.prototxt
        layer { name: "a" }
        #<^^^ first
        #       ^^^^  ^^^ second thing
    """)
    assert read.settings == {"dialect": "ssd"}
    file, offset = read.cursor
    assert (file.path, file.text, offset) == ("/solver.prototxt", 'net: "net.prototxt"\n', 13)
    assert file.marks == (Mark(Span(6, 18), "net-not-found"),)
    assert read.file("/net.prototxt").marks == (
        Mark(Span(0, 5), "first"),
        Mark(Span(8, 12), ""),
        Mark(Span(14, 17), "second thing"),
    )


def test_marks_are_drawn_as_they_are_read() -> None:
    text = 'layer { name: "a" }\nlayer { }\n'
    marks = (Mark(Span(0, 5), "one"), Mark(Span(14, 17), "two"), Mark(Span(20, 25), "three"))
    assert fixture.read(with_marks(text, marks)).files[0] == fixture.FixtureFile("/net.prototxt", text, marks, ())


def test_comments_are_no_marks() -> None:
    text = "# a comment\nnet: 1  # ^ not alone\n"
    assert fixture.read(text).files[0].text == text
