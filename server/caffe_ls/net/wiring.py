"""How the layers of a net are connected: a pure function of what they show each other.

It is kept from one version of a text to the next while that stays as it is: most edits change what a layer does, not
what it reads and makes.
"""

from __future__ import annotations

from collections.abc import Mapping

from caffe_ls.immutable import dataclass
from caffe_ls.net.interface import Interface
from caffe_ls.net.splits import Row, with_splits


@dataclass(frozen=True, slots=True, eq=False)
class Wiring:
    """The rows of a net, splits included, and for each the blobs, by number, that its bottoms and tops are.

    `layers` are the rows without splits. `names` are the blobs', `visible` the numbers of those that no split makes,
    `outputs` the names of those that nothing reads. Names that do not fit together, as position and index: `unmade`
    bottoms, and tops `made_twice`; `rivals` are the blobs that these are, each with the one that had the name before.
    """

    interfaces: tuple[Interface, ...]
    rows: tuple[Row, ...]
    layers: tuple[Row, ...]
    bottoms: tuple[tuple[int, ...], ...]
    tops: tuple[tuple[int, ...], ...]
    names: tuple[str, ...]
    visible: tuple[int, ...]
    outputs: tuple[str, ...]
    unmade: tuple[tuple[int, int], ...]
    made_twice: tuple[tuple[int, int], ...]
    rivals: Mapping[int, int]


def wired(interfaces: tuple[Interface, ...]) -> Wiring:
    """The connections that Net::Init makes."""
    rows = with_splits(interfaces)
    blobs = _Blobs()
    bottoms = []
    tops = []
    for row in rows:
        bottoms.append(blobs.read(row))
        tops.append(blobs.make(row, len(interfaces[row.position].tops)))
    splits = {name for row in rows if row.is_split for name in row.tops}
    return Wiring(
        interfaces=interfaces,
        rows=tuple(rows),
        layers=tuple([row for row in rows if not row.is_split]),
        bottoms=tuple(bottoms),
        tops=tuple(tops),
        names=tuple(blobs.names),
        visible=tuple([number for number, name in enumerate(blobs.names) if name not in splits]),
        outputs=tuple(sorted(blobs.available)),
        unmade=tuple(blobs.unmade),
        made_twice=tuple(blobs.made_twice),
        rivals=blobs.rivals,
    )


class _Blobs:
    """The blobs so far; `available` are those that nothing has read yet, in the order of their making."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self.available: dict[str, None] = {}
        self.unmade: list[tuple[int, int]] = []
        self.made_twice: list[tuple[int, int]] = []
        self.rivals: dict[int, int] = {}
        self._by_name: dict[str, int] = {}
        self._made: set[str] = set()

    def read(self, row: Row) -> tuple[int, ...]:
        """Net::AppendBottom; a blob of its own takes the place of one that nothing makes."""
        found = []
        for index, name in enumerate(row.bottoms):
            if name in self.available:
                del self.available[name]
                found.append(self._by_name[name])
            else:
                if not row.is_split:
                    self.unmade.append((row.position, index))
                self._by_name.setdefault(name, len(self.names))
                found.append(len(self.names))
                self.names.append(name)
        return tuple(found)

    def make(self, row: Row, written: int) -> tuple[int, ...]:
        """Net::AppendTop; tops beyond those `written` are automatic, and nothing can name them."""
        found = []
        for index, name in enumerate(row.tops):
            if index < len(row.bottoms) and row.bottoms[index] == name:
                self.available[name] = None
                found.append(self._by_name[name])
                continue
            if index < written or row.is_split:
                if name in self._made and not row.is_split:
                    self.made_twice.append((row.position, index))
                    self.rivals[len(self.names)] = self._by_name[name]
                self._by_name[name] = len(self.names)
                self._made.add(name)
                self.available[name] = None
            found.append(len(self.names))
            self.names.append(name)
        return tuple(found)
