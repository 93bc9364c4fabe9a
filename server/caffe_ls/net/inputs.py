"""A net's `input`, `input_shape` and `input_dim`, made a layer (upgrade_proto.cpp, UpgradeNetInput)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeAlias

from caffe_ls.net.faults import Fault
from caffe_ls.net.model import Refusal
from caffe_ls.net.values import Group, Value
from caffe_ls.syntax.tree import Scalar
from caffe_ls.text.span import Span

_Written: TypeAlias = Sequence[tuple[int, Group]]
"""The groups that hold the net's own fields, each with its offset."""


def input_layer(written: _Written, forgets_shapes: bool) -> tuple[int, Group] | None:
    """The Input layer named `input` that stands before all others, with the offset of what it holds.

    None where there are no inputs; those without any shape are dropped. `forgets_shapes`: as the upgrade of V0 does.
    """
    names, dims = _scalars(written, "input"), _scalars(written, "input_dim")
    shapes = [] if forgets_shapes else _groups(written, "input_shape")
    if not names or not (shapes or dims):
        return None
    base = names[0][0]
    if shapes:
        given = [_moved(group, at - base) for at, group in shapes[: len(names)]]
    else:
        moved = [_moved_scalar(value, at - base) for at, value in dims[: 4 * len(names)]]
        given = [Group({"dim": moved[i : i + 4]}, moved[i].span) for i in range(0, len(moved), 4)]
    place = names[0][1].span
    fields: dict[str, list[Value]] = {
        "name": [Scalar("string", *place, '"input"')],
        "type": [Scalar("string", *place, '"Input"')],
        "top": [_moved_scalar(value, at - base) for at, value in names],
        "input_param": [Group({"shape": given}, place)],
    }
    return base, Group(fields, place)


def _moved_scalar(value: Scalar, by: int) -> Scalar:
    return value if by == 0 else Scalar(value.kind, value.start + by, value.end + by, value.text)


def _moved(shape: Group, by: int) -> Group:
    dims = [_moved_scalar(value, by) for value in shape.scalars("dim")]
    return Group({"dim": dims}, Span(shape.span.start + by, shape.span.end + by))


def wrong_inputs(written: _Written) -> Iterator[Refusal]:
    """The upgrade reads as many shapes as there are inputs, whether they are there or not."""
    names = [value.span.shift(base) for base, value in _scalars(written, "input")]
    shapes = [group.span.shift(base) for base, group in _groups(written, "input_shape")]
    dims = [value.span.shift(base) for base, value in _scalars(written, "input_dim")]
    if shapes and len(shapes) < len(names):
        message = f"{len(names)} `input` but {len(shapes)} `input_shape`: Caffe reads past their end and crashes"
        yield _wrong_input(message, names[len(shapes)], "upgrade_proto.cpp, UpgradeNetInput, past input_shape")
    elif names and not shapes and dims and len(dims) < 4 * len(names):
        one = "the `input` needs" if len(names) == 1 else f"the {len(names)} `input` need"
        message = f"{one} {4 * len(names)} `input_dim`, not {len(dims)}: Caffe reads past their end"
        places = [*names, *dims]
        whole = Span(min(place.start for place in places), max(place.end for place in places))
        yield _wrong_input(message, whole, "upgrade_proto.cpp, UpgradeNetInput, past input_dim")


def _wrong_input(message: str, place: Span, check: str) -> Refusal:
    return Refusal(Fault.INPUT_SHAPE_MISSING, message, place, check, stage="upgrade")


def _scalars(written: _Written, name: str) -> list[tuple[int, Scalar]]:
    return [(base, value) for base, group in written for value in group.scalars(name)]


def _groups(written: _Written, name: str) -> list[tuple[int, Group]]:
    return [(base, found) for base, group in written for found in group.groups(name)]
