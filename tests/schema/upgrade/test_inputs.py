"""`input`, `input_dim` and `input_shape` become an Input layer (UpgradeNetInput)."""

from __future__ import annotations

from tests.schema.upgrade.upgrading_checks import check, check_refused


def test_four_dims_become_a_shape_on_one_line() -> None:
    check(
        """
        name: "net"
        input: "data"
        input_dim: 1
        input_dim: 3
        input_dim: 0xE0
        input_dim: 224
        layer {
          type: "ReLU"
        }
        """,
        """
        name: "net"
        layer {
          name: "input"
          type: "Input"
          top: "data"
          input_param {
            shape { dim: 1 dim: 3 dim: 0xE0 dim: 224 }
          }
        }
        layer {
          type: "ReLU"
        }
        """,
    )


def test_dims_with_comments_keep_them() -> None:
    check(
        """
        # the image
        input: "data" # RGB
        input_dim: 1 # batch
        # channels
        input_dim: 3
        input_dim: 4
        input_dim: 5
        """,
        """
        # the image
        layer {
          name: "input"
          type: "Input"
          top: "data" # RGB
          input_param {
            shape {
              dim: 1 # batch
              # channels
              dim: 3
              dim: 4
              dim: 5
            }
          }
        }
        """,
    )


def test_shapes_are_taken_as_they_are_and_win_over_dims() -> None:
    check(
        """
        input: "a"
        input_shape {
          dim: 1
          dim: 2
        }
        input: "b"
        input_shape: { dim: 3 }
        input_dim: 9 # unused
        """,
        """
        layer {
          name: "input"
          type: "Input"
          top: "a"
          top: "b"
          input_param {
            shape {
              dim: 1
              dim: 2
            }
            shape: { dim: 3 }
          }
        }
        # unused
        """,
    )


def test_the_layer_comes_before_all_others() -> None:
    check(
        'layer { type: "ReLU" }\ninput: "a"\ninput_shape { }\n',
        'layer {\n  name: "input"\n  type: "Input"\n  top: "a"\n  input_param {\n    shape { }\n  }\n}\n'
        'layer { type: "ReLU" }\n',
    )


def test_lists_are_read() -> None:
    check(
        'input: ["a", "b"]\ninput_dim: [1, 2, 3, 4, 5, 6, 7, 8]\n',
        'layer {\n  name: "input"\n  type: "Input"\n  top: "a"\n  top: "b"\n  input_param {\n'
        "    shape { dim: 1 dim: 2 dim: 3 dim: 4 }\n    shape { dim: 5 dim: 6 dim: 7 dim: 8 }\n  }\n}\n",
    )


def test_inputs_without_a_shape_are_dropped() -> None:
    check('name: "a"\ninput: "data" # data\n', 'name: "a"\n# data\n')


def test_dims_without_inputs_stay() -> None:
    check("input_dim: 1\nlayer { }\n", "input_dim: 1\nlayer { }\n")


def test_where_caffe_reads_past_the_end_nothing_is_changed() -> None:
    check_refused('input: "a"\ninput_dim: 1\n', "1 `input` need 4 `input_dim`, not 1")
    check_refused('input: "a"\ninput: "b"\ninput_shape { }\n', "2 `input` but 1 `input_shape`")
