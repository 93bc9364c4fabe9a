"""Nets of V0 and V1, and old ways to write inputs, are the nets that Caffe's upgrade makes of them."""

from __future__ import annotations

from caffe_ls.net.model import DataSource
from tests.net.nets import names, net_of


def test_inputs_with_four_dimensions_each_become_one_input_layer() -> None:
    net = net_of('input: "a" input: "b" input_dim: [1, 3, 8, 8] input_dim: [2, 1, 1, 1]')
    assert names(net) == ["input"]
    assert net.blobs == {"a": (1, 3, 8, 8), "b": (2, 1, 1, 1)}


def test_input_shape_wins_over_input_dim() -> None:
    net = net_of(
        'layer { name: "s" type: "Silence" bottom: "a" } input: "a" input_dim: 9 input_shape { dim: 5 dim: 6 }'
    )
    assert names(net) == ["input", "s"]
    assert net.blobs == {"a": (5, 6)}


def test_inputs_without_a_shape_are_dropped() -> None:
    assert names(net_of('input: "a"')) == []


def test_more_inputs_than_shapes_crash_caffe() -> None:
    (refusal,) = net_of('input: "a" input: "b" input_shape { dim: 1 }').refusals
    assert "crashes" in refusal.message


def test_v1_names_types_by_enum_and_rates_by_list() -> None:
    net = net_of(
        """
        input: "data" input_dim: 1 input_dim: 3 input_dim: 9 input_dim: 9
        layers { name: "c" type: CONVOLUTION bottom: "data" top: "c" blobs_lr: 0 blobs_lr: 2 weight_decay: 1 param: "w"
                 convolution_param { num_output: 4 kernel_size: 3 } }
        layers { name: "r" type: 18 bottom: "c" top: "c" }
        """
    )
    assert [layer.type for layer in net.layers] == ["Input", "Convolution", "ReLU"]
    assert [(param.spec.name, param.spec.lr_mult, param.spec.decay_mult) for param in net.params] == [
        ("w", 0, 1),
        ("", 2, 1),
    ]
    assert net.blobs["c"] == (1, 4, 7, 7)


def test_v1_transformation_moves_from_the_data_layer() -> None:
    text = 'layers { name: "d" type: DATA top: "d" top: "l" data_param { source: "s" batch_size: 8 crop_size: 5 } }'
    net = net_of(text, data=DataSource((3, 9, 9)))
    assert net.blobs == {"d": (8, 3, 5, 5), "l": (8,)}


def test_layer_and_layers_in_one_net_are_refused() -> None:
    text = 'layer { name: "a" type: "Input" top: "a" } layers { name: "b" type: SILENCE bottom: "a" }'
    assert "both" in net_of(text).refusals[0].message


def test_v0_fields_move_into_the_message_of_their_type() -> None:
    net = net_of(
        """
        input: "data" input_dim: 1 input_dim: 3 input_dim: 9 input_dim: 9
        layers { layer { name: "c" type: "conv" num_output: 4 kernelsize: 3 stride: 2 }
                 bottom: "data" top: "c" }
        layers { layer { name: "p" type: "pool" pool: AVE kernelsize: 2 } bottom: "c" top: "p" }
        layers { layer { name: "f" type: "innerproduct" num_output: 10 biasterm: false } bottom: "p" top: "f" }
        """
    )
    assert net.refusals == ()
    assert [layer.type for layer in net.layers] == ["Input", "Convolution", "Pooling", "InnerProduct"]
    assert net.blobs == {"data": (1, 3, 9, 9), "c": (1, 4, 4, 4), "p": (1, 4, 3, 3), "f": (1, 10)}
    assert net.layers[-1].param_shapes == ((10, 36),)


def test_a_v0_padding_layer_becomes_the_pad_of_its_reader() -> None:
    net = net_of(
        """
        input: "data" input_dim: 1 input_dim: 3 input_dim: 9 input_dim: 9
        layers { layer { name: "pad" type: "padding" pad: 1 } bottom: "data" top: "padded" }
        layers { layer { name: "c" type: "conv" num_output: 4 kernelsize: 3 } bottom: "padded" top: "c" }
        """
    )
    assert names(net) == ["input", "c"]
    assert net.layers[1].bottoms == ("data",)
    assert net.blobs["c"] == (1, 4, 9, 9)


def test_three_params_of_batch_norm_are_zeroed_by_bvlc_and_dropped_by_ssd() -> None:
    text = """
        layer { name: "x" type: "Input" top: "x" input_param { shape { dim: 2 dim: 3 } } }
        layer { name: "n" type: "BatchNorm" bottom: "x" top: "n" param { } param { } param { } }
        layer { name: "l" type: "Silence" bottom: "n" loss_weight: 1 }
        """
    assert [param.spec.lr_mult for param in net_of(text).params] == [0, 0, 0]
    assert [param.spec.lr_mult for param in net_of(text, dialect="ssd").params] == [1, 1, 1]
