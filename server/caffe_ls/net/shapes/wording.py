"""A layer's bottoms in words, under the names that users gave them; a split's tops have names of their own."""

from __future__ import annotations

from caffe_ls.net.shapes.step import Given, shown


def bottom_name(given: Given, index: int) -> str:
    """A bottom's name as it is written: `conv1`."""
    written = given.fields.texts("bottom")
    return f"`{written[index] if index < len(written) else given.names[index]}`"


def bottom(given: Given, index: int) -> str:
    """A bottom's name and shape: `conv1` (1 x 3 x 8 x 8)."""
    return f"{bottom_name(given, index)} ({shown(given.bottoms[index])})"
