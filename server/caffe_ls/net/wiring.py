"""How the layers of a net are connected: a pure function of what they show each other.

Where a top is read more than once stand splits (insert_splits.cpp, InsertSplits). The wiring is kept from one version
of a text to the next while what layers show stays as it is: most edits change what a layer does, not what it reads and
makes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from caffe_ls.immutable import dataclass
from caffe_ls.net.interface import Interface, Row, row_of
from caffe_ls.net.model import AUTOMATIC, Readers, Source


class Split(NamedTuple):
    """A split layer: the blob that it copies, the copies, and the loss weight of the first, which nothing reads then.

    ConfigureSplitLayer (insert_splits.cpp).
    """

    source: Source
    blob: str
    copies: tuple[str, ...]
    weight: float


@dataclass(frozen=True, slots=True, eq=False)
class Wiring:
    """What connects the layers of a net; they are known by their positions in it.

    `rows` are the layers as Net::Init gets them, `sources` what their bottoms read, None for what nothing makes,
    `splits` stand behind the layer whose tops they copy. `blobs` are the names that no split makes, each with what it
    is in the end, None where nothing makes it; `outputs` the names of those that nothing reads. Names that do not fit
    together, as position and index: `unmade` bottoms, and tops `made_twice`; `rivals` are the blobs that these are,
    each with the one that had the name before.
    """

    interfaces: tuple[Interface, ...]
    rows: tuple[Row, ...]
    sources: tuple[tuple[Source | None, ...], ...]
    readers: Readers
    splits: Mapping[int, Sequence[Split]]
    blobs: Mapping[str, Source | None]
    outputs: tuple[str, ...]
    unmade: tuple[tuple[int, int], ...]
    made_twice: tuple[tuple[int, int], ...]
    rivals: Mapping[Source, Source]


def wired(interfaces: tuple[Interface, ...]) -> Wiring:
    """The connections that Net::Init makes."""
    names = _Names(interfaces)
    splits = _splits(interfaces, names)
    outputs = [name for name, source in names.last.items() if source is not None and source not in names.readers]
    outputs += [split.copies[0] for of_layer in splits.values() for split in of_layer if split.weight]
    return Wiring(
        interfaces=interfaces,
        rows=_rows(interfaces, names.readers, splits),
        sources=tuple(names.sources),
        readers=names.readers,
        splits=splits,
        blobs=names.blobs(),
        outputs=tuple(sorted(outputs)),
        unmade=tuple(names.unmade),
        made_twice=tuple(names.made_twice),
        rivals=names.rivals,
    )


class _Names:
    """What each name means to the layers, from the first on (Net::AppendBottom, Net::AppendTop).

    `last` is what a name means behind the last layer, `losses` the tops with a loss weight.
    """

    def __init__(self, layers: Sequence[Interface]) -> None:
        self.sources: list[tuple[Source | None, ...]] = []
        self.readers: dict[Source, list[tuple[int, int]]] = {}
        self.losses: dict[Source, float] = {}
        self.last: dict[str, Source | None] = {}
        self.unmade: list[tuple[int, int]] = []
        self.made_twice: list[tuple[int, int]] = []
        self.rivals: dict[Source, Source] = {}
        self._made_of_nothing: set[str] = set()
        self._layers = layers
        last, readers = self.last, self.readers
        for position, layer in enumerate(layers):
            found = tuple(map(last.get, layer.bottoms))
            self.sources.append(found)
            for index, source in enumerate(found):
                if source in readers:
                    readers[source].append((position, index))
                elif source is not None:
                    readers[source] = [(position, index)]
                else:
                    last.setdefault(layer.bottoms[index], None)
                    self.unmade.append((position, index))
            for index, name in enumerate(layer.tops):
                made = Source(position, index)
                if name in last:
                    self._make_again(layer, made, name)
                last[name] = made
            if layer.loss_weights:
                made_last = [last[name] for name in layer.tops]
                self.losses.update(zip(made_last, layer.loss_weights, strict=False))  # type: ignore[arg-type]

    def _make_again(self, layer: Interface, source: Source, name: str) -> None:
        """In place, as the top of the same index as the bottom that no split copies; else two layers make the blob."""
        position, index = source
        before = self.last[name]
        if layer.bottoms[index : index + 1] == (name,):
            read = self.sources[position][index]
            if read is None:
                if before is None:
                    self._made_of_nothing.add(name)
                return
            if not is_split(len(self.readers[read]), self.losses.get(read, 0.0)):
                if read in self.rivals:
                    self.rivals[source] = self.rivals[read]
                return
        if before is None or name in self._made_of_nothing:
            self._made_of_nothing.discard(name)
        else:
            self.made_twice.append((position, index))
            self.rivals[source] = before

    def blobs(self) -> Mapping[str, Source | None]:
        """All blobs, in the order in which they are first named; tops that nobody wrote have a name of their own."""
        if not any(layer.automatic for layer in self._layers):
            return self.last
        found: dict[str, Source | None] = {}
        for position, layer in enumerate(self._layers):
            for name in (*layer.bottoms, *layer.tops):
                found[name] = self.last[name]
            if layer.automatic:
                found[AUTOMATIC] = Source(position, len(layer.tops) + layer.automatic - 1)
        return found


def is_split(readers: int, weight: float) -> bool:
    """Whether a top is copied; its loss weight counts as a reader."""
    return readers + (weight != 0) > 1


def _splits(layers: Sequence[Interface], names: _Names) -> dict[int, list[Split]]:
    losses, found = names.losses, dict[int, list[Split]]()
    for source, readers in names.readers.items():
        if len(readers) == 1 and source not in losses:
            continue
        weight = losses.get(source, 0.0)
        if is_split(len(readers), weight):
            layer = layers[source.layer]
            blob, count = layer.tops[source.top], len(readers) + (weight != 0)
            copies = tuple([f"{blob}_{layer.name}_{source.top}_split_{number}" for number in range(count)])
            found.setdefault(source.layer, []).append(Split(source, blob, copies, weight))
    for of_layer in found.values():
        of_layer.sort()
    return found


def _rows(layers: Sequence[Interface], readers: Readers, splits: Mapping[int, Sequence[Split]]) -> tuple[Row, ...]:
    """The layers with the names that splits give; a split takes over the loss weights of the layer before it."""
    rows = [layer.row for layer in layers]
    renamed: dict[int, list[str]] = {}
    for of_layer in splits.values():
        for source, _, copies, weight in of_layer:
            own = copies[1:] if weight else copies
            for (position, index), name in zip(readers[source], own, strict=True):
                renamed.setdefault(position, list(layers[position].bottoms))[index] = name
    unweighted = {position for position, of_layer in splits.items() if any(split.weight for split in of_layer)}
    for position in renamed.keys() | unweighted:
        layer = layers[position]
        weights = () if position in unweighted else layer.loss_weights
        bottoms = tuple(renamed.get(position, layer.bottoms))
        rows[position] = row_of(bottoms, layer.row.tops, weights, layer.is_loss)
    return tuple(rows)
