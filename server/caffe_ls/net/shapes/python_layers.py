"""Layers written in Python (python_layer.hpp): what they make is their code's affair."""

from __future__ import annotations

from caffe_ls.net.shapes.step import ANY_NUMBER, Family, Given, Step

FAMILY = Family()


@FAMILY.layer("Python", bottoms=(0, ANY_NUMBER), tops=(0, ANY_NUMBER), reads_ranks=False)
def python(given: Given) -> Step:
    """Tops are of unknown shape; one that is written in place is the bottom's own blob, and keeps its shape."""
    spec = given.spec
    in_place = spec.tops == spec.bottoms
    return Step(given.bottoms, ()) if in_place else Step((None,) * given.top_count, None, None)
