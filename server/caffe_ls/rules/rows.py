"""Things in a row, the entries of a file or the layers of a net, each looked at for itself, and again only where new.

A keystroke leaves nearly all things of a row the same objects: what was found in them one version ago holds still.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import compress, count
from operator import is_not
from typing import Concatenate, NamedTuple, ParamSpec, TypeVar

from caffe_ls.analysis.documents import PrototxtDocument
from caffe_ls.syntax.tree import Entry

_Thing = TypeVar("_Thing")
_Found = TypeVar("_Found")
_Given = ParamSpec("_Given")


class _Row(NamedTuple):
    """A row that was looked through: what was found in which of its things, and all else that this depends on."""

    things: Sequence[object]
    given: tuple[object, ...]
    found: Sequence[tuple[int, object]]


def found_in_entries(
    document: PrototxtDocument,
    look: Callable[Concatenate[Entry, _Given], _Found | None],
    *given: _Given.args,
    **named: _Given.kwargs,
) -> Iterator[tuple[int, Entry, _Found]]:
    """The entries in which `look`, a pure function, finds something, each with its offset and with that.

    What it finds is kept with the entry, which may stand in several files.
    """
    file = document.file
    all_given = (*given, *named.items())
    key = (look, *all_given)
    row = document.cache.get(key)
    if row is None:

        def kept(entry: Entry) -> _Found | None:
            known = entry.cache.get(key, key)
            if known is key:
                known = entry.cache[key] = look(entry, *given, **named)
            return known  # type: ignore[return-value]

        row = document.cache[key] = found_in_row(document, look, file.entries, all_given, kept)
    for index, found in row:  # type: ignore[attr-defined]
        yield file.starts[index], file.entries[index], found


def found_in_row(
    document: PrototxtDocument,
    slot: object,
    things: Sequence[_Thing],
    given: tuple[object, ...],
    look: Callable[[_Thing], _Found | None],
) -> Sequence[tuple[int, _Found]]:
    """What `look` finds in which things of a row, by their index; what is empty or false counts as nothing.

    It must find the same wherever the thing and `given` are the same. `slot` names the row among all of the document.
    """
    key = (found_in_row, slot)
    before = document.carried.get(key)
    if not isinstance(before, _Row) or before.given != given:
        before = _Row((), given, ())
    shorter = min(len(things), len(before.things))
    start = _same(things, before.things, shorter)
    behind = _same(reversed(things), reversed(before.things), shorter - start)
    end, moved = len(things) - behind, len(things) - len(before.things)
    found: list[tuple[int, _Found]] = [one for one in before.found if one[0] < start]  # type: ignore[misc]
    found += [(index, result) for index, thing in enumerate(things[start:end], start) if (result := look(thing))]
    found += [(index + moved, result) for index, result in before.found if index + moved >= end]  # type: ignore[misc]
    document.carried[key] = _Row(things, given, found)
    return found


def _same(things: Iterable[object], others: Iterable[object], most: int) -> int:
    """How many things two rows have in common from where they begin."""
    return min(most, next(compress(count(), map(is_not, things, others)), most))
