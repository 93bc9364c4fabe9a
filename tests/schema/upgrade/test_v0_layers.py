"""`layers { layer { type: "conv" } }` of V0 and its padding layers (UpgradeV0Net)."""

from __future__ import annotations

import pytest

from tests.schema.upgrade.upgrading_checks import check, check_refused, messages


def test_flat_fields_move_into_the_messages_of_their_layer() -> None:
    check(
        """
        layers {
          layer {
            name: "c"
            type: "conv"
            num_output: 20
            biasterm: true
            kernelsize: 5
            weight_filler {
              type: "xavier"
            }
            blobs_lr: 1.
            blobs_lr: 2.
          }
          top: "c"
        }
        """,
        """
        layer {
          name: "c"
          type: "Convolution"
          top: "c"
          convolution_param {
            num_output: 20
            bias_term: true
            kernel_size: 5
            weight_filler {
              type: "xavier"
            }
          }
          param {
            lr_mult: 1.
          }
          param {
            lr_mult: 2.
          }
        }
        """,
    )


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('type: "pool" pool: AVE stride: 2', 'type: "Pooling" pooling_param { pool: AVE stride: 2 }'),
        ('type: "innerproduct" num_output: 2', 'type: "InnerProduct" inner_product_param { num_output: 2 }'),
        ('type: "lrn" alpha: 1 beta: 2 k: 3', 'type: "LRN" lrn_param { alpha: 1 beta: 2 k: 3 }'),
        ('type: "dropout" dropout_ratio: .1', 'type: "Dropout" dropout_param { dropout_ratio: .1 }'),
        ('type: "concat" concat_dim: 1', 'type: "Concat" concat_param { concat_dim: 1 }'),
        ('type: "hdf5_data" source: "s"', 'type: "HDF5Data" hdf5_data_param { source: "s" }'),
        ('type: "images" shuffle_images: true', 'type: "ImageData" image_data_param { shuffle: true }'),
        (
            'type: "images" rand_skip: 1 new_width: 2',
            'type: "ImageData" image_data_param { rand_skip: 1 new_width: 2 }',
        ),
        ('type: "window_data" det_crop_mode: "w"', 'type: "WindowData" window_data_param { crop_mode: "w" }'),
        ('type: "infogain_loss" source: "s"', 'type: "InfogainLoss" infogain_loss_param { source: "s" }'),
        (
            'type: "data" source: "s" meanfile: "m" batchsize: 1 cropsize: 2 mirror: true scale: 3',
            'type: "Data" data_param { source: "s" batch_size: 1 } '
            'transform_param { mean_file: "m" crop_size: 2 mirror: true scale: 3 }',
        ),
        (
            'type: "hdf5_output" hdf5_output_param { file_name: "f" }',
            'type: "HDF5Output" hdf5_output_param { file_name: "f" }',
        ),
    ],
)
def test_each_type_has_its_messages(old: str, new: str) -> None:
    check(f"layers {{ layer {{ {old} }} }}\n", f"layer {{ {new} }}\n")


def test_comments_of_both_levels_are_kept() -> None:
    check(
        """
        layers { # outer
          # above
          layer { # inner
            type: "lrn" # type
            # the size
            local_size: 5 # five
            # inner end
          } # after
          # top
          top: "a"
          # outer end
        }
        """,
        """
        layer { # outer
          # above
          # inner
          type: "LRN" # type
          # top
          top: "a"
          lrn_param {
            # the size
            local_size: 5 # five
          }
          # inner end
          # after
          # outer end
        }
        """,
    )


def test_what_caffe_drops_is_dropped_and_told() -> None:
    upgraded = check(
        """
        layers {
          layer {
            type: "relu"
            num_output: 5 # five
            new_num: 3
          }
          include { phase: TRAIN }
        }
        debug_info: true # debug
        """,
        """
        layer {
          type: "ReLU"
          # five
        }
        # debug
        """,
    )
    assert messages(upgraded) == [
        "a layer without a name: Caffe's upgrade drops `include` of a V0 layer",
        "Caffe's upgrade drops `num_output`, which means nothing to a layer of type `relu`",
        "Caffe's upgrade drops `new_num`, which means nothing to a layer of type `relu`",
        "Caffe's upgrade drops `debug_info` of a V0 net",
    ]


def test_unknown_types_and_fields_leave_the_layer() -> None:
    upgraded = check(
        'layers { layer { name: "x" type: "forked" } }\n', 'layers { layer { name: "x" type: "forked" } }\n'
    )
    assert messages(upgraded) == ["layer `x` is left in V0: Caffe has no V0 layer type `forked`"]
    upgraded = check('layers { layer { type: "relu" forked: 1 } }\n', 'layers { layer { type: "relu" forked: 1 } }\n')
    assert messages(upgraded) == ["a layer without a name is left in V0: BVLC's Caffe has no V0 field `forked`"]


def test_v0_beside_v1_is_refused_since_caffe_would_lose_the_v1_layers() -> None:
    check_refused('layers { layer { type: "relu" } }\nlayers { type: RELU }\n', "mixes layers of V0 and V1")


def test_a_padding_layer_becomes_the_pad_of_its_readers() -> None:
    check(
        """
        layers {
          layer { type: "relu" }
          top: "a"
        }
        # pads
        layers {
          layer { type: "padding" pad: 2 }
          bottom: "a"
          top: "p"
        }
        layers {
          layer {
            type: "conv"
            kernelsize: 5
          }
          bottom: "p"
          top: "b"
        }
        layers {
          layer {
            type: "pool"
            pad: 7
          }
          bottom: "p"
          top: "c"
        }
        """,
        """
        layer {
          type: "ReLU"
          top: "a"
        }
        # pads
        layer {
          type: "Convolution"
          bottom: "a"
          top: "b"
          convolution_param {
            pad: 2
            kernel_size: 5
          }
        }
        layer {
          type: "Pooling"
          bottom: "a"
          top: "c"
          pooling_param {
            pad: 2
          }
        }
        """,
    )


def test_a_padding_layer_without_pad_pads_by_zero() -> None:
    check(
        """
        layers { layer { type: "relu" } top: "a" }
        layers { layer { type: "padding" } bottom: "a" top: "p" }
        layers { layer { type: "pool" } bottom: "p" }
        """,
        """
        layer { type: "ReLU" top: "a" }
        layer { type: "Pooling" bottom: "a" pooling_param { pad: 0 } }
        """,
    )


def test_where_caffe_stops_nothing_is_changed() -> None:
    padding = 'layers { layer { type: "relu" } top: "a" }\nlayers { layer { type: "padding" } bottom: "a" top: "p" }\n'
    check_refused('layers { layer { type: "relu" } bottom: "a" }\n', "nothing before this layer makes the blob `a`")
    check_refused(padding + 'layers { layer { type: "relu" } bottom: "p" }\n', "pads convolution and pooling only")
    check_refused(padding + 'layers { layer { type: "conv" } bottom: "p" bottom: "a" }\n', "several bottoms")
    check_refused(
        padding.replace('top: "p"', 'top: "p" top: "q"') + 'layers { layer { type: "conv" } bottom: "p" }\n', "one top"
    )


def test_a_layer_left_in_v0_keeps_its_padding() -> None:
    check(
        """
        layers { layer { type: "relu" } top: "a" }
        layers { layer { type: "padding" pad: 2 } bottom: "a" top: "p" }
        layers { layer { type: "conv" forked: 1 } bottom: "p" }
        """,
        """
        layer { type: "ReLU" top: "a" }
        layers { layer { type: "conv" forked: 1 pad: 2 } bottom: "a" }
        """,
    )
