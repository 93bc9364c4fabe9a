"""Shapes of tops and parameters, layer type by layer type."""

from __future__ import annotations

import pytest

from caffe_ls.net.model import AnyShape, DataSource
from caffe_ls.net.shapes.registry import layer_types
from caffe_ls.schema import catalog
from tests.net.nets import inputs, layer, made, net_of, refused

_IMAGE = (2, 3, 8, 8)
_FIVE_AND_REST = "{ dim: 5 dim: -1 }"


def test_every_type_of_bvlc_and_ssd_has_a_rule() -> None:
    for dialect in ("bvlc", "ssd"):
        assert catalog.load(dialect).layer_types - layer_types().keys() == set()


@pytest.mark.parametrize(
    ("kind", "fields", "bottoms", "top"),
    [
        # Windows: convolution rounds down, pooling up; with padding its last window begins within the input.
        ("Convolution", "convolution_param { num_output: 4 kernel_size: 3 stride: 2 }", [_IMAGE], (2, 4, 3, 3)),
        ("Convolution", "convolution_param { num_output: 4 kernel_size: 3 dilation: 2 pad: 2 }", [_IMAGE],
         (2, 4, 8, 8)),
        ("Convolution", "convolution_param { num_output: 4 kernel_h: 1 kernel_w: 8 }", [_IMAGE], (2, 4, 8, 1)),
        ("Convolution", "convolution_param { num_output: 4 kernel_size: [2, 3] stride: [1, 5] }", [_IMAGE],
         (2, 4, 7, 2)),
        ("Convolution", "convolution_param { num_output: 4 kernel_size: 9 stride: 2 }", [_IMAGE], (2, 4, 1, 1)),
        ("Deconvolution", "convolution_param { num_output: 4 kernel_size: 4 stride: 2 pad: 1 }", [_IMAGE],
         (2, 4, 16, 16)),
        ("Im2col", "convolution_param { kernel_size: 3 }", [_IMAGE], (2, 27, 6, 6)),
        ("Pooling", "pooling_param { kernel_size: 3 stride: 2 }", [_IMAGE], (2, 3, 4, 4)),
        ("Pooling", "pooling_param { kernel_size: 3 stride: 2 round_mode: FLOOR }", [_IMAGE], (2, 3, 3, 3)),
        ("Pooling", "pooling_param { kernel_size: 2 stride: 2 pad: 1 }", [(1, 1, 7, 7)], (1, 1, 4, 4)),
        ("Pooling", "pooling_param { global_pooling: true pool: AVE }", [_IMAGE], (2, 3, 1, 1)),
        ("SPP", "spp_param { pyramid_height: 3 }", [_IMAGE], (2, 3 * (1 + 4 + 16))),
        ("SPP", "spp_param { pyramid_height: 1 }", [_IMAGE], (2, 3, 1, 1)),
        # Products.
        ("InnerProduct", "inner_product_param { num_output: 5 }", [_IMAGE], (2, 5)),
        ("InnerProduct", "inner_product_param { num_output: 5 axis: -1 }", [_IMAGE], (2, 3, 8, 5)),
        ("Embed", "embed_param { num_output: 5 input_dim: 9 }", [(2, 7)], (2, 7, 5)),
        # Number by number.
        ("ReLU", "", [(1, 2, 3, 4, 5)], (1, 2, 3, 4, 5)),
        ("Eltwise", "", [_IMAGE, _IMAGE], _IMAGE),
        ("Scale", "", [_IMAGE, (3,)], _IMAGE),
        ("MVN", "", [(2, 3)], (2, 3, 1, 1)),
        ("Softmax", "softmax_param { axis: -1 }", [(2, 3)], (2, 3)),
        # Rearranging.
        ("Concat", "", [(2, 3), (2, 4)], (2, 7)),
        ("Concat", "concat_param { concat_dim: 0 }", [(2, 3), (1, 3)], (3, 3)),
        ("Flatten", "", [_IMAGE], (2, 192)),
        ("Flatten", "flatten_param { axis: 0 end_axis: 1 }", [_IMAGE], (6, 8, 8)),
        ("Reshape", "reshape_param { shape { dim: 0 dim: -1 } }", [_IMAGE], (2, 192)),
        ("Reshape", "reshape_param { shape { dim: 2 dim: 4 } axis: 2 num_axes: 1 }", [_IMAGE], (2, 3, 2, 4, 8)),
        ("Crop", "crop_param { axis: 2 offset: 1 }", [_IMAGE, (9, 9, 5, 6)], (2, 3, 5, 6)),
        ("Tile", "tile_param { tiles: 3 }", [_IMAGE], (2, 9, 8, 8)),
        ("Reduction", "reduction_param { axis: 1 }", [_IMAGE], (2,)),
        ("Reduction", "", [_IMAGE], ()),
        ("ArgMax", "", [_IMAGE], (2, 1, 1, 1)),
        ("ArgMax", "argmax_param { top_k: 2 out_max_val: true }", [(2, 3)], (2, 2, 2)),
        ("ArgMax", "argmax_param { axis: 1 top_k: 2 }", [_IMAGE], (2, 2, 8, 8)),
        ("BatchReindex", "", [_IMAGE, (5,)], (5, 3, 8, 8)),
        ("Filter", "", [_IMAGE, (2, 1)], _IMAGE),
        # Losses and accuracy.
        ("SoftmaxWithLoss", "", [(2, 3, 4), (2, 4)], ()),
        ("EuclideanLoss", "", [(2, 3), (2, 3, 1)], ()),
        ("Accuracy", "", [(2, 3), (2,)], ()),
        # Time.
        ("LSTM", "recurrent_param { num_output: 6 }", [(5, 2, 7), (5, 2)], (5, 2, 6)),
        ("RNN", "recurrent_param { num_output: 6 }", [(5, 2, 7), (5, 2), (2, 4)], (5, 2, 6)),
        # SSD.
        ("Permute", "permute_param { order: 0 order: 2 order: 3 order: 1 }", [_IMAGE], (2, 8, 8, 3)),
        ("Permute", "permute_param { order: 3 }", [_IMAGE], (8, 2, 3, 8)),
        ("Normalize", "", [_IMAGE], _IMAGE),
        ("DetectionOutput", "detection_output_param { num_classes: 3 }", [(1, 16), (1, 12), (1, 2, 16)], (1, 1, 1, 7)),
        ("DetectionEvaluate", "detection_evaluate_param { num_classes: 21 }", [(1, 1, 1, 7), (1, 1, 4, 8)],
         (1, 1, 21, 5)),
        ("SmoothL1Loss", "", [(2, 4), (2, 4, 1, 1)], ()),
        # Other forks.
        ("Axpy", "", [(2, 3, 1, 1), _IMAGE, _IMAGE], _IMAGE),
        ("ShuffleChannel", "shuffle_channel_param { group: 3 }", [_IMAGE], _IMAGE),
        ("ROIPooling", "roi_pooling_param { pooled_h: 6 pooled_w: 7 }", [_IMAGE, (9, 5)], (9, 3, 6, 7)),
        ("PSROIPooling", "psroi_pooling_param { output_dim: 2 group_size: 3 }", [(1, 18, 8, 8), (9, 5)], (9, 2, 3, 3)),
        ("Interp", "interp_param { zoom_factor: 2 }", [_IMAGE], (2, 3, 15, 15)),
        ("Upsample", "upsample_param { scale: 2 }", [_IMAGE], (2, 3, 16, 16)),
        ("CReLU", "", [_IMAGE], (2, 6, 8, 8)),
        ("Reorg", "reorg_param { stride: 2 }", [_IMAGE], (2, 12, 4, 4)),
    ],
)  # fmt: skip
def test_a_top_has_the_shape(kind: str, fields: str, bottoms: list[AnyShape], top: AnyShape) -> None:
    assert made(kind, fields, *bottoms).top_shapes == (top,)


