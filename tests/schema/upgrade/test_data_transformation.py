"""`scale`, `mean_file`, `crop_size` and `mirror` of V1's data layers (UpgradeNetDataTransformation)."""

from __future__ import annotations

from tests.schema.upgrade.upgrading_checks import check


def test_the_fields_move_with_their_comments() -> None:
    check(
        """
        layers {
          type: DATA
          data_param {
            source: "s"
            # divide
            scale: 0.5 # half
            batch_size: 1
            mirror: true
          }
        }
        """,
        """
        layer {
          type: "Data"
          transform_param {
            # divide
            scale: 0.5 # half
            mirror: true
          }
          data_param {
            source: "s"
            batch_size: 1
          }
        }
        """,
    )


def test_they_join_a_transform_param_and_win_over_its_values() -> None:
    check(
        "layers { type: IMAGE_DATA image_data_param { crop_size: 2 mirror: true } transform_param { crop_size: 1 } }\n",
        'layer { type: "ImageData" image_data_param {} transform_param { crop_size: 2 mirror: true } }\n',
    )


def test_one_layer_in_need_gives_all_data_layers_both_messages() -> None:
    check(
        """
        layers {
          type: WINDOW_DATA
          window_data_param { scale: 2 }
        }
        layers {
          type: DATA
        }
        """,
        """
        layer {
          type: "WindowData"
          transform_param {
            scale: 2
          }
          window_data_param {}
        }
        layer {
          type: "Data"
          transform_param {}
          data_param {}
        }
        """,
    )


def test_layers_of_today_keep_the_old_fields() -> None:
    text = 'layer { type: "Data" data_param { scale: 2 } }\n'
    check(text, text)
