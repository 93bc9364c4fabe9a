"""What blobs can hold, followed from the data through the layers."""

from __future__ import annotations

import math

import pytest

from caffe_ls.net.intervals import ANY_SIGN, UNSEEN, Values
from caffe_ls.net.model import Phase
from caffe_ls.net.value_ranges import values_read
from tests.net.nets import net_of

IMAGES = (
    'layer {{ name: "d" type: "ImageData" top: "x" top: "label" image_data_param {{ source: "l" new_height: 8'
    " new_width: 8 }} {} }}\n"
)
FC = 'layer { name: "fc" type: "InnerProduct" bottom: "x" top: "x1" inner_product_param { num_output: 3 } }\n'
UNKNOWN = 'layer { name: "d" type: "Input" top: "x" input_param { shape { dim: 2 dim: 3 dim: 4 dim: 4 } } }\n'


def _read(text: str, phase: Phase = "TRAIN") -> Values:
    """What the layer at the end reads: the blob `y`."""
    net = net_of(text + 'layer { name: "end" type: "Log" bottom: "y" top: "end" }', phase)
    (index,) = net.of_type("Log")[-1:]
    return values_read(net, [index])[index]


def _of(kind: str, fields: str = "", before: str = "", bottoms: str = 'bottom: "x"') -> Values:
    return _read(f'{before}layer {{ name: "y" type: "{kind}" {bottoms} top: "y" {fields} }}\n')


def _sum(kind: str, fields: str = "") -> Values:
    return _of(kind, fields, IMAGES.format("") + FC, 'bottom: "x1"')


@pytest.mark.parametrize(
    ("transform", "values"),
    [
        ("", Values(0.0, 255.0, True, (0.0,))),
        ("transform_param { scale: 0.00392156862745098 }", Values(0.0, 1.0, True, (0.0,))),
        ("transform_param { scale: 0.5 mean_value: 100 }", Values(-50.0, 77.5)),
        ("transform_param { mean_value: 100 mean_value: 110 mean_value: 120 }", Values(-120.0, 155.0)),
        ('transform_param { mean_file: "m" }', Values(-255.0, 255.0)),
    ],
)
def test_images_are_bytes_less_their_mean_times_their_scale(transform: str, values: Values) -> None:
    read = _of("Split", "", IMAGES.format(transform))
    assert read.low == pytest.approx(values.low, abs=1e-6)
    assert read.high == pytest.approx(values.high)
    assert (read.sure, read.atoms) == (values.sure, values.atoms)


@pytest.mark.parametrize(
    ("filler", "values"),
    [
        ("", Values(0.0, 0.0, True, (0.0,))),
        ("data_filler { value: 3 }", Values(3.0, 3.0, True, (3.0,))),
        ('data_filler { type: "uniform" min: -1 max: 2 }', Values(-1.0, 2.0)),
        ('data_filler { type: "gaussian" }', ANY_SIGN),
    ],
)
def test_dummy_data_is_what_its_filler_makes(filler: str, values: Values) -> None:
    dummy = f'layer {{ name: "y" type: "DummyData" top: "y" dummy_data_param {{ shape {{ dim: 2 }} {filler} }} }}\n'
    assert _read(dummy) == values


@pytest.mark.parametrize("kind", ["Data", "HDF5Data", "MemoryData", "Python"])
def test_data_that_is_not_there_is_not_seen(kind: str) -> None:
    assert not _read(f'layer {{ name: "d" type: "{kind}" top: "y" }}\n').sure


@pytest.mark.parametrize(
    ("kind", "fields", "low", "high", "atoms"),
    [
        ("ReLU", "", 0.0, math.inf, (0.0,)),
        ("ReLU", "relu_param { negative_slope: 0.1 }", -math.inf, math.inf, ()),
        ("ELU", "elu_param { alpha: 2 }", -2.0, math.inf, ()),
        ("Sigmoid", "", 0.0, 1.0, ()),
        ("Softmax", "", 0.0, 1.0, ()),
        ("TanH", "", -1.0, 1.0, ()),
        ("AbsVal", "", 0.0, math.inf, ()),
        ("BNLL", "", 0.0, math.inf, ()),
        ("Clip", "clip_param { min: -1 max: 2 }", -1.0, 2.0, (-1.0, 2.0)),
        ("Threshold", "", 0.0, 1.0, (0.0, 1.0)),
        ("PReLU", "", -math.inf, math.inf, ()),
        ("Power", "power_param { power: 2 shift: 1 }", 0.0, math.inf, ()),
        ("Exp", "", 0.0, math.inf, ()),
        ("Reduction", "reduction_param { operation: SUMSQ }", 0.0, math.inf, ()),
        ("Reduction", "reduction_param { operation: ASUM coeff: -1 }", -math.inf, 0.0, ()),
        ("BatchNorm", "", -math.inf, math.inf, ()),
        ("Dropout", "", -math.inf, math.inf, (0.0,)),
    ],
)
def test_what_layers_make_of_sums_of_both_signs(
    kind: str, fields: str, low: float, high: float, atoms: tuple[float, ...]
) -> None:
    assert _sum(kind, fields) == Values(low, high, True, atoms)


