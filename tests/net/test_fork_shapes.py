"""Shapes that layers of forks make, as their sources say, and what they refuse."""

from __future__ import annotations

import pytest

from caffe_ls.net.model import AnyShape
from tests.net.nets import inputs, layer, made, net_of, refused

_IMAGE = (2, 3, 8, 8)
_PRIORS = 'layer { name: "p" type: "PriorBox" bottom: "x0" top: "p" prior_box_param { %s } }'


@pytest.mark.parametrize(
    ("kind", "dialect", "fields", "bottoms", "top"),
    [
        ("Permute", "ssd", "permute_param { order: 0 order: 2 }", [(2, 3, 5, 7)], (2, 5, 3, 7)),
        ("Interp", "pspnet", "interp_param { zoom_factor: 8 }", [(1, 21, 5, 5)], (1, 21, 33, 33)),
        ("Interp", "pspnet", "interp_param { shrink_factor: 8 }", [(1, 21, 33, 33)], (1, 21, 5, 5)),
        ("Interp", "pspnet", "interp_param { height: 60 width: 50 }", [(4,)], (4, 1, 60, 50)),
        ("Interp", "pspnet", "interp_param { height: 9 width: 9 zoom_factor: 2 pad_beg: -1 }", [(1, 1, 5, 5)],
         (1, 1, 7, 7)),
        ("Upsample", "segnet", "upsample_param { scale: 2 }", [_IMAGE, _IMAGE], (2, 3, 16, 16)),
        ("Upsample", "segnet", "upsample_param { scale: 2 pad_out_h: true }", [_IMAGE, _IMAGE], (2, 3, 15, 16)),
        ("Upsample", "segnet", "upsample_param { upsample_h: 17 upsample_w: 20 }", [_IMAGE, _IMAGE], (2, 3, 17, 20)),
        ("Upsample", "mobilenet-yolo", "upsample_param { scale: 3 }", [_IMAGE], (2, 3, 24, 24)),
        ("Reorg", "mobilenet-yolo", "reorg_param { stride: 2 }", [(1, 4, 8, 8)], (1, 16, 4, 4)),
        ("CReLU", "cambricon", "", [_IMAGE], (2, 6, 8, 8)),
        ("Axpy", "intel", "", [(2, 3, 1, 1), _IMAGE, _IMAGE], _IMAGE),
        ("ConvolutionRistretto", "ristretto", "convolution_param { num_output: 4 kernel_size: 3 }", [_IMAGE],
         (2, 4, 6, 6)),
        ("FcRistretto", "ristretto", "inner_product_param { num_output: 4 }", [_IMAGE], (2, 4)),
        ("ROIPooling", "fast-rcnn", "roi_pooling_param { pooled_h: 7 pooled_w: 6 }", [(1, 512, 9, 9), (300, 5)],
         (300, 512, 7, 6)),
        ("PSROIPooling", "rfcn", "psroi_pooling_param { output_dim: 21 group_size: 7 }", [(1, 1029, 9, 9), (300, 5)],
         (300, 21, 7, 7)),
        ("Correlation", "flownet2", "correlation_param { pad: 20 kernel_size: 1 max_displacement: 20 stride_2: 2 }",
         [(1, 256, 48, 64), (1, 256, 48, 64)], (1, 441, 48, 64)),
        ("Resample", "flownet2", "resample_param { height: 30 width: 40 }", [_IMAGE], (2, 3, 30, 40)),
        ("Eltwise", "flownet2", "eltwise_param { coeff: 0.5 }", [_IMAGE], _IMAGE),
        ("ChannelNorm", "flownet2", "", [_IMAGE], (2, 1, 8, 8)),
        ("DecodeBBox", "cascade-rcnn", "", [(128, 8), (128, 5)], (None, 5, 1, 1)),
        ("Mul", "synopsys", "", [_IMAGE, (3, 1, 1)], _IMAGE),
        ("Pad", "synopsys", "pad_param { paddings: [0, 0, 0, 0, 1, 2, 3, 4] }", [_IMAGE], (2, 3, 11, 15)),
        ("Squeeze", "synopsys", "squeeze_param { axis: [1, 3] }", [(2, 1, 8, 1)], (2, 8)),
        ("Squeeze", "synopsys", "", [(2, 1, 8, 1)], (2, 8)),
        ("ExpandDimsND", "synopsys", "expand_dims_nd_param { axis: 1 axis: -1 }", [(2, 8)], (2, 1, 8, 1)),
        # Fields of forks in BVLC's layers.
        ("Convolution", "synopsys", "convolution_param { num_output: 4 kernel_size: 3 pad_l: 1 pad_b: 2 }", [_IMAGE],
         (2, 4, 8, 7)),
        ("Convolution", "synopsys", "convolution_param { num_output: 4 kernel_size: 3 pad_type: 1 }", [_IMAGE],
         (2, 4, None, None)),
        ("Convolution", "deeplab", "convolution_param { num_output: 4 kernel_size: 3 pad: 2 hole: 2 }", [_IMAGE],
         (2, 4, 8, 8)),
        ("Pooling", "cascade-rcnn", "pooling_param { kernel_size: 3 stride: 2 ceil_mode: false }", [_IMAGE],
         (2, 3, 3, 3)),
        ("Reshape", "synopsys", "reshape_param { pixelshuffler: 2 }", [_IMAGE], None),
        ("Eltwise", "synopsys", "", [_IMAGE, (2, 3)], _IMAGE),
    ],
)  # fmt: skip
def test_the_first_top(kind: str, dialect: str, fields: str, bottoms: list[AnyShape], top: AnyShape) -> None:
    assert made(kind, fields, *bottoms, dialect=dialect).top_shapes[0] == top


