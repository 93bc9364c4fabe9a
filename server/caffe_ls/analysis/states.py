"""In which states a net will be built: as a solver says, as the user asks, else as the text itself shows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from caffe_ls.analysis.documents import PrototxtDocument
from caffe_ls.net.lower import filtered, state_in
from caffe_ls.net.model import NetText, Phase, State
from caffe_ls.net.values import Group
from caffe_ls.syntax.tree import File
from caffe_ls.syntax.values import string_value
from caffe_ls.text.span import Span

PHASES: tuple[Phase, ...] = ("TRAIN", "TEST")


def states_of(document: PrototxtDocument, text: NetText) -> tuple[State, ...]:
    """The states in which a net file is judged.

    Where nobody says how the net is used, both phases are, except one in which nothing gives it any data while it has
    data in the other: a train net's TEST phase, and a deploy net's TRAIN phase.
    """
    if document.context.states:
        return document.context.states
    presumed = tuple(State(phase) for phase in PHASES)
    fed = tuple(state for state in presumed if _is_fed(text, state))
    return (presumed[1],) if _is_for_deployment(text) else fed or presumed


def states_in_solver(solver: File, names_net: Callable[[str], bool]) -> tuple[State, ...]:
    """The states in which a solver builds the net of a file, which `names_net` knows by the name in the solver.

    Source: solver.cpp, Solver::InitTrainNet and InitTestNets.
    """
    written = [field for entry in solver.entries if (field := entry.field) is not None]
    fields = Group.of_fields(written, Span(0, 0))
    return tuple(dict.fromkeys(_states_in(fields, names_net)))


def _states_in(solver: Group, names_net: Callable[[str], bool]) -> Iterator[State]:
    def named(field: str) -> list[bool]:
        texts = (string_value(value) for value in solver.scalars(field))
        return [text is not None and names_net(text) for text in texts]

    generic = any(named("net"))
    if generic or any(named("train_net")):
        yield _state("TRAIN", solver.groups("train_state")[:1])
    tests = named("test_net")
    count = solver.count("test_net_param") + len(tests)
    generic_tests = max(0, solver.count("test_iter") - count) if solver.has("net") or solver.has("net_param") else 0
    states = solver.groups("test_state")
    for index, is_this in enumerate([*[False] * solver.count("test_net_param"), *tests, *[generic] * generic_tests]):
        if is_this:
            yield _state("TEST", states[index : index + 1])


def _state(phase: Phase, given: Iterable[Group]) -> State:
    for state in given:
        return State(phase, state.integer("level"), frozenset(state.texts("stage")))
    return State(phase)


def _is_fed(text: NetText, state: State) -> bool:
    layers = [text.layers[index] for index in filtered(text, state_in(text, state))]
    return any(placed.spec.tops and not placed.spec.bottoms for placed in layers)


def _is_for_deployment(text: NetText) -> bool:
    """Whether a net has inputs, but neither data nor a loss nor any layer for one phase only."""
    types = {placed.spec.type for placed in text.layers}
    return (
        "Input" in types
        and not any(kind.endswith(("Data", "Loss")) for kind in types)
        and not any(placed.spec.fields.has(rule) for placed in text.layers for rule in ("include", "exclude"))
    )
