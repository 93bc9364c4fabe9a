"""Gradients that are asked for where there are none, and nets without layers: what Caffe dies of at its first pass."""

from __future__ import annotations

from caffe_ls.net.model import Phase
from tests.net.nets import inputs, net_of

DATA = inputs((2, 4), (2,))


def ip(name: str, bottom: str, outputs: int = 4, more: str = "") -> str:
    param = f"inner_product_param {{ num_output: {outputs} }}"
    return f'layer {{ name: "{name}" type: "InnerProduct" bottom: "{bottom}" top: "{name}" {param} {more} }}\n'


def loss(scores: str, labels: str, more: str = "") -> str:
    return f'layer {{ name: "loss" type: "SoftmaxWithLoss" bottom: "{scores}" bottom: "{labels}" top: "l" {more} }}\n'


def checks(text: str, phase: Phase = "TRAIN") -> list[str]:
    return [refusal.check for refusal in net_of(text, phase).refusals]


def test_labels_that_are_learned_are_refused_at_the_first_backward_pass() -> None:
    text = DATA + ip("a", "x0") + ip("b", "x0", 1) + loss("a", "b")
    (refusal,) = net_of(text).refusals
    assert (refusal.check, refusal.stage) == ("softmax_loss_layer.cpp:121", "first-iteration")
    assert text[slice(*net_of(text).place_of(refusal))] == '"b"'


def test_a_net_that_is_only_tested_runs_no_backward_pass() -> None:
    assert checks(DATA + ip("a", "x0") + ip("b", "x0", 1) + loss("a", "b"), "TEST") == []


def test_labels_from_data_or_behind_frozen_layers_are_fine() -> None:
    frozen = "param { lr_mult: 0 } param { lr_mult: 0 }"
    assert checks(DATA + ip("a", "x0") + loss("a", "x1")) == []
    assert checks(DATA + ip("a", "x0") + ip("b", "x0", 1, frozen) + loss("a", "b")) == []


def test_propagate_down_takes_the_gradient_away() -> None:
    learned = DATA + ip("a", "x0") + ip("b", "x0", 1)
    assert checks(learned + loss("a", "b", "propagate_down: [true, false]")) == []
    assert checks(learned + loss("a", "b", "propagate_down: [true, true]")) == ["softmax_loss_layer.cpp:121"]


def test_an_accuracy_is_no_loss_to_learn_from() -> None:
    accuracy = 'layer { name: "acc" type: "Accuracy" bottom: "a" bottom: "x1" top: "acc" loss_weight: 1 }\n'
    assert checks(DATA + ip("a", "x0") + accuracy) == ["accuracy_layer.hpp:79"]
    assert checks(DATA + ip("a", "x0") + accuracy.replace("loss_weight: 1", "")) == []


def test_force_backward_asks_an_accuracy_too() -> None:
    accuracy = 'layer { name: "acc" type: "Accuracy" bottom: "x0" bottom: "x1" top: "acc" }\n'
    assert checks("force_backward: true\n" + DATA + accuracy) == ["accuracy_layer.hpp:79"]


def test_no_gradient_goes_through_arg_max() -> None:
    arg_max = 'layer { name: "m" type: "ArgMax" bottom: "a" top: "m" argmax_param { axis: 1 } }\n'
    assert checks(DATA + ip("a", "x0") + arg_max + loss("a", "m")) == [
        "argmax_layer.hpp:67",
        "softmax_loss_layer.cpp:121",
    ]


def test_a_net_of_which_the_state_builds_nothing_cannot_be_run() -> None:
    text = 'layer { name: "a" type: "Input" top: "a" include { phase: TRAIN } }\n'
    assert checks(text) == []
    (refusal,) = net_of(text, "TEST").refusals
    assert (refusal.fault.value, refusal.stage) == ("empty-net", "first-iteration")
    assert text[slice(*net_of(text, "TEST").place_of(refusal))] == "{ phase: TRAIN }"
    assert checks('name: "nothing"') == ["net.cpp:520"]
