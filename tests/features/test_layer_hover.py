"""Hovers on a layer show what Caffe makes of it: shapes, parameters, work and memory, in each state."""

from __future__ import annotations

import pytest

from tests.features.hovering import said, shown

NET = """\
layer {
  name: "data" type: "DummyData" top: "data" top: "label"
  include { phase: TRAIN }
  dummy_data_param { shape { dim: 8 dim: 3 dim: 8 dim: 8 } shape { dim: 8 } }
}
layer {
  name: "test data" type: "DummyData" top: "data" top: "label"
  include { phase: TEST }
  dummy_data_param { shape { dim: 2 dim: 3 dim: 8 dim: 8 } shape { dim: 2 } }
}
layer {
  name: "conv1" type: "Convolution" bottom: "data" top: "conv1"
  convolution_param { num_output: 4 kernel_size: 3 weight_filler { type: "msra" } }
}
layer { name: "relu1" type: "ReLU" bottom: "conv1" top: "conv1" }
layer {
  name: "ip" type: "InnerProduct" bottom: "conv1" top: "ip"
  inner_product_param { num_output: 10 weight_filler { type: "msra" } }
}
layer { name: "loss" type: "SoftmaxWithLoss" bottom: "ip" bottom: "label" top: "loss" loss_weight: 0.5 }
layer {
  name: "accuracy" type: "Accuracy" bottom: "ip" bottom: "label" top: "accuracy"
  include { phase: TEST }
}
"""


def at(place: str) -> str:
    """The net with the cursor before the last letter of a place, which is there once."""
    assert NET.count(place) == 1
    return NET.replace(place, f"{place[:-1]}$0{place[-1]}")


def test_a_layer_by_its_name_with_a_column_for_each_phase() -> None:
    assert said(at('name: "conv1')) == (
        "| `conv1` Convolution |                  TRAIN |                   TEST |\n"
        "| ------------------- | ---------------------: | ---------------------: |\n"
        "| in `data`           |          8 x 3 x 8 x 8 |          2 x 3 x 8 x 8 |\n"
        "| out `conv1`         |          8 x 4 x 6 x 6 |          2 x 4 x 6 x 6 |\n"
        "| parameters          | 112 (4 x 3 x 3 x 3, 4) | 112 (4 x 3 x 3 x 3, 4) |\n"
        "| multiply-adds       |                 31,104 |                  7,776 |\n"
        "| memory of tops      |                4.5 KiB |                1.1 KiB |\n"
        "\n"
        "`conv1` goes to `relu1` (in place)."
    )


def test_what_is_the_same_in_both_phases_stands_once() -> None:
    text = said(at('name: "loss').replace("dim: 8 dim: 3", "dim: 2 dim: 3").replace("{ dim: 8 }", "{ dim: 2 }"))
    assert text.startswith("| `loss` SoftmaxWithLoss |     TRAIN, TEST |\n")
    assert "| out `loss`             | a single number |\n" in text
    assert text.endswith("`loss` weighs 0.5 in the loss.")


def test_a_layer_of_one_phase_has_that_column_alone() -> None:
    assert said(at('name: "accuracy')).startswith("| `accuracy` Accuracy |            TEST |\n")


def test_readers_that_are_there_in_one_phase_alone_are_told_with_the_phase() -> None:
    text = said(at('name: "ip'))
    assert "TRAIN: `ip` goes to `loss`.  \nTEST: `ip` goes to `loss`, `accuracy`." in text


def test_a_layer_in_place_says_so_and_takes_no_memory() -> None:
    text = said(at('name: "relu1'))
    assert "8 x 4 x 6 x 6 (in place)" in text
    assert "memory" not in text


def test_the_word_layer_and_the_type_show_the_layer_beside_their_documentation() -> None:
    text = said('lay$0er { name: "x" type: "Input" top: "x" input_param { shape { dim: 1 dim: 2 } } }')
    assert text.startswith("| `x` Input ")
    assert "repeated LayerParameter layer" in text
    text = said('layer { name: "x" type: "Inp$0ut" top: "x" input_param { shape { dim: 1 dim: 2 } } }')
    assert text.startswith("| `x` Input ")
    assert "**Input**, a layer type" in text


