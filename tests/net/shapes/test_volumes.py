"""Windows over clips of frames, as C3D's sources make them."""

from __future__ import annotations

import pytest

from caffe_ls.net.model import DataSource
from tests.net.nets import made, net_of, refused

_CLIP = (1, 3, 16, 112, 112)
_OLD = 'layers { name: "%s" type: %s bottom: "%s" top: "%s" %s }\n'


def _conv(name: str, bottom: str, outputs: int) -> str:
    fields = f"num_output: {outputs} kernel_size: 3 kernel_depth: 3 pad: 1 temporal_pad: 1"
    return _OLD % (name, "CONVOLUTION3D", bottom, name, f"convolution_param {{ {fields} }}")


def _pool(name: str, bottom: str, depth: int = 2) -> str:
    fields = f"pool: MAX kernel_size: 2 kernel_depth: {depth} stride: 2 temporal_stride: {depth}"
    return _OLD % (name, "POOLING3D", bottom, name, f"pooling_param {{ {fields} }}")


def test_the_published_net_has_the_sizes_that_its_paper_and_its_conversions_tell() -> None:
    data = "source: 'list' batch_size: 30 crop_size: 112 new_height: 128 new_width: 171 new_length: 16"
    net = net_of(
        f'layers {{ name: "data" type: VIDEO_DATA top: "data" top: "label" image_data_param {{ {data} }} }}\n'
        + _conv("conv1a", "data", 64)
        + _pool("pool1", "conv1a", depth=1)
        + _conv("conv2a", "pool1", 128)
        + _pool("pool2", "conv2a")
        + _conv("conv3a", "pool2", 256)
        + _conv("conv3b", "conv3a", 256)
        + _pool("pool3", "conv3b")
        + _conv("conv4a", "pool3", 512)
        + _pool("pool4", "conv4a")
        + _conv("conv5a", "pool4", 512)
        + _pool("pool5", "conv5a")
        + _OLD % ("fc6", "INNER_PRODUCT", "pool5", "fc6", "inner_product_param { num_output: 4096 }"),
        dialect="c3d",
    )
    assert net.refusals == ()
    assert net.blobs["label"] == (30, 1, 1, 1, 1)
    assert {name: net.blobs[name] for name in ("conv1a", "pool1", "pool2", "pool3", "pool4", "pool5", "fc6")} == {
        "conv1a": (30, 64, 16, 112, 112),
        "pool1": (30, 64, 16, 56, 56),
        "pool2": (30, 128, 8, 28, 28),
        "pool3": (30, 256, 4, 14, 14),
        "pool4": (30, 512, 2, 7, 7),
        "pool5": (30, 512, 1, 4, 4),
        "fc6": (30, 4096),
    }
    assert [net.layers[at].param_shapes for at in (1, 12)] == [
        ((64, 3, 3, 3, 3), (1, 1, 1, 1, 64)),
        ((4096, 8192), (4096,)),
    ]


@pytest.mark.parametrize(
    ("kind", "fields", "top", "weights"),
    [
        ("Convolution3D", "convolution3d_param { num_output: 8 kernel_size: 3 kernel_depth: 1 stride: 2 }",
         (1, 8, 16, 55, 55), (8, 3, 1, 3, 3)),
        ("Convolution3D", "convolution_param { num_output: 8 kernel_size: 5 kernel_depth: 3 filter_group: 2 }",
         (1, 8, 14, 108, 108), (8, 3, 3, 5, 5)),
        ("Deconvolution3D", "convolution_param { num_output: 4 kernel_size: 4 kernel_depth: 4 stride: 2 pad: 1"
         " temporal_stride: 2 temporal_pad: 1 }", (1, 4, 32, 224, 224), (3, 4, 4, 4, 4)),
    ],
)  # fmt: skip
def test_filters_reach_over_all_channels_and_some_frames(
    kind: str, fields: str, top: tuple[int, ...], weights: tuple[int, ...]
) -> None:
    layer = made(kind, fields, _CLIP, dialect="c3d")
    assert layer.top_shapes == (top,)
    assert layer.param_shapes is not None
    assert layer.param_shapes[0] == weights


def test_averages_are_padded_along_height_and_width_alone() -> None:
    fields = "pooling_param { pool: AVE kernel_size: 3 kernel_depth: 2 pad: 1 stride: 2 temporal_stride: 2 }"
    assert made("Pooling3D", fields, _CLIP, dialect="c3d").top_shapes == ((1, 3, 8, 57, 57),)


def test_a_kernel_that_is_not_given_leaves_its_axis_open() -> None:
    fields = "pooling_param { kernel_size: 2 stride: 2 }"
    assert made("Pooling3D", fields, _CLIP, dialect="c3d").top_shapes == ((1, 3, None, 56, 56),)


@pytest.mark.parametrize(
    ("kind", "fields", "blamed"),
    [
        ("Convolution3D", "convolution_param { kernel_size: 3 kernel_depth: 3 }",
         "{ kernel_size: 3 kernel_depth: 3 }"),
        ("Convolution3D", "convolution_param { num_output: 8 kernel_size: 3 kernel_depth: 3 filter_group: 3 }", "3"),
        ("Pooling3D", "pooling_param { pool: MAX kernel_size: 2 kernel_depth: 2 pad: 1 }", "1"),
    ],
)  # fmt: skip
def test_what_c3d_checks_is_refused(kind: str, fields: str, blamed: str) -> None:
    assert refused(kind, fields, _CLIP, dialect="c3d")[1] == blamed


def test_of_images_instead_of_clips_nothing_is_told() -> None:
    layer = made("Convolution3D", "convolution_param { num_output: 8 kernel_size: 3 }", (1, 3, 8, 8), dialect="c3d")
    assert layer.top_shapes == (None,)


def test_the_batch_that_is_asked_about_goes_before_the_text() -> None:
    text = 'layers { name: "d" type: VIDEO_DATA top: "d" image_data_param { batch_size: 30 new_length: 8 } }\n'
    assert net_of(text, data=DataSource(batch=2), dialect="c3d").blobs == {"d": (2, 3, 8, None, None)}
