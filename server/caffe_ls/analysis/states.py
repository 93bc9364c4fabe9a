"""In which states a net will be built: as a solver says, as the user asks, else as the text itself shows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from caffe_ls.analysis.documents import PrototxtDocument
from caffe_ls.immutable import replace
from caffe_ls.net.model import LayerSpec, NetText, Phase, State
from caffe_ls.net.states import PHASES, filtered, state_in
from caffe_ls.net.values import Group
from caffe_ls.syntax.tree import File, Message
from caffe_ls.text.span import Span


def states_of(document: PrototxtDocument, text: NetText) -> tuple[State, ...]:
    """The states in which a net file is judged.

    Where nobody says how the net is used, both phases are, except one in which nothing gives it its data while it has
    data in the other: a train net's TEST phase, and a deploy net's TRAIN phase. Where a phase has data only in a stage
    that the net's rules name, it is judged in that stage.
    """
    if document.context.states:
        return document.context.states
    presumed = tuple(State(phase) for phase in PHASES)
    if _is_for_deployment(text):
        return (presumed[1],)
    fed = [state for plain in presumed for state in _fed_states(text, plain)]
    if fed or not text.layers:
        return tuple(_without_broken_ones(text, fed)) or presumed
    return tuple(state for state in presumed if filtered(text, state_in(text, state)))


def _fed_states(text: NetText, plain: State) -> list[State]:
    if _is_fed(text, plain):
        return [plain]
    conditional = (placed.spec.fields for placed in text.layers if placed.spec.has_rules)
    rules = (rule for fields in conditional for rule in fields.groups("include"))
    stages = dict.fromkeys(stage for rule in rules for stage in rule.texts("stage"))
    staged = (replace(plain, stages=frozenset({stage})) for stage in stages)
    return [state for state in staged if _is_fed(text, state)]


def phase_in_text(net: File) -> Phase | None:
    """The phase that a net's own `state { }` gives."""
    fields = (entry.field for entry in net.entries if entry.field is not None and entry.field.name == "state")
    states = (Group.of(value) for field in fields for value in field.values if isinstance(value, Message))
    return next((_phase(state) for state in states if state.has("phase")), None)


def states_in_solver(
    solver: File, names_net: Callable[[str], bool], own_phase: Phase | None = None
) -> tuple[State, ...]:
    """The states in which a solver builds the net of a file, which `names_net` knows by the name in the solver.

    The phase is that of the solver's `train_state` or `test_state`, else the net's `own_phase`, else what the net is
    for. Source: solver.cpp, Solver::InitTrainNet and InitTestNets.
    """
    fields = _fields(solver)
    found: dict[State, None] = {}
    for net in _nets_built(fields, lambda field, number: own_phase):
        named = fields.texts(net.field)[net.number :]
        if named and names_net(named[0]):
            found[net.state] = None
    return tuple(found)


def states_of_own_nets(solver: File) -> tuple[SolverNet, ...]:
    """The states in which a solver builds the nets of its own text, each with its field and index among its values."""
    fields = _fields(solver)

    def own_phase(field: str, number: int) -> Phase | None:
        states = [state for net in fields.groups(field)[number : number + 1] for state in net.groups("state")]
        return next((_phase(state) for state in states if state.has("phase")), None)

    return tuple(dict.fromkeys(net for net in _nets_built(fields, own_phase) if net.field.endswith("_param")))


class SolverNet(NamedTuple):
    """A net that a solver builds, and what says which: the value of `field` whose number, from 0, is `number`."""

    field: str
    number: int
    state: State


def _fields(solver: File) -> Group:
    written = [field for entry in solver.entries if (field := entry.field) is not None]
    return Group.of_fields(written, Span(0, 0))


def _nets_built(solver: Group, own_phase: Callable[[str, int], Phase | None]) -> Iterator[SolverNet]:
    for field in ("net_param", "net", "train_net_param", "train_net"):
        if solver.has(field):
            yield SolverNet(field, 0, _state(own_phase(field, 0) or "TRAIN", solver.groups("train_state")[:1]))
    tests = [("test_net_param", index) for index in range(len(solver.groups("test_net_param")))]
    tests += [("test_net", index) for index in range(len(solver.texts("test_net")))]
    generic = next((field for field in ("net_param", "net") if solver.has(field)), None)
    if generic is not None:
        tests += [(generic, 0)] * (solver.count("test_iter") - len(tests))
    states = solver.groups("test_state")
    for number, (field, index) in enumerate(tests):
        yield SolverNet(field, index, _state(own_phase(field, index) or "TEST", states[number : number + 1]))


def _state(phase: Phase, given: Iterable[Group]) -> State:
    for state in given:
        phase = _phase(state) if state.has("phase") else phase
        return State(phase, state.integer("level"), frozenset(state.texts("stage")))
    return State(phase)


def _phase(state: Group) -> Phase:
    return "TEST" if state.choice("phase", PHASES) == "TEST" else "TRAIN"


def _is_fed(text: NetText, state: State) -> bool:
    """Whether data comes in, once, and no layer waits for that of a data layer which stands in other states only."""
    built, left_out = _divided(text, state)
    sources = [top for spec in built if not spec.bottoms for top in spec.tops]
    awaited = _missing(built)
    return len(sources) == len(set(sources)) > 0 and not any(
        awaited.intersection(spec.tops) for spec in left_out if not spec.bottoms
    )


def _divided(text: NetText, state: State) -> tuple[list[LayerSpec], list[LayerSpec]]:
    """The layers that are built in a state, and the others."""
    kept = filtered(text, state_in(text, state))
    built = set(kept)
    left_out = [placed.spec for index, placed in enumerate(text.layers) if index not in built]
    return [text.layers[index].spec for index in kept], left_out


def _missing(layers: Iterable[LayerSpec]) -> set[str]:
    """The blobs that layers read and none of them makes."""
    layers = list(layers)
    return {name for spec in layers for name in spec.bottoms} - {name for spec in layers for name in spec.tops}


def _without_broken_ones(text: NetText, states: list[State]) -> list[State]:
    """Of a net that code feeds, in which other data layers take no part, the states in which it hangs together."""
    kinds = {placed.spec.type for placed in text.layers if not placed.spec.bottoms}
    if "Input" not in kinds or any(kind.endswith("Data") for kind in kinds):
        return states
    return [state for state in states if not _missing(_divided(text, state)[0])] or states


def _is_for_deployment(text: NetText) -> bool:
    """Whether a net has inputs, but neither data nor a loss nor any layer for one phase only."""
    types = {placed.spec.type for placed in text.layers}
    return (
        "Input" in types
        and not any(kind.endswith(("Data", "Loss")) for kind in types)
        and not any(placed.spec.has_rules for placed in text.layers)
    )
