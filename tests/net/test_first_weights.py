"""What fillers make of weights and biases, held against the formulas of filler.hpp."""

from __future__ import annotations

import math

import pytest

from caffe_ls.net.first_weights import Filled, first_bias, first_weights, input_width
from tests.net.nets import made


def fully_connected(filler: str, inputs: int = 50, outputs: int = 10, more: str = "") -> Filled | None:
    fields = f"inner_product_param {{ num_output: {outputs} weight_filler {{ {filler} }} {more} }}"
    return first_weights(made("InnerProduct", fields, (4, inputs)))


@pytest.mark.parametrize(
    ("filler", "mean", "deviation"),
    [
        ("", 0, 0),
        ("std: 0.1", 0, 0),
        ('type: "constant"', 0, 0),
        ('type: "constant" value: 0.5', 0.5, 0),
        ('type: "gaussian"', 0, 1),
        ('type: "gaussian" mean: 2 std: 0.01', 2, 0.01),
        ('type: "uniform"', 0.5, math.sqrt(1 / 12)),
        ('type: "uniform" min: -3 max: 3', 0, math.sqrt(3)),
        ('type: "xavier"', 0, math.sqrt(1 / 50)),
        ('type: "xavier" variance_norm: FAN_OUT', 0, math.sqrt(1 / 10)),
        ('type: "xavier" variance_norm: AVERAGE', 0, math.sqrt(1 / 30)),
        ('type: "xavier" std: 7', 0, math.sqrt(1 / 50)),
        ('type: "msra"', 0, math.sqrt(2 / 50)),
        ('type: "gaussian" std: 2 sparse: 5', 0, math.sqrt(0.5 * 4)),
    ],
)
def test_mean_and_deviation_of_each_filler(filler: str, mean: float, deviation: float) -> None:
    found = fully_connected(filler)
    assert found is not None
    assert found == pytest.approx((mean, deviation))


def test_the_unit_ball_sums_up_to_one_for_each_output() -> None:
    found = fully_connected('type: "positive_unitball"')
    assert found is not None
    assert found.mean * 50 == pytest.approx(1)


def test_a_filler_that_is_not_known_makes_weights_that_are_not() -> None:
    assert fully_connected('type: "orthogonal"') is None


def test_weights_that_stand_in_the_text_are_not_filled() -> None:
    fields = "inner_product_param { num_output: 1 } blobs { shape { dim: 1 dim: 2 } data: [1, 2] } blobs { data: 0 }"
    layer = made("InnerProduct", fields, (4, 2))
    assert first_weights(layer) is None
    assert first_bias(layer) is None


def test_without_a_filler_weights_and_bias_are_zero() -> None:
    layer = made("Convolution", "convolution_param { num_output: 2 kernel_size: 3 }", (1, 3, 8, 8))
    assert first_weights(layer) == (0, 0)
    assert first_bias(layer) == (0, 0)


@pytest.mark.parametrize(
    ("kind", "fields", "shape", "width"),
    [
        ("InnerProduct", "inner_product_param { num_output: 7 }", (4, 3, 5, 5), 75),
        ("InnerProduct", "inner_product_param { num_output: 7 transpose: true }", (4, 30), 30),
        ("Convolution", "convolution_param { num_output: 8 kernel_size: 3 }", (1, 6, 9, 9), 54),
        ("Convolution", "convolution_param { num_output: 6 kernel_size: 3 group: 3 }", (1, 6, 9, 9), 18),
        ("Convolution", "convolution_param { num_output: 6 kernel_h: 1 kernel_w: 5 }", (1, 6, 9, 9), 30),
        ("Deconvolution", "convolution_param { num_output: 8 kernel_size: 4 stride: 2 }", (1, 6, 9, 9), 24),
    ],
)
def test_inputs_that_an_output_is_summed_up_of(kind: str, fields: str, shape: tuple[int, ...], width: int) -> None:
    assert input_width(made(kind, fields, shape)) == width
