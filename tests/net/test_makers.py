"""Who made the numbers that a layer reads, and how far apart the places of a map are."""

from __future__ import annotations

import pytest

from caffe_ls.analysis.nets import judged_nets
from caffe_ls.net.makers import direct_maker, inputs_above, makers
from caffe_ls.net.model import Net
from caffe_ls.net.strides import stride_of
from tests.rules.checking import document_of

DATA = """\
layer { name: "a" type: "Input" top: "a" input_param { shape { dim: 2 dim: 3 dim: 32 dim: 32 } } }
layer { name: "b" type: "Input" top: "b" input_param { shape { dim: 2 dim: 3 dim: 32 dim: 32 } } }
"""


def _net(text: str) -> Net:
    return judged_nets(document_of(DATA + text))[0]


def _names(net: Net, indexes: tuple[int, ...] | frozenset[int]) -> list[str]:
    return [net.layers[index].name for index in sorted(indexes)]


def test_what_only_moves_numbers_made_none_of_them() -> None:
    net = _net(
        'layer { name: "relu" type: "ReLU" bottom: "a" top: "r" }'
        'layer { name: "flat" type: "Flatten" bottom: "r" top: "f" }'
        'layer { name: "out" type: "Silence" bottom: "f" }'
    )
    last = len(net.layers) - 1
    assert _names(net, makers(net, last)) == ["relu"]
    direct = direct_maker(net, last)
    assert direct is not None
    assert net.layers[direct].name == "flat"


def test_joined_blobs_have_several_makers() -> None:
    net = _net(
        'layer { name: "join" type: "Concat" bottom: "a" bottom: "b" bottom: "a" top: "j" }'
        'layer { name: "out" type: "Silence" bottom: "j" }'
    )
    assert _names(net, makers(net, len(net.layers) - 1)) == ["a", "b"]


def test_a_bottom_that_nothing_makes_has_no_maker() -> None:
    net = _net('layer { name: "out" type: "Silence" bottom: "nowhere" }')
    last = len(net.layers) - 1
    assert makers(net, last) == ()
    assert direct_maker(net, last) is None
    assert inputs_above(net, last) == frozenset()


def test_all_inputs_are_found_through_layers_that_compute() -> None:
    net = _net(
        'layer { name: "sum" type: "Eltwise" bottom: "a" bottom: "b" top: "s" }'
        'layer { name: "relu" type: "ReLU" bottom: "s" top: "s" }'
        'layer { name: "out" type: "Silence" bottom: "s" }'
    )
    assert _names(net, inputs_above(net, len(net.layers) - 1)) == ["a", "b"]


CONV = 'layer { name: "%s" type: "%s" bottom: "%s" top: "%s" convolution_param { num_output: 4 kernel_size: 2 %s } }'
POOL = 'layer { name: "%s" type: "Pooling" bottom: "%s" top: "%s" pooling_param { %s } }'


@pytest.mark.parametrize(
    ("layers", "stride"),
    [
        (CONV % ("c", "Convolution", "a", "x", "stride: 4"), 4),
        (CONV % ("c", "Convolution", "a", "y", "stride: 4") + POOL % ("p", "y", "x", "kernel_size: 2 stride: 2"), 8),
        (CONV % ("c", "Convolution", "a", "y", "stride: 4") + CONV % ("d", "Deconvolution", "y", "x", "stride: 2"), 2),
        (CONV % ("c", "Convolution", "a", "x", ""), 1),
        (CONV % ("c", "Convolution", "a", "x", "stride_h: 2 stride_w: 3"), None),
        (POOL % ("p", "a", "x", "global_pooling: true"), None),
        ('layer { name: "r" type: "ReLU" bottom: "a" top: "x" }', None),
    ],
)
def test_strides_multiply_along_the_way(layers: str, stride: float | None) -> None:
    net = _net(layers + 'layer { name: "out" type: "Silence" bottom: "x" }')
    assert stride_of(net, net.layers[-1].sources[0]) == stride


def test_an_input_that_is_a_feature_map_tells_nothing_of_the_image() -> None:
    map_ = 'layer { name: "m" type: "Input" top: "m" input_param { shape { dim: 1 dim: 64 dim: 9 dim: 9 } } }'
    net = _net(map_ + CONV % ("c", "Convolution", "m", "x", "stride: 2") + 'layer { type: "Silence" bottom: "x" }')
    assert stride_of(net, net.layers[-1].sources[0]) is None
