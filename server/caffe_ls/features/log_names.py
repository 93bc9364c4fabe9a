"""The names of layers and blobs in a log's lines."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from lsprotocol import types

from caffe_ls.analysis.cursor import cursor_at
from caffe_ls.analysis.log_document import LogLine
from caffe_ls.features.log_view import LogView
from caffe_ls.syntax.values import string_value
from caffe_ls.text.span import Span
from caffe_ls.training_log.record import Run


class NameInLog(NamedTuple):
    """A layer's or a blob's name, where it stands in the log (bytes), and the net that it is of."""

    name: str
    is_layer: bool
    span: Span
    run: Run
    phase: str
    net: int


# Which groups of a pattern are names: (group, whether it is a layer's).
_NAMES: dict[str, tuple[tuple[int, bool], ...]] = {
    "debug": ((2, True), (5, False)),
    "update": ((1, True),),
    "output": ((3, False),),
    "creating": ((1, True),),
    "setting-up": ((1, True),),
    "top-shape-named": ((1, True),),
    "backward": ((1, True),),
    "net-output": ((1, False),),
    "input-edge": ((1, True), (2, False)),
    "output-edge": ((1, True), (2, False)),
}


def name_at(view: LogView, position: types.Position) -> NameInLog | None:
    """The name at a position; anywhere else on a line of one layer, that layer's."""
    offset = view.offset(position)
    printed = view.document.printed_at(offset)
    if printed is not None:
        return _printed_name(view, offset)
    line = view.line_at(position)
    if line is None:
        return None
    names = list(names_in(view, line))
    return next((name for name in names if name.span.touches(offset)), next(iter(names), None))


def names_in(view: LogView, line: LogLine) -> Iterator[NameInLog]:
    """The names in a line, the layer's first."""
    if line.match is None:
        return
    built = view.document.net_in_construction(line) if not line.run.started else None
    for group, is_layer in _NAMES.get(line.kind, ()):
        if not line.match[group] or (line.kind == "debug" and not is_layer and line.group(3) == "param"):
            continue
        if built is not None:
            phase, net = built[0].phase, built[0].net
        else:
            phase, net, _ = view.document.moment(line)
        yield NameInLog(line.group(group), is_layer, Span(*line.group_span(group)), line.run, phase, net)


def _printed_name(view: LogView, offset: int) -> NameInLog | None:
    place = view.document.printed_at(offset)
    cursor = None if place is None else cursor_at(place.document, place.offset)
    if place is None or cursor is None or cursor.on != "value" or cursor.value is None:
        return None
    field, name = cursor.step.field.name, string_value(cursor.value)
    run = view.document.run_at(place.printed.line)
    if run is None or name is None or field not in ("name", "top", "bottom") or len(cursor.path) != 2:
        return None
    span = Span(*(view.document.place_of(place.printed, end) for end in cursor.span))
    return NameInLog(name, field == "name", span, run, place.printed.phase or "TRAIN", place.printed.net)
