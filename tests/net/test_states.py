"""Which layers a state keeps, and what a text says of a net beside its layers."""

from __future__ import annotations

import pytest

from caffe_ls.net.lower import lower_nets_of_solver
from caffe_ls.syntax.parser import parse
from tests.net.nets import names, net_of


def _kept(rules: str, **state: object) -> bool:
    text = f'layer {{ name: "a" type: "Input" top: "a" {rules} }}'
    return names(net_of(text, **state)) == ["a"]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("rules", "in_train", "in_test"),
    [
        ("", True, True),
        ("include { phase: TRAIN }", True, False),
        ("include { phase: 1 }", False, True),
        ("exclude { phase: TRAIN }", False, True),
        ("include { phase: TRAIN } include { phase: TEST }", True, True),
        ("include { }", True, True),
        ("exclude { }", False, False),
    ],
)
def test_phase_decides(rules: str, in_train: bool, in_test: bool) -> None:
    assert (_kept(rules, phase="TRAIN"), _kept(rules, phase="TEST")) == (in_train, in_test)


def test_levels_are_bounds_that_belong_to_the_range() -> None:
    rule = "include { min_level: 1 max_level: 2 }"
    assert [_kept(rule, level=level) for level in (0, 1, 2, 3)] == [False, True, True, False]


def test_a_rule_asks_for_all_its_stages_and_none_of_its_not_stages() -> None:
    rule = 'include { stage: "a" stage: "b" not_stage: "c" }'
    assert not _kept(rule, stages=("a",))
    assert _kept(rule, stages=("a", "b"))
    assert not _kept(rule, stages=("a", "b", "c"))


def test_the_nets_own_state_adds_its_stages_and_level() -> None:
    text = 'state { level: 3 stage: "deploy" phase: TEST }\n'
    text += 'layer { name: "a" type: "Input" top: "a" include { stage: "deploy" min_level: 3 phase: TRAIN } }'
    assert names(net_of(text, "TRAIN")) == ["a"]


def test_include_and_exclude_in_one_layer_are_refused_in_every_state() -> None:
    text = 'layer { name: "a" type: "Input" top: "a" include { phase: TRAIN } exclude { stage: "x" } }'
    assert [refusal.check for refusal in net_of(text, "TEST").refusals] == ["net.cpp:269"]


def test_nets_within_a_solver_are_read_as_they_are() -> None:
    text = 'train_net_param { name: "n" layer { name: "a" type: "Input" top: "a" } layers { name: "old" } }'
    (net,) = lower_nets_of_solver(parse(text))["train_net_param"]
    assert (net.name, [placed.spec.name for placed in net.layers]) == ("n", ["a"])


def test_places_are_those_of_the_file() -> None:
    text = "# a comment\nname: 'n'\n layer { name: 'a' type: 'Input' top: 'a' }"
    place = net_of(text).place(0, "type")
    assert text[place.start : place.end] == "'Input'"
