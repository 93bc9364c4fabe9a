"""Rules applied to the nets of a document: each state's findings, merged, and what rests on a guess told as such."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache, partial
from itertools import chain
from typing import NamedTuple

from caffe_ls.analysis.documents import PrototxtDocument
from caffe_ls.analysis.nets import certain_net, judged_nets
from caffe_ls.immutable import replace
from caffe_ls.net.faults import Fault
from caffe_ls.net.model import Damage, Layer, LayerSpec, Net, Phase, Refusal
from caffe_ls.net.provenance import places_behind
from caffe_ls.net.values import Group
from caffe_ls.rules.asking import ask, is_wanted
from caffe_ls.rules.certain_nets import assumed
from caffe_ls.rules.finding import Category, Finding, Fix, Related, Severity
from caffe_ls.rules.registry import rule_of, rules_of_prototxts
from caffe_ls.rules.rows import found_in_row
from caffe_ls.rules.rule import DependsOn, DiesAt, LayerView, Marks, RefusalView, Rule
from caffe_ls.syntax.tree import Scalar
from caffe_ls.text.span import Span

_NUMBER = re.compile(r"\d[\d,.]*")

# Where one of these is told, what the net as a whole would do is a consequence of it.
_WRONG_CONNECTIONS = frozenset({
    Fault.UNKNOWN_BOTTOM, Fault.TOP_MADE_TWICE, Fault.WRONG_NUMBER_OF_BOTTOMS, Fault.WRONG_NUMBER_OF_TOPS,
})  # fmt: skip

# Layers whose text and shapes change often, as while somebody types above them, keep this many results.
_MOST_KEPT = 16


class _Key(NamedTuple):
    rule: str
    span: Span
    message: str


def findings_of_nets(document: PrototxtDocument) -> Iterator[Finding]:
    """What refusal, layer and net rules find in the states in which the net will be used.

    A finding names its phases when it does not hold in all of them. Findings of two phases that differ in numbers only,
    as those of two batch sizes do, are one, with the first one's numbers.
    """
    nets = judged_nets(document)
    found: dict[tuple[_Key, int], Finding] = {}
    phases: dict[tuple[_Key, int], list[str]] = {}
    for number, net in enumerate(nets):
        seen: dict[_Key, int] = {}
        for finding in _findings(document, net, number).values():
            same = _Key(finding.rule, finding.span, _NUMBER.sub("0", finding.message))
            seen[same] = seen.get(same, 0) + 1
            key = same, seen[same]
            found.setdefault(key, finding)
            if net.phase not in phases.setdefault(key, []):
                phases[key].append(net.phase)
    judged = {net.phase for net in nets}
    for key, finding in found.items():
        everywhere = len(phases[key]) == len(judged)
        yield finding if everywhere else replace(finding, phases=tuple(phases[key]))


def _findings(document: PrototxtDocument, net: Net, number: int) -> dict[_Key, Finding]:
    settings = document.settings
    found = _found_in(document, net, number, lambda rule: is_wanted(rule, settings))
    if not found or not net.assumes:
        return found
    names = {key.rule for key in found}
    certain = _found_in(document, certain_net(document, net), ("certain", number), lambda rule: rule.name in names)
    return {key: finding if key in certain else assumed(finding, net.assumes) for key, finding in found.items()}


def _found_in(document: PrototxtDocument, net: Net, slot: object, wants: Callable[[Rule], bool]) -> dict[_Key, Finding]:
    """What the rules that somebody wants find, each finding once; `slot` names the net among all of the document."""
    found: dict[_Key, Finding] = {}
    for finding in chain(
        _of_refusals(document, net, wants),
        _of_layers(document, net, slot, wants),
        _of_the_whole(document, net, wants),
    ):
        found.setdefault(_Key(finding.rule, finding.span, finding.message), finding)
    return found


def _of_refusals(document: PrototxtDocument, net: Net, wants: Callable[[Rule], bool]) -> Iterator[Finding]:
    for refusal in net.refusals:
        rule = rule_of(refusal.fault)
        if rule is not None and wants(rule) and _type_is_known(document, net, refusal):
            yield from ask(rule, partial(_told, rule), RefusalView(document, net, refusal))


def _of_layers(document: PrototxtDocument, net: Net, slot: object, wants: Callable[[Rule], bool]) -> Iterator[Finding]:
    if not any(wants(rule) for rule in _rules().of_layers):
        return
    look = partial(_findings_of_layer, net, net.phase)
    for index, findings in found_in_row(document, slot, net.layers, (net.phase, net.text.dialect), look):
        for finding in findings:
            yield finding.shift(net.text.layers[net.layers[index].origin].base)


def _of_the_whole(document: PrototxtDocument, net: Net, wants: Callable[[Rule], bool]) -> Iterator[Finding]:
    types = frozenset(net.types)
    from_scratch = net.phase == "TRAIN" and not document.context.weights and not document.settings.weights
    for rule in _rules_of_nets(net.phase, from_scratch, _is_connected(net)):
        if not (rule.layer_types and rule.layer_types.isdisjoint(types)) and wants(rule):
            yield from ask(rule, rule.check_net, net)


def _is_connected(net: Net) -> bool:
    """Whether the layers' connections are as the user means them, as far as anybody can tell."""
    if any(refusal.fault in _WRONG_CONNECTIONS for refusal in net.refusals):
        return False
    return not any(placed.damage is Damage.CONNECTIONS for placed in net.text.layers)