def test_a_parameter_shows_what_goes_in_and_out_below_its_documentation() -> None:
    documentation, _, shapes = said(at("num_output: 4")).rpartition("\n\n---\n\n")
    assert "uint32 num_output" in documentation
    assert shapes == (
        "TRAIN: `data` 8 x 3 x 8 x 8 → `conv1` 8 x 4 x 6 x 6; 112 (4 x 3 x 3 x 3, 4) parameters  \n"
        "TEST: `data` 2 x 3 x 8 x 8 → `conv1` 2 x 4 x 6 x 6; 112 (4 x 3 x 3 x 3, 4) parameters"
    )


def test_a_field_that_no_shape_follows_from_shows_its_documentation_alone() -> None:
    assert "→" not in said(at("loss_weight: 0.5"))


@pytest.mark.parametrize(
    "text",
    [
        'layers { name: "conv1" type: INNER_PRODUCT bottom: "data" top: "ip" inner_product_param { num_outp$0ut: 5 } }',
        'layers { bottom: "data" top: "ip" layer { name: "conv1" type: "innerproduct" num_output: 5 } la$0yer { } }',
    ],
)
def test_older_forms_have_shapes_too(text: str) -> None:
    inputs = 'input: "data" input_dim: 2 input_dim: 3 input_dim: 1 input_dim: 1\n'
    if "layer { name" in text:
        text = text.replace(" la$0yer { }", "").replace('"conv1"', '"con$0v1"')
    assert "2 x 5" in said(inputs + text)


def test_a_guess_about_the_data_is_told_where_the_shape_rests_on_it() -> None:
    text = said(
        'layer { name: "da$0ta" type: "Data" top: "data" transform_param { crop_size: 9 }'
        ' data_param { source: "db" batch_size: 5 } }'
    )
    assert "5 x 3 x 9 x 9" in text
    assert "*Assumed: 3 channels" in text


def test_a_layer_that_is_built_nowhere_says_so() -> None:
    text = said(NET + 'layer { name: "ne$0ver" type: "ReLU" bottom: "ip" top: "x" include { phase: TEST stage: "s" } }')
    assert text == "Not built in TRAIN or TEST."


def test_a_layer_of_unknown_type_keeps_its_connections() -> None:
    text = said(NET + 'layer { name: "my$0ne" type: "Mine" bottom: "ip" top: "x" }')
    assert "| in `ip`     | 8 x 10 | 2 x 10 |\n" in text
    assert "| out `x`     |      ? |      ? |\n" in text
    assert "What it does is not known" in text


def test_shared_and_frozen_parameters_are_told() -> None:
    shared = 'param { name: "w" lr_mult: 0 } param { name: "b" lr_mult: 0 } inner_product_param { num_output: 3 }'
    text = said(
        'layer { name: "x" type: "Input" top: "x" input_param { shape { dim: 1 dim: 3 } } }\n'
        f'layer {{ name: "one" type: "InnerProduct" bottom: "x" top: "one" {shared} }}\n'
        f'layer {{ name: "tw$0o" type: "InnerProduct" bottom: "one" top: "two" {shared} }}\n'
    )
    assert "Its parameter 0 is that of `one`, shared as `w`." in text
    assert "It learns nothing: `lr_mult` is 0." in text


def test_hostile_names_break_no_table() -> None:
    text = said('layer { name: "a$0|`b\\n" type: "Input" top: "a|`b\\n" input_param { shape { dim: 1 } } }')
    assert text.splitlines()[0].startswith("| `a\\|'b` Input  |")
    assert len([line for line in text.splitlines() if line.startswith("|")]) == 4


def test_a_template_has_no_net() -> None:
    found = shown(
        'layer { name: "i$0p" type: "InnerProduct" bottom: "x" top: "y" inner_product_param { num_output: ${N} } }'
    )
    assert found is None or "|" not in found[1]


def test_the_net_in_a_solver_has_shapes() -> None:
    text = said(
        '#- /solver.prototxt\nbase_lr: 1\nnet_param { layer { name: "x$0" type: "Input" top: "x"'
        " input_param { shape { dim: 4 dim: 2 } } } }"
    )
    assert "4 x 2" in text


def test_very_many_readers_are_counted() -> None:
    readers = "".join(f'layer {{ name: "r{at}" type: "ReLU" bottom: "x" top: "r{at}" }}\n' for at in range(20))
    text = said('layer { name: "x$0" type: "Input" top: "x" input_param { shape { dim: 1 } } }\n' + readers)
    assert "`r0`, `r1`, " in text
    assert "`r11` and 8 more." in text
