"""Poolings and pyramids that Caffe refuses, and odd ones that it takes."""

from __future__ import annotations

import pytest

from caffe_ls.net.faults import Fault
from caffe_ls.net.model import AnyShape
from tests.net.shapes.refused import BIG, IMAGE, checks_of, net_above, told


class TestPooling:
    @pytest.mark.parametrize(
        ("param", "shape", "expected"),
        [
            ("global_pooling: true kernel_w: 0", IMAGE, ("pooling_layer.cpp:18", "0")),
            ("pool: MAX", IMAGE, ("pooling_layer.cpp:22", "{ pool: MAX }")),
            ("kernel_h: 2", IMAGE, ("pooling_layer.cpp:22", "2")),
            ("kernel_size: 2 kernel_h: 3 kernel_w: 4", IMAGE, ("pooling_layer.cpp:22", "2")),
            ("kernel_size: 2 pad: 1 pad_h: 1", IMAGE, ("pooling_layer.cpp:29", "1")),
            ("kernel_size: 2 pad_w: 1", IMAGE, ("pooling_layer.cpp:29", "1")),
            ("kernel_size: 2 stride_h: 2", IMAGE, ("pooling_layer.cpp:33", "2")),
            ("kernel_size: 2 stride: 1 stride_h: 2 stride_w: 2", IMAGE, ("pooling_layer.cpp:33", "2")),
            ("kernel_size: 0", IMAGE, ("pooling_layer.cpp:50", "0")),
            ("kernel_h: 1 kernel_w: 0", IMAGE, ("pooling_layer.cpp:51", "0")),
            ("global_pooling: true", (2, 3, 0, 8), ("pooling_layer.cpp:50", '"x0"')),
            ("global_pooling: true pad: 1", IMAGE, ("pooling_layer.cpp:65", "1")),
            ("global_pooling: true stride: 2", IMAGE, ("pooling_layer.cpp:65", "2")),
            ("pool: STOCHASTIC kernel_size: 2 pad: 1", IMAGE, ("pooling_layer.cpp:69", "1")),
            ("kernel_size: 2 pad: 2", IMAGE, ("pooling_layer.cpp:74", "2")),
            ("kernel_size: 2 pad_h: 0 pad_w: 2", IMAGE, ("pooling_layer.cpp:75", "2")),
            ("kernel_size: 2", (2, 3, 8), ("pooling_layer.cpp:82", '"x0"')),
            ("kernel_size: 2", (2, 3, 8, 8, 8), ("pooling_layer.cpp:82", '"x0"')),
            ("global_pooling: true", (2, 3, 8, 8, 8), ("blob.hpp:140", '"x0"')),
            ("kernel_size: 2 stride: 0", IMAGE, ("blob.cpp:32", "0")),
            ("kernel_size: 12 stride: 2", IMAGE, ("blob.cpp:32", "12")),
            ("kernel_size: 10 stride: 2", IMAGE, ("blob.cpp:133", "10")),
            (f"kernel_size: {BIG}", IMAGE, ("pooling_layer.cpp:50", BIG)),
            (f"kernel_size: 2 stride: {BIG}", IMAGE, ("blob.cpp:32", "2")),
        ],
    )
    def test_is_refused_once_and_at_the_field(self, param: str, shape: AnyShape, expected: tuple[str, str]) -> None:
        assert told("Pooling", f"pooling_param {{ {param} }}", shape) == [expected]

    @pytest.mark.parametrize(
        "param",
        [
            "kernel_size: 2 kernel_h: 2",
            "kernel_size: 9 stride: 2",
            "global_pooling: true pad: 0 stride: 1",
            "kernel_size: 2 stride: 10",
            "kernel_size: 2 stride: 9 pad: 1",
            f"kernel_size: 3 pad: {BIG}",
            f"kernel_size: 8 stride: {BIG}",
        ],
    )
    def test_is_taken_as_odd_as_it_looks(self, param: str) -> None:
        assert told("Pooling", f"pooling_param {{ {param} }}", IMAGE) == []

    def test_its_mask_is_a_second_top_of_maxima_only(self) -> None:
        assert checks_of("Pooling", "pooling_param { kernel_size: 2 }", IMAGE, tops=2) == []
        _, net = net_above("Pooling", "pooling_param { pool: AVE kernel_size: 2 }", [IMAGE], tops=2)
        assert [refusal.fault for refusal in net.refusals] == [Fault.WRONG_NUMBER_OF_TOPS]

    @pytest.mark.parametrize(
        ("param", "shape", "expected"),
        [
            ("pyramid_height: 4", (1, 2, 8, 8), []),
            ("pyramid_height: 5", (1, 2, 8, 8), ["pooling_layer.cpp:74"]),
            ("pyramid_height: 2", (1, 2, 5, 7), []),
            ("pyramid_height: 3", (1, 2, 5, 8), ["pooling_layer.cpp:74"]),
            ("pyramid_height: 3", (1, 2, 8, 5), ["pooling_layer.cpp:75"]),
            ("pyramid_height: 2 pool: STOCHASTIC", (1, 2, 5, 5), ["pooling_layer.cpp:69"]),
            ("pyramid_height: 2 pool: STOCHASTIC", (1, 2, 4, 4), []),
            ("", (1, 2, 8, 8), ["layer.hpp:369"]),
            ("pyramid_height: 1", (1, 2, 0, 8), ["spp_layer.cpp:74"]),
            ("pyramid_height: 1", (1, 2, 8), ["spp_layer.cpp:148"]),
            ("pyramid_height: 1", (1, 2, 8, 8, 8), ["blob.hpp:140"]),
        ],
    )
    def test_a_pyramids_levels_are_poolings(self, param: str, shape: AnyShape, expected: list[str]) -> None:
        assert checks_of("SPP", f"spp_param {{ {param} }}", shape) == expected
