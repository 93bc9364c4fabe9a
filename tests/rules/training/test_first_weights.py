"""What is said of weights as fillers make them."""

from __future__ import annotations

import pytest

from caffe_ls.rules.finding import Finding
from tests.rules.checking import findings_of, fixed

DATA = """\
layer { name: "x" type: "DummyData" top: "x" top: "t" dummy_data_param { shape { dim: 4 dim: 100 } shape { dim: 4 } } }
"""
FILLED = 'weight_filler { type: "msra" }'
OF_WEIGHTS = (
    "weights-stay-zero", "identical-units", "exploding-activations", "vanishing-activations", "saturating-stack",
    "filler-without-size", "units-born-dead", "bilinear-filler-misused", "sparse-filler-too-sparse",
)  # fmt: skip


def net(*hidden: str, last: str = FILLED, unit: str = "ReLU") -> str:
    """A net of fully connected layers with these fillers, an activation function behind each, and a last layer."""
    text, bottom = DATA, "x"
    for number, filler in enumerate(hidden, 1):
        own = f"inner_product_param {{ num_output: 100 {filler} }}"
        text += f'layer {{ name: "f{number}" type: "InnerProduct" bottom: "{bottom}" top: "f{number}" {own} }}\n'
        text += f'layer {{ name: "u{number}" type: "{unit}" bottom: "f{number}" top: "u{number}" }}\n'
        bottom = f"u{number}"
    own = f"inner_product_param {{ num_output: 10 {last} }}"
    text += f'layer {{ name: "last" type: "InnerProduct" bottom: "{bottom}" top: "last" {own} }}\n'
    return text + 'layer { name: "loss" type: "SoftmaxWithLoss" bottom: "last" bottom: "t" top: "loss" }\n'


def gaussian(std: float) -> str:
    return f'weight_filler {{ type: "gaussian" std: {std:g} }}'


def of_weights(text: str) -> list[Finding]:
    return [one for one in findings_of(text) if one.rule in OF_WEIGHTS]


def said(text: str) -> list[tuple[str, str, str]]:
    """Rule, severity and layer of all that is said of first weights."""
    return [(one.rule, one.severity.value if one.severity else "", one.layer or "") for one in of_weights(text)]


@pytest.mark.parametrize(
    "text",
    [
        net(FILLED, FILLED),
        net(FILLED, FILLED, last=""),
        net('weight_filler { type: "xavier" }', 'weight_filler { type: "xavier" }', last=gaussian(0.01)),
        net(*[gaussian(0.01)] * 5, last=gaussian(0.01)),
        net(gaussian(0.3), gaussian(0.3), gaussian(0.3)),
        net(FILLED + " bias_filler { value: 0.1 }", FILLED + " bias_filler { value: -0.5 }"),
        net(*['weight_filler { type: "gaussian" std: 1 sparse: 15 }'] * 3, unit="Sigmoid"),
        net(*['weight_filler { type: "xavier" }'] * 4, unit="Sigmoid"),
    ],
)
def test_weights_that_people_train_with_are_not_remarked(text: str) -> None:
    assert said(text) == []


def test_nothing_is_said_of_nets_that_are_only_run_or_start_from_trained_weights() -> None:
    text = net("")
    assert said(text) != []
    deploy = text.replace("DummyData", "Input").replace("dummy_data_param", "input_param")
    assert said(deploy.replace("SoftmaxWithLoss", "Softmax").replace('bottom: "t" ', "")) == []
    assert said('#- settings {"weights": "vgg.caffemodel"}\n' + text) == []


def test_a_frozen_layer_shows_that_trained_weights_are_loaded() -> None:
    text = net("", FILLED)
    assert said(text) != []
    assert said(text.replace('top: "f2"', 'top: "f2" param { lr_mult: 0 }')) == []


def test_missing_fillers_below_filled_layers_may_be_loaded_and_above_them_are_forgotten() -> None:
    assert said(net("", FILLED)) == [("weights-stay-zero", "information", "f1")]
    assert said(net(FILLED, "")) == [("weights-stay-zero", "warning", "f2")]


