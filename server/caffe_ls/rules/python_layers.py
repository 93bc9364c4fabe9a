"""The Python layers of a net with the files of their modules, as rules about them see them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from caffe_ls.analysis.documents import PrototxtDocument
from caffe_ls.analysis.nets import net_text
from caffe_ls.analysis.python_modules import PythonClass, PythonFile, python_file
from caffe_ls.net.model import LayerSpec
from caffe_ls.net.values import Group
from caffe_ls.text.span import Span


class PythonLayer(NamedTuple):
    """A Python layer; `origin` is its index in the text, `base` its entry's offset, `file` that of its module."""

    origin: int
    base: int
    spec: LayerSpec
    file: PythonFile | None

    @property
    def own(self) -> Group:
        return self.spec.fields.group("python_param")

    @property
    def module(self) -> str:
        return self.own.text("module")

    @property
    def python_class(self) -> PythonClass | None:
        """The class that it is made of; None where it is not found, or not written as one."""
        return None if self.file is None else self.file.classes.get(self.own.text("layer"))

    def place(self, field: str) -> Span:
        """Where a field of its python_param stands in the file; the message where it is not given."""
        return self.own.place(field).shift(self.base)


def python_layers(document: PrototxtDocument) -> tuple[PythonLayer, ...]:
    """The Python layers of a net file whose text is whole; looked for once for all rules."""
    known = document.cache.get(python_layers)
    if known is None:
        known = document.cache[python_layers] = tuple(_python_layers(document))
    return known  # type: ignore[return-value]


def _python_layers(document: PrototxtDocument) -> Iterator[PythonLayer]:
    files = document.context.files
    if files is None or document.template:
        return
    for origin, placed in enumerate(net_text(document).layers):
        if placed.spec.type == "Python" and not placed.damaged:
            module = placed.spec.fields.group("python_param").text("module")
            yield PythonLayer(origin, placed.base, placed.spec, python_file(module, files) if module else None)