@pytest.mark.parametrize(
    ("kind", "fields", "bottoms", "params"),
    [
        ("Convolution", "convolution_param { num_output: 6 kernel_size: 3 group: 3 }", [_IMAGE], ((6, 1, 3, 3), (6,))),
        ("Deconvolution", "convolution_param { num_output: 6 kernel_size: 2 bias_term: false }", [_IMAGE],
         ((3, 6, 2, 2),)),
        ("ConvolutionDepthwise", "convolution_param { num_output: 3 kernel_size: 3 }", [_IMAGE], ((3, 1, 3, 3), (3,))),
        ("InnerProduct", "inner_product_param { num_output: 5 transpose: true }", [(2, 7)], ((7, 5), (5,))),
        ("Embed", "embed_param { num_output: 5 input_dim: 9 bias_term: false }", [(2,)], ((9, 5),)),
        ("BatchNorm", "", [_IMAGE], ((3,), (3,), (1,))),
        ("Scale", "scale_param { bias_term: true }", [_IMAGE], ((3,), (3,))),
        ("Scale", "scale_param { axis: 0 num_axes: -1 }", [_IMAGE], (_IMAGE,)),
        ("Scale", "scale_param { num_axes: 0 }", [_IMAGE], ((),)),
        ("Scale", "scale_param { bias_term: true }", [_IMAGE, (3, 8)], ((3, 8),)),
        ("Bias", "bias_param { axis: 2 num_axes: 2 }", [_IMAGE], ((8, 8),)),
        ("PReLU", "", [_IMAGE], ((3,),)),
        ("PReLU", "prelu_param { channel_shared: true }", [_IMAGE], ((),)),
        ("LSTM", "recurrent_param { num_output: 6 }", [(5, 2, 7), (5, 2), (2, 3)],
         ((24, 7), (24,), (24, 3), (24, 6))),
        ("RNN", "recurrent_param { num_output: 6 }", [(5, 2, 7), (5, 2)], ((6, 7), (6,), (6, 6), (6, 6), (6,))),
        ("Normalize", "norm_param { channel_shared: false }", [_IMAGE], ((3,),)),
    ],
)  # fmt: skip
def test_parameters_have_the_shapes(
    kind: str, fields: str, bottoms: list[AnyShape], params: tuple[AnyShape, ...]
) -> None:
    assert made(kind, fields, *bottoms).param_shapes == params


