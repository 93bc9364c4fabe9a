"""What the parser says of broken text: all of it, each at the smallest span, without follow-ups."""

from __future__ import annotations

import pytest

from caffe_ls.syntax.parser import parse
from caffe_ls.text.edit import Edit, apply_edits
from tests.fixture import read

CASES = {
    "a brace missing at the end of an inner message is reported where it belongs": """
        layer {
          convolution_param {
            num_output: 3
        #               ^ expected `}` to close `convolution_param`
        }
        layer { name: "b" }
    """,
    "a brace missing at the end of a layer does not swallow the next layer": """
        layer {
          name: "a"
        #         ^ expected `}` to close `layer`
        layer {
          name: "b"
        #         ^ expected `}` to close `layer`
        layer {
          name: "c"
        }
    """,
    "an opening brace missing": """
        layer {
          convolution_param
        # ^^^^^^^^^^^^^^^^^ expected `{` after `convolution_param`
            num_output: 3
          }
        }
    """,
    "a brace too many": """
        layer {
          name: "a"
          }
         }
        #^ `}` closes nothing
        layer { name: "b" }
    """,
    "a bracket of the other kind": """
        layer {
          name: "a" >
        #           ^ expected `}` to close `layer`, found `>`
    """,
    "a colon missing": """
        layer { name: "a" type "ReLU" num_output 5 }
        #                     ^ expected `:` after `type`
        #                                       ^ expected `:` after `num_output`
    """,
    "an equals sign": """
        name = "a"
        #    ^ expected `:` after `name`, found `=`
    """,
    "values missing": """
        layer {
          num_output:
        #           ^ expected a value after `num_output:`, found `kernel_size`
          kernel_size: 5
          top:
        #    ^ expected a value after `top:`, found `}`
        }
    """,
    "a path without quotes is one problem": """
        source: examples/mnist-7/lmdb
        #       ^^^^^^^^^^^^^^^^^^^^^ expected quotes around `examples/mnist-7/lmdb`
    """,
    "an opening quote missing": """
        name: conv1"
        #     ^^^^^^ expected quotes around `conv1"`
    """,
    "a closing quote missing": """
        name: "conv1
        #     ^^^^^^ expected `"` before the end of the line
        type: "ReLU"
    """,
    "curly quotes": """
        name: “conv1”
        #     ^^^^^^^ expected `"` around `conv1`
    """,
    "full-width punctuation": """
        layer｛ name： "a" ｝
        #<^^^^^
    """.replace(
        "        #<^^^^^\n",
        "        #    ^ expected `{`, found the full-width `｛`\n"
        "        #          ^ expected `:`, found the full-width `：`\n"
        "        #                ^ expected `}`, found the full-width `｝`\n",
    ),
    "a name in quotes": """
        layer { "name": "a" }
        #       ^^^^^^ a field's name takes no quotes: `name`
    """,
    "a comment as in C": """
        type: "a" // comment: { }
        #         ^^ a comment begins with `#`, not with `//`
    """,
    "a comment over several lines": """
        layer { } /* one
        #         ^^ a comment begins with `#`, not with `/*`
          two */ layer { }
    """,
    "a merge conflict": """
        name: "a"
        <<<<<<< HEAD
        #<^^^^^^^^^^ a merge conflict is not resolved here
        force_backward: true
        =======
        #<^^^^^ a merge conflict is not resolved here
        >>>>>>> other
        #<^^^^^^^^^^^ a merge conflict is not resolved here
    """,
    "a page of HTML is one problem": """
         <!DOCTYPE html>
        #^ this is an HTML or XML page, not a prototxt
        <html><body class="a">Not found</body></html>
    """,
    "numbers that are none": """
        a: 1.2.3
        #  ^^^^^ `1.2.3` is not a number: it has more than one decimal point
        b: 0x
        #  ^^ `0x` is not a number: hex digits must follow
        c: 09
        #  ^^ `09` is not a number: with a leading 0 it is octal
        d: +1
        #  ^ a number takes no leading `+`
        e: - x
        #  ^ expected a number after `-`, found `x`
    """,
    "a list without its bracket": """
        stepvalue: [10, 20
        gamma: 0.1
        #<^^^ expected `,` or `]` in the list of `stepvalue`, found `gamma`
        power: 1
    """,
    "an escape that C++ does not know": """
        source: "C:\\data\\x"
        #          ^^ `\\d` is no escape that Caffe's parser knows
        #               ^^ `\\x` is no escape that Caffe's parser knows
    """,
}


@pytest.mark.parametrize("fixture", CASES.values(), ids=CASES.keys())
def test_problems_of(fixture: str) -> None:
    wanted = read(fixture).files[0]
    found = [
        (problem.span.shift(base), problem.message) for base, entry in parse(wanted.text) for problem in entry.problems
    ]
    assert sorted((wanted.text[span.start : span.end], message) for span, message in found) == sorted(
        (wanted.text[mark.span.start : mark.span.end], mark.label) for mark in wanted.marks
    )
    assert sorted(span for span, _ in found) == sorted(mark.span for mark in wanted.marks)


@pytest.mark.parametrize("fixture", CASES.values(), ids=CASES.keys())
def test_what_the_problems_offer_to_replace_leaves_none_of_them(fixture: str) -> None:
    text = read(fixture).files[0].text
    problems = [(base, problem) for base, entry in parse(text) for problem in entry.problems]
    edits = [
        Edit(problem.replacement[0].shift(base), problem.replacement[1])
        for base, problem in problems
        if problem.replacement
    ]
    mended = parse(apply_edits(text, edits))
    left = [problem.message for entry in mended.entries for problem in entry.problems]
    assert left == [problem.message for _, problem in problems if not problem.replacement]


def test_a_template_is_no_problem_of_syntax_but_marked() -> None:
    file = parse("layer { name: ${NAME} convolution_param { num_output: %d kernel_size: @K@ } }")
    assert [entry.template for entry in file.entries] == [True]
    assert [problem for entry in file.entries for problem in entry.problems] == []
