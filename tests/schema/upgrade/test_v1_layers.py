"""`layers { type: CONVOLUTION }` of V1 becomes `layer { type: "Convolution" }` (UpgradeV1LayerParameter)."""

from __future__ import annotations

import pytest

from caffe_ls.schema.legacy_types import V1_LAYER_TYPES
from caffe_ls.schema.upgrade.upgrading import upgrade_file, upgrade_layer_edits, upgrade_text
from caffe_ls.syntax.parser import parse
from caffe_ls.syntax.tree import Entry
from caffe_ls.text.edit import apply_edits
from tests.schema.upgrade.upgrading_checks import check, check_refused, messages


def test_the_type_becomes_a_string_and_the_rest_stays_to_the_space() -> None:
    check(
        """
        layers {
            name :  'relu'
          type: RELU   bottom: "a", top: "a";
            relu_param <negative_slope: .10>
        }
        """,
        """
        layer {
            name :  'relu'
          type: "ReLU"   bottom: "a", top: "a";
            relu_param <negative_slope: .10>
        }
        """,
    )


@pytest.mark.parametrize(("old", "new"), V1_LAYER_TYPES.items())
def test_every_type_has_its_name(old: str, new: str) -> None:
    assert upgrade_text(f"layers {{ type: {old} }}").text == f'layer {{ type: "{new}" }}'


def test_a_type_may_be_a_number() -> None:
    check("layers { type: 4 }\n", 'layer { type: "Convolution" }\n')


def test_rates_and_decays_become_param_blocks() -> None:
    check(
        """
        layers {
          name: "ip"
          type: INNER_PRODUCT
          blobs_lr: 1
          blobs_lr: 2.
          weight_decay: 1
          weight_decay: 0
          bottom: "a"
        }
        """,
        """
        layer {
          name: "ip"
          type: "InnerProduct"
          param {
            lr_mult: 1
            decay_mult: 1
          }
          param {
            lr_mult: 2.
            decay_mult: 0
          }
          bottom: "a"
        }
        """,
    )


def test_the_longest_list_says_how_many_param_blocks_there_are() -> None:
    check(
        'layers { param: "w" param: "b" blob_share_mode: 1 blobs_lr: 1 weight_decay: [1, 2, 3] }\n',
        'layer { param { name: "w" share_mode: PERMISSIVE lr_mult: 1 decay_mult: 1 } '
        'param { name: "b" decay_mult: 2 } param { decay_mult: 3 } }\n',
    )


def test_comments_stay_beside_what_they_explain() -> None:
    check(
        """
        # the layer
        layers { # opening
          type: LRN # trailing
          # rate of the weights
          blobs_lr: 1 # one
          # rate of the bias
          blobs_lr: 2 # two
          # decay of the weights
          weight_decay: 3
          # before the bracket
        } # closing
        """,
        """
        # the layer
        layer { # opening
          type: "LRN" # trailing
          # rate of the weights
          param {
            lr_mult: 1 # one
            # decay of the weights
            decay_mult: 3
          }
          # rate of the bias
          param {
            lr_mult: 2 # two
          }
          # before the bracket
        } # closing
        """,
    )


def test_a_list_of_layers_becomes_one_layer_each() -> None:
    check(
        "layers: [{ type: RELU }, { type: TANH }]\n",
        'layer { type: "ReLU" } layer { type: "TanH" }\n',
    )


def test_indentation_of_the_file_is_taken_up() -> None:
    check("layers {\n\ttype: RELU\n\tblobs_lr: 1\n}\n", 'layer {\n\ttype: "ReLU"\n\tparam {\n\t\tlr_mult: 1\n\t}\n}\n')


def test_numbers_for_booleans_and_enums_become_words_as_caffe_prints_them() -> None:
    check(
        "layers { type: ARGMAX argmax_param { out_max_val: 1 } pooling_param { pool: 1 kernel_size: 1 } }\n",
        'layer { type: "ArgMax" argmax_param { out_max_val: true } pooling_param { pool: AVE kernel_size: 1 } }\n',
    )


