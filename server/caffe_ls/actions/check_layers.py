"""Layers that stop the training at the first value that is not finite: put in behind layers, and taken out again.

The layer is Python code of ours, `check_finite.py`, which is written beside the net. It works in place, so that nothing
else in the net changes; `param_str` tells it what it watches, in Caffes that have that field. Caffes from before
September 2014 have no Python layers, and are offered nothing.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from functools import cache
from importlib import resources
from pathlib import PurePath
from typing import NamedTuple

from caffe_ls.analysis.documents import PrototxtDocument
from caffe_ls.net.shapes.registry import layer_type
from caffe_ls.rules.finding import FileEdit, Fix
from caffe_ls.rules.layers import WrittenLayer, layers_of
from caffe_ls.rules.layout import layout_of, newline_of
from caffe_ls.rules.rewriting import removal
from caffe_ls.rules.values import quoted
from caffe_ls.syntax.tree import Field, Message, Scalar
from caffe_ls.syntax.values import string_value
from caffe_ls.text.edit import Edit
from caffe_ls.text.span import Span

MODULE = "check_finite"
LAYER = "CheckFiniteLayer"

_PYTHON = "PythonParameter"

# What only counts or swallows, and has no gradient to look at.
_NOT_WATCHED = frozenset({"Accuracy", "Silence", "HDF5Output", "DetectionEvaluate"})

_REST_OF_LINE = re.compile(r"[ \t]*(#[^\r\n]*)?(\r\n|\n|\r|$)")


class _Written(NamedTuple):
    base: int
    layer: WrittenLayer

    @property
    def span(self) -> Span:
        return self.layer.field.span.shift(self.base)

    def texts(self, name: str) -> list[str]:
        return _texts(self.layer.message, name)


def insert_after(document: PrototxtDocument, offset: int) -> Fix | None:
    """Check layers behind the layer at `offset`, one for each of its tops; None where there is nothing to watch."""
    layers = _layers(document)
    here = [one for one in layers if one.span.start <= offset <= one.span.end]
    if not here:
        return None
    name = here[0].layer.name or ""
    return _fix(document, layers, here, f"Insert a checkFinite layer after `{name}`")


def insert_everywhere(document: PrototxtDocument) -> Fix | None:
    """Check layers behind every layer that has none yet; None where none is missing."""
    layers = _layers(document)
    return _fix(document, layers, layers, "Insert checkFinite layers after all layers")


def remove_all(document: PrototxtDocument) -> Fix | None:
    """Take all check layers out again; None where there are none."""
    found = [removal(document.text, one.span) for one in _layers(document) if _is_check(one)]
    if not found:
        return None
    return Fix("Remove all checkFinite layers", tuple(FileEdit(edit) for edit in found))


@cache
def module_text() -> str:
    """The Python module that holds the layer."""
    return (resources.files(__package__) / "bundled" / f"{MODULE}.py").read_text(encoding="utf-8")


def _layers(document: PrototxtDocument) -> list[_Written]:
    """The layers in today's form; older forms know no Python layers, and are upgraded first."""
    return [_Written(base, layer) for base, _, layer in layers_of(document) if layer.form == "layer"]


def _is_check(one: _Written) -> bool:
    return any(MODULE in _texts(param, "module") for param in _messages(one.layer.message, "python_param"))


def _fix(document: PrototxtDocument, layers: list[_Written], wanted: Iterable[_Written], title: str) -> Fix | None:
    names = {one.layer.name for one in layers}
    edits: list[FileEdit] = []
    if document.schema.message(_PYTHON) is None:
        return None
    for one in wanted:
        watched = [top for top in _watched_tops(one, document.dialect) if not _is_watched(one, top, layers)]
        if watched:
            pieces = [_check_layer(document, one, top, names) for top in watched]
            edits.append(FileEdit(_behind(document, one.span.end, pieces)))
    if not edits:
        return None
    path = str(PurePath(document.path).parent / f"{MODULE}.py")
    return Fix(title, tuple(edits), new_files=((path, module_text()),))


def _watched_tops(one: _Written, dialect: str) -> list[str]:
    """The tops that can be watched in place: not those that weigh in the loss, which InsertSplits would tear apart."""
    kind = one.layer.type_text or ""
    declared = layer_type(kind, dialect)
    if _is_check(one) or kind in _NOT_WATCHED or (declared is not None and declared.is_loss):
        return []
    if one.layer.message.first("loss_weight") is not None:
        return []
    return list(dict.fromkeys(one.texts("top")))


def _is_watched(one: _Written, top: str, layers: list[_Written]) -> bool:
    """Whether the next layer that reads the top is a check layer."""
    after = (other for other in layers if other.base > one.base and top in other.texts("bottom"))
    following = next(after, None)
    return following is not None and _is_check(following)


def _check_layer(document: PrototxtDocument, one: _Written, top: str, names: set[str | None]) -> str:
    name = base = f"check_{top}"
    number = 1
    while name in names:
        number += 1
        name = f"{base}_{number}"
    names.add(name)
    rules = (f"  {document.text[slice(*rule.span.shift(one.base))]}" for rule in _phase_rules(one))
    options = json.dumps({"layer": one.layer.name or "", "blob": top}, ensure_ascii=False)
    takes_options = document.schema.field(_PYTHON, "param_str") is not None
    layout = layout_of([document.text])
    return layout.lines(
        "layer {",
        f"  name: {quoted(name)}",
        '  type: "Python"',
        f"  bottom: {quoted(top)}",
        f"  top: {quoted(top)}",
        *rules,
        "  python_param {",
        f"    module: {quoted(MODULE)}",
        f"    layer: {quoted(LAYER)}",
        *([f"    param_str: {quoted(options)}"] if takes_options else []),
        "  }",
        "}",
    )


def _phase_rules(one: _Written) -> Iterator[Field]:
    outer = one.layer.field.value
    assert isinstance(outer, Message)
    return (field for field in outer.fields if field.name in ("include", "exclude"))


def _behind(document: PrototxtDocument, offset: int, pieces: list[str]) -> Edit:
    """Insert lines behind the line that ends a layer; right behind the layer where another one follows on its line."""
    text = document.text
    newline = newline_of(text)
    content = newline.join(pieces)
    rest = _REST_OF_LINE.match(text, offset)
    if rest is None:
        following = len(text) - len(text[offset:].lstrip(" \t"))
        return Edit(Span(offset, following), newline + content + newline)
    if rest[2]:
        return Edit(Span(rest.end(), rest.end()), content + newline)
    return Edit(Span(rest.end(), rest.end()), newline + content)


def _messages(message: Message, name: str) -> Iterator[Message]:
    return (value for field in message.named(name) for value in field.values if isinstance(value, Message))


def _texts(message: Message, name: str) -> list[str]:
    values = (value for field in message.named(name) for value in field.values if isinstance(value, Scalar))
    return [text for value in values if (text := string_value(value)) is not None]