@pytest.mark.parametrize(
    ("param", "priors"),
    [
        ("min_size: 30 aspect_ratio: 2", 3),
        ("min_size: 30 max_size: 60 aspect_ratio: [2, 3]", 6),
        ("min_size: 30 aspect_ratio: [2, 0.5] flip: false", 3),
        ("min_size: 30 aspect_ratio: [3, 0.3333]", 5),
        ("min_size: 30 aspect_ratio: [3, 0.333333]", 3),
        ("min_size: 30 aspect_ratio: [1, 1.0]", 1),
        ("min_size: [3, 4] max_size: [5, 6] aspect_ratio: 2", 8),
    ],
)
def test_prior_boxes_are_counted_by_size_and_ratio(param: str, priors: int) -> None:
    found = made("PriorBox", f"prior_box_param {{ {param} }}", (1, 9, 2, 3), (1, 3, 300, 300))
    assert found.top_shapes == ((1, 2, 2 * 3 * priors * 4),)


def test_slices_are_equal_or_end_at_their_points() -> None:
    assert made("Slice", "", (2, 6), tops=3).top_shapes == ((2, 2),) * 3
    points = "slice_param { slice_point: 1 slice_point: 4 }"
    assert made("Slice", points, (2, 6), tops=3).top_shapes == ((2, 1), (2, 3), (2, 2))


