"""`layers { type: CONVOLUTION }` of V1 becomes `layer { type: "Convolution" }` (UpgradeV1LayerParameter)."""

from __future__ import annotations

import pytest

from caffe_ls.schema.legacy_types import V1_LAYER_TYPES
from caffe_ls.schema.upgrade.upgrading import upgrade_layer_edits, upgrade_text
from caffe_ls.syntax.parser import parse
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
    assert upgrade_text(text).changes == ()


def test_syntax_problems_and_templates_stop_the_upgrade() -> None:
    check_refused("layers { type RELU }\nlayers { type: TANH }\n", "syntax errors")
    check_refused("layers { name: ${NAME} type: RELU }\n", "template")


def test_one_layer_can_be_upgraded_by_edits_of_its_own() -> None:
    text = "# head\nlayers { type: TANH }\nlayers {\n  type: RELU\n  blobs_lr: 1\n}\n"
    file = parse(text)
    edited = apply_edits(text, upgrade_layer_edits(file, 1))
    assert edited == '# head\nlayers { type: TANH }\nlayer {\n  type: "ReLU"\n  param {\n    lr_mult: 1\n  }\n}\n'
    assert upgrade_layer_edits(parse("layer { }"), 0) == ()


def test_changes_name_the_layer_and_its_place() -> None:
    text = '\nlayers { name: "r" type: RELU }'
    (change,) = upgrade_text(text).changes
    assert text[change.span.start : change.span.end] == 'layers { name: "r" type: RELU }'
    assert change.description == 'layer `r`: `layers` is now `layer`; type RELU is now "ReLU"'
