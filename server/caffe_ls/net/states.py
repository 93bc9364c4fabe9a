"""Which layers of a text Caffe builds in a state: phase, level and stages against include and exclude rules."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from caffe_ls.immutable import replace
from caffe_ls.net.faults import Fault
from caffe_ls.net.model import Elsewhere, LayerSpec, NetText, Phase, PlacedLayer, Refusal, State
from caffe_ls.net.values import Group

PHASES: tuple[Phase, ...] = ("TRAIN", "TEST")
"""The names of the phases by their numbers."""


def state_in(net: NetText, state: State) -> State:
    """The state with what the net's own `state { }` says; the phase is the run's (net.cpp, Net's constructor)."""
    return replace(state, level=state.level or net.level, stages=state.stages | net.stages)


def filtered(net: NetText, state: State) -> list[int]:
    """The indexes of the layers that Caffe builds in the state, in their order (net.cpp, Net::FilterNet)."""
    return [
        index for index, placed in enumerate(net.layers) if not placed.spec.has_rules or is_built(placed.spec, state)
    ]


def is_built(spec: LayerSpec, state: State) -> bool:
    """Whether a layer's include and exclude rules let it be built in the state."""
    fields = spec.fields
    if fields.has("include"):
        return any(_meets(rule, state) for rule in fields.groups("include"))
    return not (fields.has("exclude") and any(_meets(rule, state) for rule in fields.groups("exclude")))


def refusals_of_rules(layers: Iterable[PlacedLayer]) -> Iterator[Refusal]:
    """The refusals of layers that have rules of both kinds (net.cpp, Net::FilterNet)."""
    conditional = [(index, placed.spec.fields) for index, placed in enumerate(layers) if placed.spec.has_rules]
    for index, fields in conditional:
        if fields.has("include") and fields.has("exclude"):
            message = "the layer has include and exclude rules: Caffe takes one kind"
            other = Elsewhere(index, fields.place("include"), "include rule here")
            yield Refusal(
                Fault.INCLUDE_AND_EXCLUDE, message, fields.place("exclude"), "net.cpp:269", index, elsewhere=(other,)
            )


def _meets(rule: Group, state: State) -> bool:
    """Net::StateMeetsRule."""
    if rule.has("phase") and rule.choice("phase", PHASES) != state.phase:
        return False
    if rule.has("min_level") and state.level < rule.integer("min_level"):
        return False
    if rule.has("max_level") and state.level > rule.integer("max_level"):
        return False
    return state.stages.issuperset(rule.texts("stage")) and state.stages.isdisjoint(rule.texts("not_stage"))