def _type_is_known(document: PrototxtDocument, net: Net, refusal: Refusal) -> bool:
    """Whether the Caffe in force has the layer at all: of one that it lacks, a rule of its own speaks."""
    types = document.schema.layer_types
    return refusal.layer is None or not types or net.text.layers[refusal.layer].spec.type in types


def _told(rule: Rule, view: RefusalView) -> Iterator[Finding]:
    assert rule.advice_on_refusal is not None
    net, refusal = view.net, view.refusal
    advice = tuple(rule.advice_on_refusal(view))
    places = (*refusal.elsewhere, *places_behind(net, refusal))
    related = [Related(place.span.shift(net.text.layers[place.layer].base), place.message) for place in places]
    known = {place.span for place in related}
    related += (one for one in advice if isinstance(one, Related) and one.span not in known)
    doubts = [one.words for one in advice if isinstance(one, DependsOn)]
    stage = next((one.stage for one in advice if isinstance(one, DiesAt)), refusal.stage)
    place = next((one.span for one in advice if isinstance(one, Marks)), net.place_of(refusal))
    yield Finding(
        place,
        refusal.message + "".join(one for one in advice if isinstance(one, str)) + "".join(doubts),
        tuple(one for one in advice if isinstance(one, Fix)),
        tuple(related),
        severity=Severity.INFORMATION if doubts else None,
        stage=None if doubts else stage,
        layer=None if refusal.layer is None else net.text.layers[refusal.layer].spec.name,
    )


def _findings_of_layer(net: Net, phase: Phase, layer: Layer) -> tuple[Finding, ...]:
    cache = layer.spec.cache
    rules: Sequence[Rule] | None = cache.get(phase)  # type: ignore[assignment]
    if rules is None:
        rules = cache[phase] = _rules_about(layer.spec, phase)
    if not rules or not layer.judged:
        return ()
    key = (
        layer.bottom_shapes, layer.top_shapes, layer.bottoms, layer.tops, layer.loss_weights, layer.needs_backward,
        phase, net.text.dialect,
    )  # fmt: skip
    known = cache.get(key)
    if known is None:
        if len(cache) >= _MOST_KEPT:
            cache.clear()
        view = LayerView(layer, phase, net.text.dialect, net.text.layers[layer.origin].text)
        known = cache[key] = tuple(
            replace(finding, layer=layer.name) for rule in rules for finding in ask(rule, rule.check_layer, view)
        )
    return known  # type: ignore[return-value]


def _rules_about(spec: LayerSpec, phase: Phase) -> Sequence[Rule]:
    """The rules that may find something in the layer."""
    given: frozenset[str] | None = spec.cache.get(_given_fields)  # type: ignore[assignment]
    if given is None:
        given = spec.cache[_given_fields] = _rules().fields.intersection(_given_fields(spec))
    return _rules_of_layers(spec.type, phase, given)


def _given_fields(spec: LayerSpec) -> set[str]:
    """The fields that a layer gives, its own and those of its parameter messages."""
    given = set(spec.fields.fields)
    for values in spec.fields.fields.values():
        for value in values:
            if isinstance(value, Scalar):
                continue
            given.update(value.fields if isinstance(value, Group) else [field.name for field in value.fields])
    return given


class _Rules(NamedTuple):
    """Rules by what they look at, those of all types of layers first; `fields` are all that rules of layers need."""

    of_layers: tuple[Rule, ...]
    of_nets: tuple[Rule, ...]
    fields: frozenset[str]


@lru_cache(maxsize=1)
def _rules() -> _Rules:
    rules = rules_of_prototxts()
    of_layers = sorted(
        (rule for rule in rules if rule.check_layer is not None), key=lambda rule: bool(rule.layer_types)
    )
    of_nets = (rule for rule in rules if rule.check_net is not None)
    return _Rules(tuple(of_layers), tuple(of_nets), frozenset(name for rule in of_layers for name in rule.fields))


@lru_cache(maxsize=1_000)
def _rules_of_layers(kind: str, phase: Phase, given: frozenset[str]) -> tuple[Rule, ...]:
    """The rules that may find something in layers of a type, in a phase, that give these of the fields needed."""
    return tuple(
        rule
        for rule in _rules().of_layers
        if rule.phase in (None, phase)
        and (not rule.layer_types or kind in rule.layer_types)
        and (not rule.fields or not rule.fields.isdisjoint(given))
    )


@lru_cache(maxsize=8)
def _rules_of_nets(phase: Phase, from_scratch: bool, connected: bool) -> tuple[Rule, ...]:
    """The rules that may find something in a net, if it has a layer of their types."""
    return tuple(
        rule
        for rule in _rules().of_nets
        if rule.phase in (None, phase)
        and (from_scratch or not rule.of_first_weights)
        and (connected or not (rule.of_connections and rule.category is Category.TRAINING))
    )
