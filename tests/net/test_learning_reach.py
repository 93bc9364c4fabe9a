"""Which layers of zeros ever learn."""

from __future__ import annotations

import pytest

from caffe_ls.net.learning_reach import first_to_mend, stuck, zero_weights
from caffe_ls.net.model import Net
from tests.net.nets import net_of

SHAPES = "dummy_data_param { shape { dim: 4 dim: 9 } shape { dim: 4 } }"
DATA = f'layer {{ name: "x" type: "DummyData" top: "x" top: "t" {SHAPES} }}\n'
FILLED = 'weight_filler { type: "xavier" }'


def fc(name: str, bottom: str, filler: str = "", more: str = "") -> str:
    own = f"inner_product_param {{ num_output: 9 {filler} }} {more}"
    return f'layer {{ name: "{name}" type: "InnerProduct" bottom: "{bottom}" top: "{name}" {own} }}\n'


def unit(kind: str, blob: str, fields: str = "") -> str:
    return f'layer {{ name: "{kind}_{blob}" type: "{kind}" bottom: "{blob}" top: "{blob}" {fields} }}\n'


def trained(text: str, last: str) -> Net:
    net = net_of(DATA + text + f'layer {{ name: "l" type: "SoftmaxWithLoss" bottom: "{last}" bottom: "t" top: "l" }}')
    assert net.refusals == ()
    return net


def never(text: str, last: str) -> list[str]:
    """The layers that never learn."""
    net = trained(text, last)
    return [net.layers[index].name for index in stuck(net, zero_weights(net))]


def test_a_last_layer_of_zeros_learns() -> None:
    assert never(fc("a", "x", FILLED) + unit("ReLU", "a") + fc("b", "a"), "b") == []


def test_a_layer_of_zeros_before_a_relu_never_learns() -> None:
    assert never(fc("a", "x") + unit("ReLU", "a") + fc("b", "a", FILLED), "b") == ["a"]


@pytest.mark.parametrize("kind", ["Sigmoid", "TanH", "ELU", "PReLU"])
def test_other_activation_functions_let_zeros_go(kind: str) -> None:
    assert never(fc("a", "x") + unit(kind, "a") + fc("b", "a", FILLED), "b") == []


def test_a_leaky_relu_lets_zeros_go() -> None:
    leaky = unit("ReLU", "a", "relu_param { negative_slope: 0.1 }")
    assert never(fc("a", "x") + leaky + fc("b", "a", FILLED), "b") == []


def test_a_bias_above_zero_opens_the_relu() -> None:
    bias = "bias_filler { value: 0.1 }"
    assert never(fc("a", "x", bias) + unit("ReLU", "a") + fc("b", "a", FILLED), "b") == []


def test_two_linear_layers_of_zeros_hold_each_other() -> None:
    text = fc("a", "x") + fc("b", "a")
    assert never(text, "b") == ["a", "b"]
    net = trained(text, "b")
    assert [net.layers[index].name for index in first_to_mend(net, zero_weights(net))] == ["a"]


def test_zeros_before_a_batch_norm_and_a_relu_never_learn() -> None:
    text = fc("a", "x") + unit("BatchNorm", "a") + unit("Scale", "a", "scale_param { bias_term: true }")
    assert never(text + unit("ReLU", "a") + fc("b", "a", FILLED), "b") == ["a"]


def test_a_branch_of_zeros_beside_a_shortcut_learns() -> None:
    text = fc("s", "x", FILLED) + fc("a", "s", FILLED) + fc("b", "a")
    total = 'layer { name: "e" type: "Eltwise" bottom: "s" bottom: "b" top: "e" }\n'
    assert never(text + total + fc("c", "e", FILLED), "c") == []


def test_a_factor_of_zeros_stops_what_it_multiplies() -> None:
    text = fc("a", "x", FILLED) + fc("b", "x") + unit("ReLU", "b")
    total = 'layer { name: "e" type: "Eltwise" bottom: "a" bottom: "b" top: "e" eltwise_param { operation: PROD } }\n'
    assert never(text + total + fc("c", "e", FILLED), "c") == ["b"]


def test_shared_weights_are_filled_by_their_first_layer() -> None:
    shared = 'param { name: "w" }'
    text = fc("a", "x", FILLED, shared) + unit("ReLU", "a") + fc("b", "a", "", shared) + unit("ReLU", "b")
    assert never(text + fc("c", "b", FILLED), "c") == []


def test_weights_that_are_frozen_are_not_meant_to_learn() -> None:
    net = trained(fc("a", "x", "", "param { lr_mult: 0 }") + unit("ReLU", "a") + fc("b", "a", FILLED), "b")
    assert zero_weights(net) == ()
