"""How large activations are predicted to be, held against what layers do to random numbers."""

from __future__ import annotations

import math
import random

import pytest

from caffe_ls.net.activation_scale import Scale, activation_scales, ways_to_losses
from tests.net.nets import net_of

SHAPES = "dummy_data_param { shape { dim: 4 dim: 100 } shape { dim: 4 } }"
DATA = f'layer {{ name: "x" type: "DummyData" top: "x" top: "t" {SHAPES} }}\n'


def fc(name: str, bottom: str, filler: str, outputs: int = 100) -> str:
    own = f"inner_product_param {{ num_output: {outputs} weight_filler {{ {filler} }} }}"
    return f'layer {{ name: "{name}" type: "InnerProduct" bottom: "{bottom}" top: "{name}" {own} }}\n'


def unit(name: str, kind: str, bottom: str, fields: str = "") -> str:
    return f'layer {{ name: "{name}" type: "{kind}" bottom: "{bottom}" top: "{name}" {fields} }}\n'


def scale(text: str, data: float = 1.0) -> Scale:
    """The scale of what the last layer makes."""
    net = net_of(DATA + text)
    assert net.refusals == ()
    return activation_scales(net, data)[-1]


def test_msra_keeps_the_size_through_many_rectified_layers() -> None:
    text, bottom = "", "x"
    for number in range(20):
        text += fc(f"f{number}", bottom, 'type: "msra"') + unit(f"r{number}", "ReLU", f"f{number}")
        bottom = f"r{number}"
    assert scale(text).square == pytest.approx(1)


def test_each_layer_multiplies_by_the_root_of_its_inputs_times_std() -> None:
    assert scale(fc("f", "x", 'type: "gaussian" std: 0.5')).root_mean_square == pytest.approx(5)
    assert scale(fc("f", "x", 'type: "gaussian" std: 0.5'), data=60).root_mean_square == pytest.approx(300)


def test_the_estimate_is_near_what_random_weights_do() -> None:
    chance = random.Random(1)
    deviation = 0.3

    def through(numbers: list[float]) -> list[float]:
        sums = [sum(chance.gauss(0, deviation) * number for number in numbers) for _ in range(100)]
        return [max(0.0, one) for one in sums]

    squares = []
    for _ in range(10):
        numbers = [chance.gauss(0, 1) for _ in range(100)]
        for _ in range(3):
            numbers = through(numbers)
        squares.append(sum(one * one for one in numbers) / 100)
    text, bottom = "", "x"
    for number in range(3):
        text += fc(f"f{number}", bottom, f'type: "gaussian" std: {deviation}') + unit(
            f"r{number}", "ReLU", f"f{number}"
        )
        bottom = f"r{number}"
    assert scale(text).square == pytest.approx(sum(squares) / 10, rel=0.5)


def test_weights_that_are_all_positive_add_up_behind_a_relu() -> None:
    centred = scale(
        fc("a", "x", 'type: "msra"') + unit("r", "ReLU", "a") + fc("b", "r", 'type: "uniform" min: -1 max: 1')
    )
    positive = scale(
        fc("a", "x", 'type: "msra"') + unit("r", "ReLU", "a") + fc("b", "r", 'type: "uniform" min: 0 max: 2')
    )
    assert positive.root_mean_square > 5 * centred.root_mean_square


def test_a_batch_norm_begins_anew_and_a_dead_input_stays_dead() -> None:
    assert scale(fc("f", "x", 'type: "gaussian" std: 1000') + unit("n", "BatchNorm", "f")).square == pytest.approx(1)
    assert scale(fc("f", "x", "") + unit("n", "BatchNorm", "f")).signal == 0


def test_a_sigmoid_passes_a_quarter_of_small_changes_and_centres_at_a_half() -> None:
    found = scale(fc("f", "x", 'type: "gaussian" std: 0.001') + unit("s", "Sigmoid", "f"))
    assert found.spread == pytest.approx(0.01 / 4)
    assert found.root_mean_square == pytest.approx(0.5, rel=0.01)


def test_sums_and_products_of_branches() -> None:
    both = fc("a", "x", 'type: "gaussian" std: 0.3') + fc("b", "x", 'type: "gaussian" std: 0.4')
    total = 'layer { name: "e" type: "Eltwise" bottom: "a" bottom: "b" top: "e" eltwise_param { operation: %s } }'
    assert scale(both + total % "SUM").root_mean_square == pytest.approx(5)
    assert scale(both + total % "PROD").root_mean_square == pytest.approx(12)


@pytest.mark.parametrize("std", ["1e300", "inf"])
def test_absurd_numbers_end_in_an_answer(std: str) -> None:
    found = scale(fc("a", "x", f'type: "gaussian" std: {std}') + fc("b", "a", f'type: "gaussian" std: {std}'))
    assert math.isnan(found.square) or found.square > 1


def test_the_way_to_a_loss_ends_at_a_normalization() -> None:
    text = fc("a", "x", 'type: "xavier"') + unit("n", "BatchNorm", "a") + fc("b", "n", 'type: "xavier"')
    text += unit("s", "Sigmoid", "b") + fc("c", "s", 'type: "xavier"')
    net = net_of(DATA + text + 'layer { name: "l" type: "SoftmaxWithLoss" bottom: "c" bottom: "t" top: "l" }')
    (way,) = ways_to_losses(net, lambda scale: True)
    assert [net.layers[index].name for index in way.layers] == ["b", "c"]
    assert [net.layers[index].name for index in way.saturating] == ["s"]
    assert net.layers[way.loss].name == "l"
    assert not list(ways_to_losses(net, lambda scale: scale.root_mean_square > 100))
