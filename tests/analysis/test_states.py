"""The states in which nets are judged: as solvers say, else as the text shows."""

from __future__ import annotations

from caffe_ls.analysis.documents import Context, PrototxtDocument
from caffe_ls.analysis.nets import judged_nets, phases_built
from caffe_ls.analysis.states import phase_in_text, states_in_solver, states_of_own_nets
from caffe_ls.net.model import State
from caffe_ls.syntax.parser import parse


def data(rule: str = "", top: str = "data") -> str:
    return (
        f'layer {{ name: "{top}" type: "DummyData" top: "{top}" dummy_data_param {{ shape {{ dim: 1 }} }} {rule} }}\n'
    )


def relu(bottom: str = "data", rule: str = "") -> str:
    return f'layer {{ name: "r" type: "ReLU" bottom: "{bottom}" top: "r" {rule} }}\n'


def judged(text: str, *states: State) -> list[tuple[str, list[str]]]:
    """Phase and stages of each judged state."""
    nets = judged_nets(PrototxtDocument("/net.prototxt", text, context=Context(states=states)))
    return [(net.phase, sorted(net.state.stages)) for net in nets]


def test_a_net_with_data_in_both_phases_is_judged_in_both() -> None:
    assert judged(data() + relu()) == [("TRAIN", []), ("TEST", [])]


def test_a_net_whose_data_stand_in_one_phase_is_judged_in_that() -> None:
    assert judged(data("include { phase: TRAIN }") + relu()) == [("TRAIN", [])]
    other = data(top="mean") + data("include { phase: TRAIN }") + relu()
    assert judged(other) == [("TRAIN", [])], "a constant beside the data feeds nothing that waits for them"


def test_a_net_that_waits_for_nothing_but_inputs_is_a_deploy_net() -> None:
    assert judged('input: "data" input_shape { dim: 1 }\n' + relu()) == [("TEST", [])]


def test_a_net_that_code_feeds_is_judged_where_it_hangs_together() -> None:
    text = 'input: "data" input_shape { dim: 1 }\n' + relu() + relu("rois", "include { phase: TRAIN }")
    assert judged(text) == [("TEST", [])]


def test_what_the_user_or_a_solver_says_goes_before_all() -> None:
    asked = State("TEST", stages=frozenset({"deploy"}))
    assert judged(data("include { phase: TRAIN }") + relu(), asked) == [("TEST", ["deploy"])]


def test_data_that_stand_in_stages_are_judged_in_each() -> None:
    text = "".join(data(f'include {{ phase: TEST stage: "{stage}" }}') for stage in ("few", "many"))
    text += data("include { phase: TRAIN }") + relu()
    assert judged(text) == [("TRAIN", []), ("TEST", ["few"]), ("TEST", ["many"])]


def test_a_phase_that_builds_nothing_is_not_presumed() -> None:
    assert judged(relu(rule="include { phase: TRAIN }")) == [("TRAIN", [])]


def test_the_phases_of_a_layer_are_those_of_the_judged_states() -> None:
    document = PrototxtDocument("/net.prototxt", data() + relu(rule="include { phase: TEST }"))
    assert sorted(phases_built(document).values()) == [("TEST",), ("TRAIN", "TEST")]


def test_a_solver_tells_each_state_of_the_net_that_it_names() -> None:
    text = 'net: "a" test_iter: [1, 1] train_state { stage: "x" } test_state { level: 2 } test_state { stage: "y" }'
    assert states_in_solver(parse(text), lambda name: name == "a") == (
        State("TRAIN", stages=frozenset({"x"})),
        State("TEST", 2),
        State("TEST", stages=frozenset({"y"})),
    )


def test_test_states_go_to_nets_in_the_order_in_which_caffe_builds_them() -> None:
    text = (
        'train_net: "t" test_net: "a" test_net: "b" test_iter: [1, 1] test_state { level: 1 } test_state { level: 2 }'
    )
    assert states_in_solver(parse(text), lambda name: name == "b") == (State("TEST", 2),)
    mixed = 'test_net: "a" test_net_param { } net: "g" test_iter: [1, 1, 1]' + "".join(
        f" test_state {{ level: {level} }}" for level in (1, 2, 3)
    )
    assert states_in_solver(parse(mixed), lambda name: name == "a") == (State("TEST", 2),)
    assert states_of_own_nets(parse(mixed)) == (("test_net_param", 0, State("TEST", 1)),)
    assert State("TEST", 3) in states_in_solver(parse(mixed), lambda name: name == "g")


def test_a_name_that_is_no_text_names_no_net() -> None:
    assert states_in_solver(parse("net: 5 test_net: { }"), lambda name: True) == ()


def test_a_state_that_names_its_phase_goes_before_what_the_net_is_for() -> None:
    solver = 'net: "a" test_iter: 1 test_iter: 1 test_state { stage: "s" } test_state { phase: TRAIN }'
    assert states_in_solver(parse(solver), lambda name: True) == (
        State("TRAIN"),
        State("TEST", stages=frozenset({"s"})),
    )
    own = phase_in_text(parse('name: "n" state { level: 1 } state { phase: TEST }'))
    assert states_in_solver(parse('net: "a"'), lambda name: True, own) == (State("TEST"),)
    assert states_in_solver(parse('net: "a" train_state { phase: TRAIN }'), lambda name: True, own) == (State("TRAIN"),)
    assert states_of_own_nets(parse("net_param { state { phase: TEST } }")) == (("net_param", 0, State("TEST")),)
    assert phase_in_text(parse('state { stage: "s" } layer { }')) is None