def test_many_missing_fillers_are_told_at_once_and_given_at_once() -> None:
    text = net(*[""] * 6, last="")
    (only,) = of_weights(text)
    assert only.message == (
        "7 layers have no `weight_filler`: their weights are 0, and `f1` and 6 others never learn, unless trained"
        " weights are loaded"
    )
    mended = fixed(text, "Give 7 layers a `weight_filler`")
    assert mended.count('weight_filler { type: "msra" }') == 6
    assert mended.count('weight_filler { type: "xavier" }') == 1
    assert said(mended) == []


def test_a_filler_without_a_type_gets_the_one_that_its_fields_belong_to() -> None:
    text = net("weight_filler { std: 0.1 }")
    assert said(text) == [("weights-stay-zero", "warning", "f1")]
    assert 'weight_filler { std: 0.1 type: "gaussian" }' in fixed(text, 'Add `type: "gaussian"`')
    text = net("weight_filler { min: -0.1 max: 0.1 }")
    assert 'weight_filler { min: -0.1 max: 0.1 type: "uniform" }' in fixed(text, 'Add `type: "uniform"`')


def test_a_filler_is_written_with_the_indent_and_the_line_ends_of_the_text() -> None:
    text = net("").replace(
        "inner_product_param { num_output: 100  }", "inner_product_param {\r\n    num_output: 100\r\n  }"
    )
    assert '{\r\n    num_output: 100\r\n    weight_filler { type: "msra" }\r\n  }' in fixed(text, "msra")


def test_old_forms_get_their_fillers_too() -> None:
    text = net("").replace("layer {", "layers {").replace('"InnerProduct"', "INNER_PRODUCT").replace('"ReLU"', "RELU")
    text = text.replace('"SoftmaxWithLoss"', "SOFTMAX_LOSS").replace('"DummyData"', "DUMMY_DATA")
    assert said(text) == [("weights-stay-zero", "information", "f1")]
    assert 'num_output: 100  weight_filler { type: "msra" } }' in fixed(text, "msra")


def test_both_numbers_and_the_factor_are_told() -> None:
    (first, second, last) = of_weights(net(gaussian(30), gaussian(30), last=gaussian(30)))
    assert first.message.startswith("weights of size 30 are 212 times the 0.14 that `msra` gives for 100 inputs")
    assert last.message.startswith("weights of size 30 are 300 times the 0.1 that `xavier` gives for 100 inputs")
    assert {one.rule for one in (first, second, last)} == {"exploding-activations"}


def test_depth_makes_a_small_factor_large_and_a_normalization_ends_it() -> None:
    assert said(net(*[gaussian(1)] * 2, last=FILLED)) == [
        ("exploding-activations", "information", "f1"),
        ("exploding-activations", "information", "f2"),
    ]
    deep = net(*[gaussian(1)] * 6)
    assert {(rule, severity) for rule, severity, _ in said(deep)} == {("exploding-activations", "warning")}
    for number in range(1, 7):
        normal = f'layer {{ name: "n{number}" type: "BatchNorm" bottom: "f{number}" top: "f{number}" }}\n'
        deep = deep.replace(f'layer {{ name: "u{number}"', normal + f'layer {{ name: "u{number}"')
    assert said(deep) == []


def test_one_layer_that_is_far_out_is_told_by_itself() -> None:
    for unit in ("Sigmoid", "TanH"):
        assert said(net(gaussian(5), unit=unit)) == [("exploding-activations", "information", "f1")]
        assert said(net(gaussian(20), unit=unit)) == [("exploding-activations", "warning", "f1")]
        assert said(net(gaussian(1), unit=unit)) == []
    (only,) = of_weights(net(gaussian(5), unit="TanH"))
    assert only.message.endswith("that `xavier` gives for 100 inputs: what `f1` makes is out of proportion")


def test_deep_nets_of_small_weights_vanish() -> None:
    (only,) = of_weights(net(*[gaussian(0.01)] * 9))
    assert (only.rule, only.severity and only.severity.value) == ("vanishing-activations", "information")
    assert "weights of size 0.01 are 1/14 of the 0.14 that `msra` gives for 100 inputs" in only.message
    assert "and 8 more layers are too small" in only.message
    assert said(fixed(net(*[gaussian(0.01)] * 9), "Fill the weights of 9 layers")) == []


