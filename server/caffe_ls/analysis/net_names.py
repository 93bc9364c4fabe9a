"""What the names in a net's text stand for: where a blob, a layer or a shared parameter is named, and what makes it.

A blob is what Net::Init connects, with all that overwrites it in place, and in all states taken together: a bottom that
reads one data layer in training and another in tests ties the tops of both to one name.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple, cast

from caffe_ls.analysis.documents import PrototxtDocument
from caffe_ls.analysis.nets import judged_nets, net_text, nets_of
from caffe_ls.net.model import LayerSpec, Net, State
from caffe_ls.net.states import PHASES
from caffe_ls.net.values import Group
from caffe_ls.syntax.tree import Scalar
from caffe_ls.syntax.values import string_value
from caffe_ls.text.span import Span

NamedKind = Literal["blob", "layer", "param"]
_Role = Literal["makes", "overwrites", "reads"]
_Name = tuple[str, Span]

_MOST_FURTHER_STATES = 8


class NamePlace(NamedTuple):
    """A place in the text at which something of a net is named; `span` is that of the string with its quotes.

    A top makes a blob, or overwrites it in place, a bottom reads it; of the layers that share a parameter the first
    makes it (net.cpp, Net::AppendParam). The name of a layer makes the layer.
    """

    span: Span
    name: str
    kind: NamedKind
    role: _Role


class NamesOfNets:
    """The names in the nets of a document."""

    def __init__(self, nets: Sequence[Net]) -> None:
        self._written_at: dict[int, tuple[_Name, NamedKind, _Role]] = {}
        self._makers: dict[int, dict[int, None]] = {}
        self._parents: dict[object, object] = {}
        self._in_nets: list[list[int]] = []
        for net in nets:
            self._add(net)
        self._starts = sorted(self._written_at)
        self._together: dict[object, list[int]] = {}
        for start in self._starts:
            self._together.setdefault(self._root(start), []).append(start)

    def at(self, offset: int) -> NamePlace | None:
        """The name that stands at an offset."""
        index = bisect_right(self._starts, offset) - 1
        place = self._place(self._starts[index]) if index >= 0 else None
        return place if place is not None and place.span.touches(offset) else None

    def same_as(self, place: NamePlace) -> tuple[NamePlace, ...]:
        """All places at which the same thing is named, in the text's order."""
        return tuple(self._place(start) for start in self._together[self._root(place.span.start)])

    def makers(self, place: NamePlace) -> tuple[NamePlace, ...]:
        """The places that make what is read at a place, one for each state in which it is another one.

        Of a chain of layers that work in place it is the last one above; what makes or overwrites is its own maker.
        """
        if place.role != "reads":
            return (place,)
        return tuple(self._place(start) for start in self._makers.get(place.span.start, ()))

    def is_free(self, place: NamePlace, name: str) -> bool:
        """Whether nothing else has a name that would be confused with this one's, if this had it everywhere.

        Blobs are told apart within a net; layers and parameters also share weights from net to net by their names.
        """
        own = frozenset(self._together[self._root(place.span.start)])
        nets = [net for net in self._in_nets if not own.isdisjoint(net)] if place.kind == "blob" else self._in_nets
        others = (self._place(start) for net in nets for start in net if start not in own)
        return not any(other.kind == place.kind and other.name == name for other in others)

    def _add(self, net: Net) -> None:
        self._in_nets.append([])
        owners: dict[str, int] = {}
        layers: Counter[str] = Counter()
        tops_of: list[list[int]] = []
        for index, layer in enumerate(net.layers):
            base = net.in_file(index, Span(0, 0)).start
            written = _written(layer.spec)
            bottoms = [self._put(base, one, "blob", "reads") for one in written.bottoms]
            for start, (name, _), source in zip(bottoms, written.bottoms, layer.sources, strict=True):
                if source is None:
                    self._tie(start, ("unmade", name))
                else:
                    maker = tops_of[source.layer][source.top]
                    self._tie(start, maker)
                    self._makers.setdefault(start, {})[maker] = None
            tops = []
            for position, one in enumerate(written.tops):
                in_place = layer.is_in_place(position)
                tops.append(self._put(base, one, "blob", "overwrites" if in_place else "makes"))
                if in_place:
                    self._tie(tops[-1], bottoms[position])
            tops_of.append(tops)
            for one in written.params:
                start = self._put(base, one, "param", "reads" if one[0] in owners else "makes")
                self._tie(start, ("param", one[0]))
                self._makers.setdefault(start, {})[owners.setdefault(one[0], start)] = None
            if written.name is not None:
                # A layer of the same name in another state is the same layer; in the same state it is a mistake.
                name = written.name[0]
                self._tie(self._put(base, written.name, "layer", "makes"), ("layer", name, layers[name]))
                layers[name] += 1

    def _put(self, base: int, written: _Name, kind: NamedKind, role: _Role) -> int:
        start = base + written[1].start
        self._written_at.setdefault(start, (written, kind, role))
        self._in_nets[-1].append(start)
        return start

    def _place(self, start: int) -> NamePlace:
        (name, span), kind, role = self._written_at[start]
        return NamePlace(span.shift(start - span.start), name, kind, role)

    def _root(self, one: object) -> object:
        while (parent := self._parents.get(one, one)) != one:
            self._parents[one] = self._parents.get(parent, parent)
            one = parent
        return one

    def _tie(self, one: object, other: object) -> None:
        first, second = self._root(one), self._root(other)
        if first != second:
            self._parents[first] = second