def test_a_dropout_makes_zeros_in_training_alone() -> None:
    text = f'{UNKNOWN}layer {{ name: "s" type: "Sigmoid" bottom: "x" top: "x" }}\n'
    text += 'layer { name: "y" type: "Dropout" bottom: "x" top: "y" dropout_param { dropout_ratio: 0.75 } }\n'
    assert _read(text) == Values(0.0, 4.0, True, (0.0,))
    assert _read(text, "TEST") == Values(0.0, 1.0)


def test_learned_weights_make_both_signs_and_hide_what_is_above() -> None:
    assert _of("Convolution", "convolution_param { num_output: 2 kernel_size: 1 }", UNKNOWN) == ANY_SIGN


def test_weights_that_are_kept_and_are_not_negative_keep_the_sign() -> None:
    fixed = (
        "param { lr_mult: 0 } convolution_param { num_output: 2 kernel_size: 1 bias_term: false weight_filler { %s } }"
    )
    relu = f'{UNKNOWN}layer {{ name: "r" type: "ReLU" bottom: "x" top: "x" }}\n'
    assert _of("Convolution", fixed % "value: 1", relu).low == 0
    assert _of("Convolution", fixed % 'type: "xavier"', relu) == UNSEEN
    assert _of("Convolution", fixed % "value: 1", UNKNOWN) == UNSEEN


def test_a_blob_times_itself_is_its_square() -> None:
    square = "eltwise_param { operation: PROD }"
    assert _of("Eltwise", square, IMAGES.format("") + FC, 'bottom: "x1" bottom: "x1"').low == 0
    assert _of("Eltwise", square, IMAGES.format("") + FC, 'bottom: "x1" bottom: "label"').low == -math.inf


def test_eltwise_adds_with_its_factors() -> None:
    images = IMAGES.format("")
    minus = _of("Eltwise", "eltwise_param { coeff: 1 coeff: -1 }", images, 'bottom: "x" bottom: "x"')
    assert (minus.low, minus.high) == (-255.0, 255.0)


def test_averages_with_padding_have_zeros_in_them_and_maxima_have_not() -> None:
    shifted = (
        f'{IMAGES.format("")}layer {{ name: "p" type: "Power" bottom: "x" top: "x" power_param {{ shift: 1 }} }}\n'
    )
    param = "pooling_param { pool: %s kernel_size: 3 pad: 1 }"
    assert _of("Pooling", param % "AVE", shifted).low == 0
    assert _of("Pooling", param % "MAX", shifted).low == 1


@pytest.mark.parametrize("kind", ["Flatten", "Reshape", "Slice", "Tile", "Crop", "Concat", "LRN", "Pooling"])
def test_layers_that_hand_numbers_on_keep_zeros(kind: str) -> None:
    read = _of(kind, "", f'{UNKNOWN}{FC}layer {{ name: "r" type: "ReLU" bottom: "x1" top: "x1" }}\n', 'bottom: "x1"')
    assert (read.low, read.sure, read.atoms) == (0.0, True, (0.0,))


def test_a_factor_that_is_learned_may_turn_the_sign() -> None:
    assert _of("Scale", "", IMAGES.format("")) == UNSEEN
    assert _sum("Scale") == ANY_SIGN


def test_layers_in_place_are_told_apart() -> None:
    text = f'{UNKNOWN}layer {{ name: "a" type: "Sigmoid" bottom: "x" top: "x" }}\n'
    text += 'layer { name: "b" type: "Power" bottom: "x" top: "x" power_param { scale: -1 } }\n'
    assert _of("Power", "power_param { shift: 3 }", text) == Values(2.0, 3.0)


def test_a_bottom_that_nothing_makes_is_not_seen() -> None:
    assert _read("") == UNSEEN


def test_many_layers_in_a_row_are_followed_without_recursion() -> None:
    chain = "".join(f'layer {{ name: "p{at}" type: "Power" bottom: "x" top: "x" }}\n' for at in range(3000))
    net = net_of(f"{UNKNOWN}{chain}")
    assert set(values_read(net, net.of_type("Power")).values()) == {UNSEEN}
