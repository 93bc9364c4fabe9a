"""What is written into a text has its line ends and its indentation."""

from __future__ import annotations

import pytest

from caffe_ls.rules.layout import layout_of


@pytest.mark.parametrize(
    ("text", "newline", "unit"),
    [
        ("", "\n", "  "),
        ('layer { name: "a" }\n', "\n", "  "),
        ('name: "n"\nlayer {\n  name: "a"\n}\n', "\n", "  "),
        ('layer {\n    name: "a"\n}\n', "\n", "    "),
        ('layer {\r\n\tname: "a"\r\n}\r\n', "\r\n", "\t"),
        ('layer {  # the first\n\n# nothing yet\n\tname: "a"\n}\n', "\n", "\t"),
        ('layer {\nname: "a"\n}\nlayers: <\n   name: "b"\n>\n', "\n", "   "),
    ],
)
def test_the_first_block_that_is_indented_shows_the_indentation(text: str, newline: str, unit: str) -> None:
    assert layout_of([text]) == (newline, unit)


def test_lines_are_indented_as_the_text_and_what_is_copied_keeps_its_own() -> None:
    layout = layout_of(["layer {\r\n\tinclude {\r\n\t\tphase: TRAIN\r\n\t}\r\n}\r\n"])
    copied = "include {\r\n\t\tphase: TRAIN\r\n\t}"
    assert layout.lines("layer {", f"  {copied}", "  a {", "    b: 1", "  }", "}") == (
        "layer {\r\n\tinclude {\r\n\t\tphase: TRAIN\r\n\t}\r\n\ta {\r\n\t\tb: 1\r\n\t}\r\n}"
    )