def names_of(document: PrototxtDocument) -> NamesOfNets:
    """The names in a net, or in the nets of a solver's own text."""
    known = document.cache.get(names_of)
    if known is None:
        known = document.cache[names_of] = NamesOfNets(tuple(_nets(document)))
    return cast("NamesOfNets", known)


def _nets(document: PrototxtDocument) -> Iterator[Net]:
    """The judged nets, and those of the states in which the layers are built that none of them has."""
    yield from judged_nets(document)
    if document.kind != "net":
        return
    built = {layer.origin for net in judged_nets(document) for layer in net.layers}
    others = [placed.spec for index, placed in enumerate(net_text(document).layers) if index not in built]
    states = dict.fromkeys(state for spec in others for state in _states_of(spec))
    yield from nets_of(document, list(states)[:_MOST_FURTHER_STATES])


def _states_of(spec: LayerSpec) -> Iterator[State]:
    """States in which the rules of a layer let it be built."""
    for rule in spec.fields.groups("include") or [Group({}, spec.fields.span)]:
        phase = rule.choice("phase", PHASES) if rule.has("phase") else None
        for one in PHASES:
            if phase in (None, one):
                yield State(one, max(0, rule.integer("min_level")), frozenset(rule.texts("stage")))


class _Written(NamedTuple):
    """The names that a layer writes; places are those of its entry."""

    name: _Name | None
    bottoms: tuple[_Name, ...]
    tops: tuple[_Name, ...]
    params: tuple[_Name, ...]


def _written(spec: LayerSpec) -> _Written:
    known = spec.cache.get(_written)
    if known is None:
        tops = tuple(_names(spec.fields, "top"))
        name = next(_names(spec.fields, "name"), None)
        # The layer that stands for a net's `input` has no name of its own: it stands where the first input does.
        own = None if name is None or any(span == name[1] for _, span in tops) else name
        params = tuple(one for param in spec.fields.groups("param") for one in _names(param, "name") if one[0])
        known = spec.cache[_written] = _Written(own, tuple(_names(spec.fields, "bottom")), tops, params)
    return cast("_Written", known)


def _names(group: Group, field: str) -> Iterator[_Name]:
    for value in group.fields.get(field, ()):
        name = string_value(value) if isinstance(value, Scalar) else None
        if name is not None:
            yield name, value.span
