"""The one layout of prototxt: what is changed, what is kept, and that formatting changes no meaning."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path
from textwrap import dedent

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from caffe_ls.syntax.formatting import FormatOptions, format_edits, format_file_edits, format_text
from caffe_ls.syntax.lexer import TokenKind, tokens
from caffe_ls.syntax.parser import parse
from caffe_ls.syntax.tree import Field, ListValue, Message
from caffe_ls.syntax.values import string_value
from caffe_ls.text.edit import apply_edits
from caffe_ls.text.source import decode
from caffe_ls.text.span import Span
from tests.syntax.protobuf_oracle import parsed, python_accepts
from tests.syntax.text_mutations import edit


def fields_and_values(text: str) -> list[object]:
    """The tree of a text without its layout."""
    found: list[object] = []
    waiting: list[object] = [entry.field for entry in reversed(parse(text).entries) if entry.field is not None]
    while waiting:
        node = waiting.pop()
        if isinstance(node, Field):
            found.append((node.name, isinstance(node.value, ListValue), len(node.values)))
            waiting += reversed(node.values)
        elif isinstance(node, Message):
            found.append(len(node.fields))
            waiting += reversed(node.fields)
        else:
            written = string_value(node)  # type: ignore[arg-type]
            found.append(written if written is not None else "".join(node.text.split()))  # type: ignore[attr-defined]
    return found


def comments(text: str) -> Counter[str]:
    return Counter(text[token.start : token.end].rstrip() for token in tokens(text) if token.kind is TokenKind.COMMENT)


def check(before: str, after: str) -> None:
    before, after = dedent(before).removeprefix("\n"), dedent(after).removeprefix("\n")
    found = format_text(before)
    assert found == after
    assert format_text(found) == found
    assert apply_edits(before, format_edits(before)) == found


def test_one_field_a_line_and_one_level_per_message() -> None:
    check(
        """
        name:"net"   layer{name: "a"
              type   :"ReLU"
           relu_param{negative_slope:0.1
        engine:CAFFE}}
        """,
        """
        name: "net"
        layer {
          name: "a"
          type: "ReLU"
          relu_param {
            negative_slope: 0.1
            engine: CAFFE
          }
        }
        """,
    )


def test_brackets_colons_and_separators_have_one_form() -> None:
    check("layer: < name: 'a'; top: \"b\",\n>", "layer {\n  name: 'a'\n  top: \"b\"\n}\n")


def test_lists_have_a_space_behind_the_comma() -> None:
    check("stepvalue:[1,2 ,3]", "stepvalue: [1, 2, 3]\n")
    check("stepvalue: [1,\n 2]", "stepvalue: [\n  1,\n  2\n]\n")
    check("shape [{dim:1},{dim:2}]", "shape: [{ dim: 1 }, { dim: 2 }]\n")


def test_a_short_message_stays_on_its_line() -> None:
    check("param{lr_mult:1 decay_mult:1}", "param { lr_mult: 1 decay_mult: 1 }\n")
    check("input_param { shape: { dim: 1 dim: 3 } }", "input_param { shape { dim: 1 dim: 3 } }\n")
    check("param {}", "param {}\n")


def test_a_message_too_long_for_one_line_is_opened() -> None:
    name = "n" * 60
    check(
        f'layer {{ name: "{name}" type: "Convolution" bottom: "data" }}',
        f'layer {{\n  name: "{name}"\n  type: "Convolution"\n  bottom: "data"\n}}\n',
    )


def test_a_message_on_several_lines_is_never_joined() -> None:
    check("param {\nlr_mult: 1 }", "param {\n  lr_mult: 1\n}\n")


def test_comments_stay_where_they_belong() -> None:
    check(
        """
        # head
        name: "net" # the net

        # about the layer
        layer { # opening
            # own line
            name: "a" # trailing
            # before the bracket
        } # closing
        # tail
        """,
        """
        # head
        name: "net"  # the net

        # about the layer
        layer {  # opening
          # own line
          name: "a"  # trailing
          # before the bracket
        }  # closing
        # tail
        """,
    )


def test_comments_in_unusual_places_are_kept() -> None:
    check("a # one\n: # two\n 1", "# one\n# two\na: 1\n")
    check("a: - # why\n 1", "# why\na: -1\n")
    check("a: [1, # one\n 2 # two\n]", "a: [\n  1,  # one\n  2  # two\n]\n")
    check("a: 1 # one\n; # two\nb: 2", "a: 1  # one\n# two\nb: 2\n")


def test_blank_lines_are_kept_but_one_at_most() -> None:
    check("a: 1\n\n\n\nb: 2\nc {\n\n  d: 1\n\n\n  e: 2\n\n}\n", "a: 1\n\nb: 2\nc {\n  d: 1\n\n  e: 2\n}\n")


def test_values_are_kept_as_written() -> None:
    for value in ("0x1F", "017", "1e-3", "1.", ".5f", "-inf", "'it''s'", '"\\n\\x41"', "TRUE_ISH"):
        text = f"a: {value}\n" if value != "'it''s'" else "a: 'it' 's'\n"
        assert format_text(text) == text


def test_adjacent_strings_stay_on_their_lines() -> None:
    check('a: "x"   "y"', 'a: "x" "y"\n')
    check('a:\n "x" # one\n   "y"', 'a: "x"  # one\n  "y"\n')


def test_line_ends_become_those_of_most_lines() -> None:
    assert format_text("a:1\r\nb{\r\nc:1 # x\r\n}\r\n") == "a: 1\r\nb {\r\n  c: 1  # x\r\n}\r\n"
    assert format_text("a: 1\r\nb: 2\nc: 3\n") == "a: 1\nb: 2\nc: 3\n"


def test_the_file_ends_in_one_line_end() -> None:
    assert format_text("a: 1") == "a: 1\n"
    assert format_text("a: 1\n\n\n") == "a: 1\n"
    assert format_text("a: 1", FormatOptions(final_newline=False)) == "a: 1"
    assert format_text("") == ""
    assert format_text("# only\n\n") == "# only\n"


def test_the_width_of_a_level_is_an_option() -> None:
    assert format_text("a {\nb: 1\n}", FormatOptions(indent_width=4)) == "a {\n    b: 1\n}\n"


def test_a_broken_entry_stays_as_it_is_between_formatted_ones() -> None:
    broken = "layer   {  name  =  'x'  }"
    assert format_text(f"a:1\n{broken}\nb:2\n") == f"a: 1\n{broken}\nb: 2\n"


def test_what_shares_a_line_with_broken_text_stays() -> None:
    assert format_text("b:1\na:0,1,2]\n") == "b: 1\na:0,1,2]\n"


def test_a_template_stays_as_it_is() -> None:
    assert format_text("a:1\nnet:   ${NET}\nb:2\n") == "a: 1\nnet:   ${NET}\nb: 2\n"


def test_edits_touch_only_the_lines_that_change() -> None:
    before = 'name: "net"\nlayer {\n  name:"a"\n  type: "ReLU"\n}\n'
    assert format_edits(before) == [(Span(27, 27), " ")]
    assert format_edits(format_text(before)) == []


def test_edits_of_a_range_are_those_of_its_entries() -> None:
    before = "a:1\nb:2\nc:3\n"
    edits = format_file_edits(parse(before), within=Span(5, 6))
    assert apply_edits(before, edits) == "a:1\nb: 2\nc:3\n"


@pytest.mark.parametrize(
    "text",
    [
        "a{" * 20_000 + "}" * 20_000,
        "a {\n" * 20_000 + "}\n" * 20_000,
        "a{" * 20_000,
        "a: [" + "{a: [" * 5_000 + "]}" * 5_000 + "]",
        'a: "' + "x" * 1_000_000 + '"',
        "a: " + '"x" ' * 20_000,
        "# x\n" * 20_000,
    ],
    ids=["deep", "deep lines", "unclosed", "deep lists", "long line", "strings", "comments"],
)
def test_hostile_text_comes_back_and_stays(text: str) -> None:
    found = format_text(text)
    assert format_text(found) == found


_NAMES = st.sampled_from(["a", "layer", "param", "[x.y]"])
_SCALARS = st.sampled_from(["1", "-1", "- 2", "0x1F", "1e5", ".5f", "-inf", "true", '"s"', "'t' \"u\"", '"v"\n"w"'])
_GAPS = st.sampled_from(["", " ", "\n", "\n\n\n", "\t", " # c\n", "\n# d\n", "\r\n", "\n#e\n\n#f\n"])
_SEPARATORS = st.sampled_from(["", ";", ",", " ;"])


def _message(fields: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    def wrapped(parts: list[str], angled: bool, gap: str) -> str:
        inside = gap + "".join(parts)
        return f"<{inside}>" if angled else f"{{{inside}}}"

    return st.builds(wrapped, st.lists(fields, max_size=3), st.booleans(), _GAPS)


def _field(values: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    def written(name: str, gaps: list[str], value: str, separator: str) -> str:
        return f"{gaps[0]}{name}{gaps[1]}:{gaps[2]}{value}{gaps[3]}{separator}{gaps[4] or ' '}"

    return st.builds(written, _NAMES, st.lists(_GAPS, min_size=5, max_size=5), values, _SEPARATORS)


def _list(items: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.builds(
        lambda parts, gap: "[" + gap + f"{gap},{gap}".join(parts) + "]", st.lists(items, max_size=3), _GAPS
    )


_VALUES = st.recursive(
    st.one_of(_SCALARS, _list(_SCALARS)),
    lambda below: st.one_of(_message(_field(below)), _list(_message(_field(below)))),
)
_TEXTS = st.lists(_field(_VALUES), max_size=5).map("".join)


@given(_TEXTS)
@settings(max_examples=300, deadline=None)
def test_formatting_keeps_fields_values_and_comments_and_is_done_after_once(text: str) -> None:
    assert not any(entry.problems for entry in parse(text).entries)
    found = format_text(text)
    assert format_text(found) == found
    assert fields_and_values(found) == fields_and_values(text)
    assert comments(found) == comments(text)
    assert apply_edits(text, format_edits(text)) == found


_NET = """\
name: "net"  # the net
layer { name: "a" type: "Convolution" param { lr_mult: 1 } convolution_param { num_output: 2, pad: [1, 2] } }
# between
layer {
  name: 'b' 'c'
  loss_weight: -1; include < phase: TRAIN >
}
"""


@given(st.integers(min_value=0))
@settings(max_examples=300, deadline=None)
def test_texts_with_mistakes_keep_what_was_read_from_them(seed: int) -> None:
    text = edit(_NET, random.Random(seed))
    found = format_text(text)
    assert format_text(found) == found
    assert fields_and_values(found) == fields_and_values(text)
    assert apply_edits(text, format_edits(text)) == found


@pytest.mark.shared
def test_the_corpus_means_the_same_to_protobuf_after_formatting(shared: Path) -> None:
    compared = 0
    for path in sorted((shared / "corpus" / "prototxt").rglob("*.prototxt"))[::10]:
        text = decode(path.read_bytes())
        found = format_text(text)
        assert format_text(found) == found, path
        assert comments(found) == comments(text), path
        root = "SolverParameter" if "base_lr" in text else "NetParameter"
        if len(text) < 50_000 and python_accepts(text, root):
            assert parsed(found, root) == parsed(text, root), path
            compared += 1
    assert compared > 50