def test_multiply_adds_count_every_place_of_the_output() -> None:
    found = made("Convolution", "convolution_param { num_output: 4 kernel_size: 3 group: 1 }", _IMAGE)
    assert found.macs == 2 * (6 * 6) * 4 * (3 * 3 * 3)
    assert made("InnerProduct", "inner_product_param { num_output: 5 }", _IMAGE).macs == 2 * 192 * 5


def test_exposed_states_are_further_tops() -> None:
    fields = "recurrent_param { num_output: 6 expose_hidden: true }"
    found = made("LSTM", fields, (5, 2, 7), (5, 2), (1, 2, 6), (1, 2, 6), tops=3)
    assert found.top_shapes == ((5, 2, 6), (1, 2, 6), (1, 2, 6))


@pytest.mark.parametrize(
    ("kind", "fields", "shape", "refusal"),
    [
        ("Convolution", "convolution_param { kernel_size: 3 }", _IMAGE,
         ("base_conv_layer.cpp:119", "{ kernel_size: 3 }")),
        ("Convolution", "convolution_param { num_output: 4 kernel_size: 3 group: 2 }", _IMAGE,
         ("base_conv_layer.cpp:121", "2")),
        ("Convolution", "convolution_param { num_output: 4 kernel_size: 19 }", _IMAGE, ("blob.cpp:32", None)),
        ("Convolution", "convolution_param { num_output: 4 kernel_size: 3 kernel_h: 5 }", _IMAGE,
         ("base_conv_layer.cpp:29", "5")),
        ("Pooling", "pooling_param { global_pooling: true kernel_size: 8 }", _IMAGE, ("pooling_layer.cpp:18", "8")),
        ("Pooling", "pooling_param { kernel_size: 2 pad: 2 }", _IMAGE, ("pooling_layer.cpp:74", "2")),
        ("Pooling", "pooling_param { kernel_size: 2 }", (2, 3), ("pooling_layer.cpp:82", '"x0"')),
        ("Softmax", "softmax_param { axis: 2 }", (2, 3), ("blob.hpp:122", "2")),
        ("Reshape", "reshape_param { shape { dim: 5 dim: -1 } }", _IMAGE, ("reshape_layer.cpp:80", _FIVE_AND_REST)),
        ("LRN", "lrn_param { local_size: 4 }", _IMAGE, ("lrn_layer.cpp:12", "4")),
        ("Permute", "permute_param { order: 1 order: 1 }", _IMAGE, ("permute_layer.cpp:41", "1")),
        ("Input", "", _IMAGE, ("layer.hpp:349", '"x0"')),
        # What is empty cannot be filled; a uint32 beyond an int turns negative.
        ("InnerProduct", "inner_product_param { num_output: 4 }", (0, 3), ("blob.cpp:133", '"x0"')),
        ("InnerProduct", "inner_product_param { num_output: 4 }", (2, 0), ("blob.cpp:133", None)),
        ("BatchNorm", "", (0, 3), ("blob.cpp:133", '"x0"')),
        ("Convolution", "convolution_param { num_output: 4 kernel_size: 3 stride: 4294967295 }", _IMAGE,
         ("base_conv_layer.cpp:68", "4294967295")),
        ("SPP", "spp_param { pyramid_height: 4000000000 }", _IMAGE, ("layer.hpp:369", "4000000000")),
    ],
)  # fmt: skip
def test_a_layer_that_caffe_refuses_says_where(
    kind: str, fields: str, shape: AnyShape, refusal: tuple[str, str | None]
) -> None:
    check, blamed = refused(kind, fields, shape)
    assert check == refusal[0]
    assert refusal[1] in (blamed, None)


def test_what_is_unknown_stays_unknown_and_refuses_nothing() -> None:
    for kind, meanings in layer_types().items():
        is_loss = any(declared.is_loss for declared in meanings.values())
        net = net_of(inputs(*(None,) * 2) + layer(kind, "", 2 if is_loss else 1))
        assert all(shape in (None, ()) for shape in net.layers[-1].top_shapes), kind