def test_stacks_of_sigmoids_starve_and_are_replaced() -> None:
    text = net(*[gaussian(0.1)] * 10, unit="Sigmoid")
    assert said(text) == [("saturating-stack", "warning", "u1")]
    assert said(fixed(text, "by `ReLU`")) == []
    old = text.replace("layer {", "layers {").replace('"InnerProduct"', "INNER_PRODUCT").replace('"Sigmoid"', "SIGMOID")
    old = old.replace('"SoftmaxWithLoss"', "SOFTMAX_LOSS").replace('"DummyData"', "DUMMY_DATA")
    assert fixed(old, "by `ReLU`").count("type: RELU ") == 10


def test_many_sigmoids_starve_slowly_even_with_weights_of_usual_size() -> None:
    usual = 'weight_filler { type: "xavier" }'
    assert said(net(*[usual] * 7, unit="Sigmoid")) == [("saturating-stack", "information", "u1")]
    assert said(net(*[usual] * 5, unit="Sigmoid")) == []


@pytest.mark.parametrize(
    ("more", "severities"),
    [
        ('type: "Power" power_param { scale: 1000 }', ["warning"]),
        ('type: "Power" power_param { scale: -100 }', ["information"]),
        ('type: "Scale" scale_param { filler { value: 1000 } }', ["warning"]),
        ('type: "Scale" scale_param { filler { type: "gaussian" mean: 1000 std: 1 } }', ["warning"]),
        ('type: "Power" power_param { scale: 10 }', []),
        ('type: "Scale" scale_param { filler { value: 20 } }', []),
    ],
)
def test_a_layer_that_multiplies_by_far_too_much_is_told(more: str, severities: list[str]) -> None:
    text = net(FILLED).replace(
        'layer { name: "u1"', f'layer {{ name: "m" bottom: "f1" top: "f1" {more} }}\nlayer {{ name: "u1"'
    )
    assert said(text) == [("exploding-activations", severity, "m") for severity in severities]


def test_default_sizes_of_fillers() -> None:
    assert said(net('weight_filler { type: "gaussian" }')) == [("filler-without-size", "warning", "f1")]
    assert said(net('weight_filler { type: "uniform" }')) == [("filler-without-size", "warning", "f1")]
    assert said(net('weight_filler { type: "uniform" min: -0.2 max: 0.2 }')) == []
    assert "std: 0.14" in fixed(net('weight_filler { type: "gaussian" }'), "Add `std")
    few = net('weight_filler { type: "gaussian" }').replace("dim: 100", "dim: 4")
    assert said(few) == []


def test_units_of_equal_weights_stay_alike_unless_something_tells_them_apart() -> None:
    constant = 'weight_filler { type: "constant" value: 0.01 }'
    assert said(net(constant, last=constant)) == [("identical-units", "warning", "f1")]
    assert said(net(constant, last=FILLED)) == []
    dropped = net(constant, last=constant, unit="Dropout")
    assert said(dropped) == []


def test_units_behind_a_batch_norm_are_born_dead_by_a_known_bias() -> None:
    normal = (
        'layer { name: "n" type: "BatchNorm" bottom: "f1" top: "n" }\n'
        'layer { name: "s" type: "Scale" bottom: "n" top: "s"\n'
        "  scale_param { bias_term: true bias_filler { value: -8 } } }\n"
    )
    text = (
        net(FILLED)
        .replace('layer { name: "u1"', normal + 'layer { name: "u1"')
        .replace('bottom: "f1" top: "u1"', 'bottom: "s" top: "u1"')
    )
    assert said(text) == [("units-born-dead", "warning", "s")]
    assert said(text.replace("value: -8", "value: -1")) == []
    assert "negative_slope: 0.1" in fixed(text, "negative_slope")
    assert said(net(FILLED + " bias_filler { value: -20 }")) == [("units-born-dead", "information", "f1")]
    assert said(net(FILLED + " bias_filler { value: -20 }", unit="TanH")) == []
    assert said(net(FILLED, last=FILLED + " bias_filler { value: -4.6 }")) == []
