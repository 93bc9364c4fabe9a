"""Layers written in Python (python_layer.hpp): what they make is their code's affair."""

from __future__ import annotations

from collections.abc import Iterator

from caffe_ls.net.faults import Fault
from caffe_ls.net.model import Refusal
from caffe_ls.net.shapes.step import ANY_NUMBER, Family, Given, Step

FAMILY = Family()


@FAMILY.layer("Python", bottoms=(0, ANY_NUMBER), tops=(0, ANY_NUMBER), reads_ranks=False)
def python(given: Given) -> Step:
    """Tops are of unknown shape; one that is written in place is the bottom's own blob, and keeps its shape."""
    spec, refusals = given.spec, tuple(_nameless(given))
    if spec.tops == given.names:
        return Step(given.bottoms, (), refusals=refusals)
    return Step((None,) * given.top_count, None, None, refusals=refusals)


def _nameless(given: Given) -> Iterator[Refusal]:
    """Python raises where there is no name of a module or of a class (layer_factory.cpp, GetPythonLayer)."""
    param = given.group("python_param")
    for name in ("module", "layer"):
        if not param.text(name):
            message = f"Python without `{name}`: nothing tells which class of which module to make"
            check = "layer_factory.cpp, GetPythonLayer"
            yield Refusal(Fault.MISSING_LAYER_PARAMETER, message, param.place(name), check)
