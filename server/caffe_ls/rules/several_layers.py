"""What holds of many layers of a net alike is told at the first of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from caffe_ls.net.model import Net, PlacedLayer
from caffe_ls.net.values import Group
from caffe_ls.rules.finding import Fix, fix
from caffe_ls.rules.layer_fields import in_file, remove_field, write_field
from caffe_ls.text.edit import Edit


def and_more(layers: Sequence[int]) -> str:
    """How many layers there are besides the first."""
    more = len(layers) - 1
    return f" (and {more} more layer{'s'[: more != 1]})" if more else ""


def remove_in_all(net: Net, layers: Iterable[int], message: str, name: str, title: str) -> tuple[Fix, ...]:
    """The fix that takes a field of one of their messages away from layers."""
    edits = []
    for index in layers:
        placed = net.text.layers[net.layers[index].origin]
        # A net has hundreds of such layers, and most edits touch none of them.
        key = (remove_in_all, message, name)
        if key not in placed.spec.cache:
            placed.spec.cache[key] = _removal(placed, message, name)
        edit = placed.spec.cache[key]
        if not isinstance(edit, Edit):
            return ()
        edits.append(in_file(edit, placed.base))
    return (fix(title, *edits),) if edits else ()


def _removal(placed: PlacedLayer, message: str, name: str) -> Edit | None:
    own = placed.spec.fields.group(message)
    edit = remove_field(placed.text, own, name) if placed.text else None
    return None if edit is None else _with_empty_block(placed.text, own, edit, message)


def _with_empty_block(text: str, own: Group, edit: Edit, message: str) -> Edit:
    """The removal of the last field of a message as that of the message."""
    whole = remove_field(text, Group({message: (own,)}, own.span), message) if len(own.fields) == 1 else None
    return whole or edit


def write_in_all(
    net: Net, layers: Iterable[int], message: str, name: str, value: str, title: str = ""
) -> tuple[Fix, ...]:
    """The fix that gives a field of layers a value."""
    edits = []
    for index in layers:
        placed = net.text.layers[net.layers[index].origin]
        edit = write_field(placed.text, placed.spec.fields, message, name, value) if placed.text else None
        if edit is None:
            return ()
        edits.append(in_file(edit, placed.base))
    return (fix(title or f"Set `{name}: {value}`", *edits),) if edits else ()
