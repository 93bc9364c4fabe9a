"""Many missing brackets: one bounded message, and a fix no longer than the text."""

from __future__ import annotations

from caffe_ls.syntax.parser import parse


def test_brackets_opened_on_one_line_are_closed_on_one() -> None:
    (problem,) = parse("layer {\n  param { filler {\n    value: 1\n").entries[0].problems
    assert problem.replacement is not None
    assert problem.replacement[1] == "\n  } }\n}"
    assert problem.message == "expected `}` to close `filler` and `param` and `layer`"


def test_a_long_line_of_brackets_gets_a_short_message_and_a_short_fix() -> None:
    text = "x {\n" + " " * 5_000 + "a{" * 5_000
    (problem,) = parse(text).entries[0].problems
    assert problem.message == "expected `}` to close `a` and 5000 around it"
    assert problem.replacement is not None
    assert len(problem.replacement[1]) < 2 * len(text)