@pytest.mark.parametrize(
    ("fields", "boxes"),
    [
        ("min_size: 30 aspect_ratio: 2", 3),
        ("min_size: 30 max_size: 60 aspect_ratio: [2, 3]", 6),
        ("min_size: 30 aspect_ratio: [2, 2, 0.5]", 3),
        ("min_size: 30 aspect_ratio: [2, 0.5] flip: false", 3),
        ("min_size: 30 aspect_ratio: [3, 0.333333]", 3),
        ("min_size: 30 aspect_ratio: [3, 0.3333]", 5),
        ("min_size: [30, 60] max_size: [60, 90] aspect_ratio: 2", 8),
    ],
)
def test_prior_boxes_of_a_place(fields: str, boxes: int) -> None:
    net = net_of(inputs((1, 8, 5, 4)) + _PRIORS % f"{fields} img_size: 300", dialect="ssd")
    assert net.refusals == ()
    assert net.blobs["p"] == (1, 2, 5 * 4 * boxes * 4)


class TestWhatOnlySomeHave:
    """Another dialect, another meaning."""

    def test_regions_of_unknown_number_leave_channels_and_grid_known(self) -> None:
        found = made("ROIPooling", "roi_pooling_param { pooled_h: 7 pooled_w: 7 }", (1, 512, 9, 9), None)
        assert found.top_shapes == ((None, 512, 7, 7),)

    def test_normalisation_learns_two_blobs_in_segnet_and_keeps_four_in_pspnet(self) -> None:
        assert made("BN", "", _IMAGE, dialect="segnet").param_shapes == ((1, 3, 1, 1),) * 2
        assert made("BN", "", _IMAGE, dialect="pspnet").param_shapes == ((1, 3, 1, 1),) * 4
        assert made("BN", "", _IMAGE, dialect="cambricon").param_shapes is None

    def test_three_inputs_of_a_smooth_loss_are_refused_by_ssd_alone(self) -> None:
        shapes = ((2, 8), (2, 8), (2, 8))
        assert made("SmoothL1Loss", "", *shapes, dialect="fast-rcnn").top_shapes == ((),)
        assert refused("SmoothL1Loss", "", *shapes, dialect="ssd")[0].startswith("layer.hpp")

    def test_further_predictions_of_detection_output_are_refused_by_ssd_alone(self) -> None:
        shapes, fields = ((1, 8), (1, 4), (1, 2, 8), (1, 8), (1, 4)), "detection_output_param { num_classes: 2 }"
        assert made("DetectionOutput", fields, *shapes, dialect="refinedet").top_shapes == ((1, 1, 1, 7),)
        assert refused("DetectionOutput", fields, *shapes, dialect="ssd")[0].startswith("layer.hpp")

    def test_cascade_rcnn_evaluates_with_the_sizes_of_images(self) -> None:
        fields = 'detection_evaluate_param { num_classes: 21 name_size_file: "sizes" }'
        found = made("DetectionEvaluate", fields, (5, 7), (9, 8), (1, 2), dialect="cascade-rcnn")
        assert found.top_shapes == ((None, 5, 1, 1),)

    def test_a_type_that_reads_like_a_type_and_a_dialect_is_unknown(self) -> None:
        net = net_of(inputs(_IMAGE) + layer("Data ssd", tops=1))
        assert not net.layers[-1].judged

    def test_a_gradient_through_a_forks_layer_is_not_judged(self) -> None:
        text = inputs((8, 2, 5)) + (
            'layer { name: "f" type: "PReLU" bottom: "x0" top: "f" }'
            'layer { name: "m" type: "ContinuationIndicator" bottom: "f" top: "m" }'
            'layer { name: "l" type: "LSTM" bottom: "f" bottom: "m" top: "l" recurrent_param { num_output: 4 } }'
            'layer { name: "s" type: "Reduction" bottom: "l" top: "s" loss_weight: 1 }'
        )
        assert net_of(text, dialect="nvidia-0.17").refusals == ()