def test_known_axes_of_half_known_blobs_are_used() -> None:
    text = 'layer { name: "d" type: "Data" top: "x0" data_param { batch_size: 4 } transform_param { crop_size: 9 } }\n'
    net = net_of(text + layer("Pooling", "pooling_param { kernel_size: 3 }"), data=DataSource(batch=2))
    assert net.blobs == {"x0": (2, 3, 9, 9), "y0": (2, 3, 7, 7)}


class TestData:
    """Data layers read what options tell, else what can be assumed."""

    TEXT = 'layer { name: "d" type: "%s" top: "d" top: "l" transform_param { %s } %s }'

    def _shapes(
        self, kind: str, transform: str = "", fields: str = "", data: DataSource | None = None
    ) -> list[AnyShape]:
        net = net_of(self.TEXT % (kind, transform, fields), data=data)
        assert net.refusals == ()
        return list(net.blobs.values())

    @pytest.mark.parametrize("kind", ["Data", "ImageData", "HDF5Data", "WindowData", "VideoData"])
    def test_options_give_batch_and_shape(self, kind: str) -> None:
        assert self._shapes(kind, data=DataSource((3, 20, 30), 2)) == [(2, 3, 20, 30), (2,)]

    def test_cropping_wins_over_the_options_size(self) -> None:
        assert self._shapes("Data", "crop_size: 10", data=DataSource((3, 20, 30), 2))[0] == (2, 3, 10, 10)

    def test_gray_has_one_channel(self) -> None:
        assert self._shapes("Data", "force_gray: true", data=DataSource((3, 20, 30), 2))[0] == (2, 1, 20, 30)

    def test_labels_of_annotated_data_are_as_many_as_there_are_boxes(self) -> None:
        fields = "resize_param { height: 30 width: 40 }"
        assert self._shapes("AnnotatedData", fields, data=DataSource((3, 9, 9), 2)) == [(2, 3, 30, 40), (1, 1, None, 8)]

    def test_one_mode_of_resizing_keeps_the_ratio_of_the_sides(self) -> None:
        fields = "resize_param { height: 30 width: 30 resize_mode: FIT_SMALL_SIZE }"
        assert self._shapes("AnnotatedData", fields, data=DataSource((3, 10, 20), 1))[0] == (1, 3, 30, 60)

    def test_without_options_the_batch_is_the_layers_and_channels_are_assumed_with_a_crop(self) -> None:
        net = net_of(self.TEXT % ("Data", "crop_size: 10", "data_param { batch_size: 7 }"))
        assert net.blobs == {"d": (7, 3, 10, 10), "l": (7,)}
        assert "3 channels" in net.layers[0].assumes

    def test_without_a_crop_only_the_batch_is_known(self) -> None:
        assert self._shapes("Data", fields='data_param { source: "db" batch_size: 7 }') == [(7, None, None, None), (7,)]

    def test_layers_that_know_their_shape_keep_it(self) -> None:
        memory = "memory_data_param { batch_size: 4 channels: 1 height: 2 width: 3 }"
        assert self._shapes("MemoryData", fields=memory, data=DataSource((3, 9, 9), 1)) == [(4, 1, 2, 3), (4,)]
        dummy = "dummy_data_param { num: [4, 5] channels: 1 height: 2 width: 3 }"
        assert self._shapes("DummyData", fields=dummy) == [(4, 1, 2, 3), (5, 1, 2, 3)]


def test_what_a_run_told_of_its_data_goes_before_all_else() -> None:
    text = 'layer { name: "d" type: "Python" top: "x" top: "l" }\nlayer { name: "r" type: "ReLU" bottom: "x" top: "r" }'
    net = net_of(text, data=DataSource((3, 8, 8), 1, told=(("d", ((4, 5), (4,))), ("r", ((9, 9),)))))
    assert net.blobs == {"x": (4, 5), "l": (4,), "r": (4, 5)}
    assert net.refusals == ()
