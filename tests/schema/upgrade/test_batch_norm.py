"""The three `param` of an old BatchNorm get rate and decay 0 (UpgradeNetBatchNorm)."""

from __future__ import annotations

from caffe_ls.schema.upgrade.upgrading import upgrade_text
from tests.schema.upgrade.upgrading_checks import check


def test_both_multipliers_of_all_three_become_zero() -> None:
    check(
        """
        layer {
          type: "BatchNorm"
          param { lr_mult: 1 name: "mean" }
          param {
            lr_mult: 0 # fixed
          }
          param {}
        }
        """,
        """
        layer {
          type: "BatchNorm"
          param { lr_mult: 0 name: "mean" decay_mult: 0 }
          param {
            lr_mult: 0 # fixed
            decay_mult: 0
          }
          param { lr_mult: 0 decay_mult: 0 }
        }
        """,
    )


def test_zeros_in_any_form_stay_as_they_are() -> None:
    text = (
        'layer { type: "BatchNorm" param { lr_mult: 0. decay_mult: 0e1 }'
        + " param { lr_mult: 0 decay_mult: 0 }" * 2
        + "}"
    )
    assert upgrade_text(text).text == text


def test_other_counts_and_other_layers_stay() -> None:
    for text in (
        'layer { type: "BatchNorm" param { lr_mult: 1 } param { lr_mult: 1 } }\n',
        'layer { type: "Scale"' + " param { lr_mult: 1 }" * 3 + " }\n",
    ):
        check(text, text)