@pytest.mark.parametrize(
    ("kind", "dialect", "fields", "bottoms", "check", "blamed"),
    [
        ("Axpy", "intel", "", [(2, 4, 1, 1), _IMAGE, _IMAGE], "axpy_layer.cpp", '"x0"'),
        ("ShuffleChannel", "cambricon", "shuffle_channel_param { group: 2 }", [_IMAGE],
         "shuffle_channel_layer.cpp", "2"),
        ("Interp", "pspnet", "interp_param { zoom_factor: 0 }", [_IMAGE], "interp_layer.cpp", "0"),
        ("Interp", "pspnet", "interp_param { pad_beg: 1 zoom_factor: 2 }", [_IMAGE], "interp_layer.cpp", "1"),
        ("Interp", "pspnet", "interp_param { }", [_IMAGE], "interp_layer.cpp", "{ }"),
        ("Upsample", "segnet", "", [_IMAGE, (2, 3, 4, 4)], "upsample_layer.cpp", '"x1"'),
        ("Reorg", "mobilenet-yolo", "reorg_param { stride: 0 }", [_IMAGE], "reorg_layer.cpp", "0"),
        ("PSROIPooling", "rfcn", "psroi_pooling_param { output_dim: 2 group_size: 2 }", [_IMAGE, (9, 5)],
         "psroi_pooling_layer.cpp", '"x0"'),
        ("ROIPooling", "rfcn", "roi_pooling_param { pooled_h: 7 pooled_w: 0 }", [_IMAGE, (9, 5)],
         "roi_pooling_layer.cpp", "0"),
        ("Correlation", "flownet2", "correlation_param { kernel_size: 2 max_displacement: 1 }", [_IMAGE, _IMAGE],
         "correlation_layer.cpp", "2"),
        ("Correlation", "flownet2", "correlation_param { kernel_size: 1 max_displacement: 4 }", [_IMAGE, _IMAGE],
         "correlation_layer.cpp", "4"),
        ("FlowWarp", "flownet2", "", [_IMAGE, _IMAGE], "flow_warp_layer.cpp", '"x1"'),
        ("BoxGroupOutput", "cascade-rcnn", "", [_IMAGE, _IMAGE, _IMAGE], "box_group_output_layer.cpp", '"x2"'),
        ("DecodeBBox", "cascade-rcnn", "", [(9, 4), (9, 5)], "decode_bbox_layer.cpp", '"x0"'),
        ("DetectionGroupAccuracy", "cascade-rcnn",
         "detection_group_accuracy_param { cls_num: 2 field_h: 3 field_w: 3 field_w: 5 }",
         [(1, 2, 8, 8), (1, 4, 8, 8), (1, 6, 8, 8)], "detection_group_accuracy_layer.cpp", "3"),
        ("Pad", "synopsys", "pad_param { paddings: 1 }", [_IMAGE], "pad_layer.cpp", "1"),
        ("Squeeze", "synopsys", "squeeze_param { axis: 0 }", [_IMAGE], "squeeze_layer.cpp", "0"),
        ("Mul", "synopsys", "", [_IMAGE, (2, 4, 8, 8)], "mul_layer.cpp", '"x1"'),
    ],
)  # fmt: skip
def test_a_layer_that_a_fork_refuses_says_where(
    kind: str, dialect: str, fields: str, bottoms: list[AnyShape], check: str, blamed: str
) -> None:
    assert refused(kind, fields, *bottoms, dialect=dialect) == (check, blamed)
