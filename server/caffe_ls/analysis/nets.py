"""The nets that a document makes, in the states in which it will be used."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import TypeVar

from caffe_ls.analysis.damage import damage_of
from caffe_ls.analysis.data_sources import records_of
from caffe_ls.analysis.documents import PrototxtDocument
from caffe_ls.analysis.states import states_of, states_of_own_nets
from caffe_ls.net.graph import Build, built
from caffe_ls.net.lower import lower_file, lower_nets_of_solver
from caffe_ls.net.model import Damage, DataSource, Net, NetText, Phase, State
from caffe_ls.schema.model import Schema
from caffe_ls.syntax.tree import Entry

_DATA_SHAPE = re.compile(r"[1-9]\d{0,9}(x[1-9]\d{0,9}){0,30}")

_Result = TypeVar("_Result")


def net_text(document: PrototxtDocument) -> NetText:
    """What a net file says of its net, upgraded; a layer whose entry the parser or the schema refuses is damaged."""
    return _once(document, net_text, lambda: lower_file(document.file, document.dialect, _damage_in(document)))


def _damage_in(document: PrototxtDocument) -> Callable[[Entry], Damage]:
    return _damage_by(document.schema, document.root)


@lru_cache(maxsize=16)
def _damage_by(schema: Schema, root: str) -> Callable[[Entry], Damage]:
    """One function for all versions of a document: what it says of an entry is kept as long as that stays."""
    return lambda entry: damage_of(entry, schema, root)


def judged_nets(document: PrototxtDocument) -> tuple[Net, ...]:
    """The net of a net file in each state in which it will be used; of a solver the nets in its own text."""
    if document.kind == "solver":
        return _once(document, judged_nets, lambda: tuple(_nets_in_solver(document)))
    return _once(document, judged_nets, lambda: tuple(nets_of(document, states_of(document, net_text(document)))))


def _nets_in_solver(document: PrototxtDocument) -> Iterator[Net]:
    texts = lower_nets_of_solver(document.file, document.dialect, _damage_in(document))
    for field, index, state in states_of_own_nets(document.file):
        for text in texts.get(field, [])[index : index + 1]:
            yield _built(document, (field, index, state.phase), text, state, data_source(document))


def phases_built(document: PrototxtDocument) -> Mapping[int, tuple[Phase, ...]]:
    """The phases, of those that are judged, in which each layer is built, by the offset of the layer's message."""
    return _once(document, phases_built, lambda: _phases_built(document))


def _phases_built(document: PrototxtDocument) -> dict[int, tuple[Phase, ...]]:
    found: dict[int, dict[Phase, None]] = {}
    for net in judged_nets(document):
        for index, layer in enumerate(net.layers):
            offset = net.in_file(index, layer.spec.fields.span).start
            found.setdefault(offset, {})[net.phase] = None
    return {offset: tuple(phases) for offset, phases in found.items()}


def certain_net(document: PrototxtDocument, net: Net) -> Net:
    """The net without the guesses about data that its shapes rest on: what they made known is unknown in it."""
    if not net.assumes:
        return net
    data = data_source(document)._replace(may_assume=False)
    key = (certain_net, net.text, net.state)
    return _once(document, key, lambda: _built(document, (certain_net, net.phase), net.text, net.state, data))


def nets_of(document: PrototxtDocument, states: Sequence[State]) -> list[Net]:
    """The net of a net file in each state; what data layers read is as the settings say."""
    text, data = net_text(document), data_source(document)
    return [_built(document, (nets_of, number), text, state, data) for number, state in enumerate(states)]


def _built(document: PrototxtDocument, slot: object, text: NetText, state: State, data: DataSource) -> Net:
    """A net, made with what stayed the same since the version of the document that last used this slot.

    One that is made for the first time takes what it has in common with the net that was made before it.
    """
    before = document.carried.get(slot) or document.carried.get(_built)
    now = built(text, state, data, before if isinstance(before, Build) else None)
    document.carried[slot] = document.carried[_built] = now
    return now.net


def data_source(document: PrototxtDocument) -> DataSource:
    """What is told of the data, and what of it is there."""
    return _once(document, data_source, lambda: _data_source(document))


def _data_source(document: PrototxtDocument) -> DataSource:
    files = document.context.files
    # A shape in the settings that is none counts as not given.
    found = _DATA_SHAPE.fullmatch(document.settings.data_shape)
    shape = tuple(int(size) for size in document.settings.data_shape.split("x")) if found else None
    return DataSource(
        shape,
        document.context.batch,
        records=records_of(net_text(document), files) if files is not None else (),
        told=document.context.told,
    )


def _once(document: PrototxtDocument, key: object, make: Callable[[], _Result]) -> _Result:
    if key not in document.cache:
        document.cache[key] = make()
    return document.cache[key]  # type: ignore[return-value]
