"""A test net takes its weights from the train net, layer by layer."""

from __future__ import annotations

import pytest

from caffe_ls.analysis.documents import Context, PrototxtDocument
from caffe_ls.net.model import State
from caffe_ls.rules.checking import check
from caffe_ls.rules.finding import Finding, Severity
from caffe_ls.settings import Settings

BOTH = (State("TRAIN"), State("TEST"))


def data(phase: str, dims: str) -> str:
    shape = "".join(f"dim: {dim} " for dim in dims.split("x"))
    shape = f"dummy_data_param {{ shape {{ {shape} }} }}"
    return f'layer {{ name: "data" type: "DummyData" top: "data" {shape} include {{ phase: {phase} }} }}\n'


def ip(name: str = "ip", more: str = "", outputs: int = 4) -> str:
    param = f"inner_product_param {{ num_output: {outputs} }}"
    return f'layer {{ name: "{name}" type: "InnerProduct" bottom: "data" top: "{name}" {param} {more} }}\n'


def differing(text: str, states: tuple[State, ...] = BOTH) -> list[Finding]:
    document = PrototxtDocument("/net.prototxt", text, Settings(dialect="bvlc"), context=Context(states=states))
    return [finding for finding in check(document) if finding.rule == "test-net-params-differ"]


def test_inputs_of_other_sizes_show_in_what_looks_at_all_of_them() -> None:
    text = data("TRAIN", "2x8") + data("TEST", "2x9") + ip()
    (found,) = differing(text)
    assert found.message == "parameter 0 is 4 x 9 in the test net, 4 x 8 in the train net"
    assert (found.severity, found.stage) == (Severity.ERROR, "first-iteration")
    assert [text[slice(*place.span)] for place in found.related] == ["{ dim: 2 dim: 9  }"]


def test_another_batch_is_no_difference() -> None:
    assert differing(data("TRAIN", "2x8") + data("TEST", "5x8") + ip()) == []


def test_layers_of_one_name_are_compared_and_others_are_not() -> None:
    both = data("TRAIN", "2x8") + data("TEST", "2x8")
    train, test = (f"include {{ phase: {phase} }}" for phase in ("TRAIN", "TEST"))
    assert len(differing(both + ip("a", train, 4) + ip("a", test, 5))) == 1
    assert differing(both + ip("a", train, 4) + ip("b", test, 5)) == []


def test_a_bias_that_is_missing_in_one_phase_is_told() -> None:
    both = data("TRAIN", "2x8") + data("TEST", "2x8")
    text = both + ip("a", "include { phase: TRAIN }")
    text += ip("a", "include { phase: TEST }").replace("num_output: 4", "num_output: 4 bias_term: false")
    (found,) = differing(text)
    assert found.message == "`a` has 1 parameter blob in the test net, 2 in the train net"


@pytest.mark.parametrize(("states", "severities"), [((), [Severity.WARNING]), (BOTH[:1], []), (BOTH[1:], [])])
def test_it_is_certain_only_where_a_solver_uses_both_phases(
    states: tuple[State, ...], severities: list[Severity]
) -> None:
    found = differing(data("TRAIN", "2x8") + data("TEST", "2x9") + ip(), states)
    assert [finding.severity for finding in found] == severities