def test_a_layer_of_a_fork_is_left_and_told() -> None:
    upgraded = check(
        "layers { type: RELU }\nlayers { name: 'x' type: FORKED }\nlayers { name: 'y' type: TANH forked: 1 }\n",
        "layer { type: \"ReLU\" }\nlayers { name: 'x' type: FORKED }\nlayers { name: 'y' type: TANH forked: 1 }\n",
    )
    assert messages(upgraded) == [
        "layer `x` is left in V1: BVLC's Caffe has no V1 layer type `FORKED`",
        "layer `y` is left in V1: BVLC's Caffe has no V1 field `forked`",
        "the net has `layer` and `layers` now, which Caffe refuses: rewrite what is left by hand",
    ]


def test_values_that_v1_does_not_take_leave_the_layer() -> None:
    upgraded = upgrade_text("layers { name: 'x' type: RELU param { lr_mult: 1 } }")
    assert messages(upgraded) == ["layer `x` is left in V1: `{ ... }` is no value for V1's `param`"]


def test_layer_beside_layers_is_refused_as_caffe_does() -> None:
    check_refused("layer { }\nlayers { type: RELU }\n", "both `layer` and `layers`")


def test_a_new_net_comes_back_to_the_last_byte() -> None:
    text = "name:'x' ;\r\nlayer{type:\"ReLU\" }\n\n\n# end"
    assert upgrade_text(text).text == text


def test_syntax_problems_and_templates_stop_the_upgrade() -> None:
    check_refused("layers { type RELU }\nlayers { type: TANH }\n", "syntax errors")
    check_refused("layers { name: ${NAME} type: RELU }\n", "template")


def test_one_layer_can_be_upgraded_by_edits_of_its_own() -> None:
    text = "# head\nlayers { type: TANH }\nlayers {\n  type: RELU\n  blobs_lr: 1\n}\n"
    file = parse(text)
    edited = apply_edits(text, upgrade_layer_edits(file, 1))
    assert edited == '# head\nlayers { type: TANH }\nlayer {\n  type: "ReLU"\n  param {\n    lr_mult: 1\n  }\n}\n'
    assert upgrade_layer_edits(parse("layer { }"), 0) == ()


def test_a_layer_becomes_the_same_wherever_it_stands_and_keeps_what_it_became() -> None:
    layer = 'layers { name: "r" type: RELU }\n'
    file = parse(layer + layer)
    first = upgrade_file(file)
    assert first.text == 2 * 'layer { name: "r" type: "ReLU" }\n'
    assert upgrade_file(file) == first
    assert upgrade_file(parse('name: "n"\n' + layer)).text == 'name: "n"\nlayer { name: "r" type: "ReLU" }\n'


def test_a_problem_of_a_layer_stands_where_the_layer_does() -> None:
    known: dict[str, Entry] = {}
    for before in ("", "# one\n", 'name: "n"\nstate { }\n'):
        text = f'name: "net"\n{before}layers {{ name: "x" type: PRELU }}\nlayers {{ type: RELU }}\n'
        problem = upgrade_file(parse(text, known)).problems[0]
        assert text[problem.span.start : problem.span.end] == "type: PRELU"


def test_data_layers_are_told_apart_by_what_the_net_needs() -> None:
    plain = "layers {\n  type: DATA\n  data_param { batch_size: 1 }\n}\n"
    scaled = "layers {\n  type: DATA\n  data_param { scale: 2 }\n}\n"
    known: dict[str, Entry] = {}
    head = 'name: "n"\n'
    assert "transform_param" not in upgrade_file(parse(head + plain, known)).text
    assert upgrade_file(parse(head + plain + scaled, known)).text.count("transform_param") == 2
    assert "transform_param" not in upgrade_file(parse(head + plain, known)).text
