"""The lines of a log that are about a layer."""

from __future__ import annotations

from bisect import bisect_left

from lsprotocol import types

from caffe_ls.features.log_definition import definitions
from caffe_ls.features.log_names import name_at
from caffe_ls.features.log_view import LogView
from caffe_ls.training_log.record import Run

_MOST = 1_000
_MOST_OF_A_QUANTITY = 100


def log_references(view: LogView, position: types.Position) -> list[types.Location]:
    """The definitions of the layer that a line is about, and its lines in that run."""
    name = name_at(view, position)
    if name is None:
        return []
    return [*definitions(view, name), *lines_of_layer(view, name.run, name.name)]


def lines_of_layer(view: LogView, run: Run, name: str) -> list[types.Location]:
    """The lines of a run that are about a layer: its construction, and its numbers, of long series the ends."""
    numbers = {line for net in run.nets for layer, line in zip(net.layers, net.lines, strict=True) if layer == name}
    for (_, _, quantity), series in run.debug.items():
        if quantity.layer == name:
            count = len(series.values)
            half = _MOST_OF_A_QUANTITY // 2
            kept = range(count) if count <= 2 * half else (*range(half), *range(count - half, count))
            numbers.update(series.line_at(at) for at in kept)
    numbers.discard(0)
    trouble = run.first_nonfinite
    if trouble is not None and trouble.layer == name:
        numbers.add(trouble.line)
    found = sorted(numbers)
    if len(found) > _MOST:
        middle = bisect_left(found, trouble.line) if trouble is not None and trouble.layer == name else 0
        around = found[max(0, middle - 10) : middle + 10] if middle else []
        found = sorted({*found[: _MOST // 2], *around, *found[-_MOST // 2 :]})
    return [view.here(view.line_range(number)) for number in found]
