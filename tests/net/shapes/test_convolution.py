"""Convolutions and windows that Caffe refuses, and odd ones that it takes."""

from __future__ import annotations

import pytest

from caffe_ls.net.faults import Fault
from caffe_ls.net.model import AnyShape
from tests.net.shapes.refused import BIG, IMAGE, net_above, told, told_of_convolution


class TestConvolution:
    @pytest.mark.parametrize(
        ("param", "shape", "expected"),
        [
            ("num_output: 4 kernel_size: 3 axis: 4", IMAGE, ("blob.hpp:122", "4")),
            ("num_output: 4 kernel_size: 3 axis: -5", IMAGE, ("blob.hpp:119", "-5")),
            ("num_output: 4 kernel_h: 3 kernel_w: 3", (2, 3, 8), ("base_conv_layer.cpp:27", "3")),
            ("num_output: 4 kernel_size: 3 kernel_w: 3", IMAGE, ("base_conv_layer.cpp:29", "3")),
            ("num_output: 4 kernel_size: [3, 3, 3]", IMAGE, ("base_conv_layer.cpp:35", "3")),
            ("num_output: 4", IMAGE, ("base_conv_layer.cpp:35", "{ num_output: 4 }")),
            ("num_output: 4 kernel_size: 0", IMAGE, ("base_conv_layer.cpp:45", "0")),
            ("num_output: 4 kernel_w: 3", IMAGE, ("base_conv_layer.cpp:45", "3")),
            ("num_output: 4 kernel_size: 3 stride_w: 1", (2, 3, 8), ("base_conv_layer.cpp:51", "1")),
            ("num_output: 4 kernel_size: 3 stride: 1 stride_h: 1 stride_w: 1", IMAGE, ("base_conv_layer.cpp:53", "1")),
            ("num_output: 4 kernel_size: 3 stride: [1, 1, 1]", IMAGE, ("base_conv_layer.cpp:59", "1")),
            ("num_output: 4 kernel_size: 3 stride: 0", IMAGE, ("base_conv_layer.cpp:68", "0")),
            ("num_output: 4 kernel_size: 3 stride: [1, 0]", IMAGE, ("base_conv_layer.cpp:68", "0")),
            ("num_output: 4 kernel_size: 3 pad_h: 1", (2, 3, 8, 8, 8), ("base_conv_layer.cpp:75", "1")),
            ("num_output: 4 kernel_size: 3 pad: 1 pad_w: 1", IMAGE, ("base_conv_layer.cpp:77", "1")),
            ("num_output: 4 kernel_size: 3 pad: [1, 1, 1]", IMAGE, ("base_conv_layer.cpp:83", "1")),
            ("num_output: 4 kernel_size: 3 dilation: [1, 1, 1]", IMAGE, ("base_conv_layer.cpp:98", "1")),
            ("num_output: 0 kernel_size: 3", IMAGE, ("base_conv_layer.cpp:119", "0")),
            ("num_output: 4 kernel_size: 3 group: 4", IMAGE, ("base_conv_layer.cpp:121", "4")),
            ("num_output: 4 kernel_size: 3 group: 3", IMAGE, ("base_conv_layer.cpp:122", "4")),
            ("num_output: 4 kernel_size: 20", IMAGE, ("blob.cpp:32", "20")),
            ("num_output: 4 kernel_h: 3 kernel_w: 20", IMAGE, ("blob.cpp:32", "20")),
            ("num_output: 4 kernel_size: 3 dilation: 6", IMAGE, ("blob.cpp:32", "6")),
            ("num_output: 4 kernel_size: 9", IMAGE, ("blob.cpp:133", "9")),
            ("num_output: 4 kernel_size: 3", (2, 512, 800, 800), ("blob.cpp:34", "3")),
            # Crashes without a word.
            ("num_output: 4 kernel_size: 3 group: 0", IMAGE, ("SIGFPE", "0")),
            ("num_output: 4 kernel_size: 3 stride_h: 2", IMAGE, ("SIGFPE", "2")),
            ("num_output: 4 kernel_size: 3 stride_h: 0 stride_w: 1", IMAGE, ("SIGFPE", "0")),
            # A uint32 beyond an int turns negative, and is refused where that is.
            (f"num_output: {BIG} kernel_size: 3", IMAGE, ("base_conv_layer.cpp:119", BIG)),
            (f"num_output: 4 kernel_size: {BIG}", IMAGE, ("base_conv_layer.cpp:45", BIG)),
            (f"num_output: 4 kernel_size: 3 stride: {BIG}", IMAGE, ("base_conv_layer.cpp:68", BIG)),
            (f"num_output: 4 kernel_size: 3 stride_h: {BIG} stride_w: 1", IMAGE, ("blob.cpp:32", "3")),
            (f"num_output: 4 kernel_size: 3 pad: {BIG} dilation: 4", IMAGE, ("blob.cpp:32", "4")),
            (f"num_output: 4 kernel_size: 3 group: {BIG}", IMAGE, ("blob.cpp:32", BIG)),
        ],
    )
    def test_is_refused_once_and_at_the_field(self, param: str, shape: AnyShape, expected: tuple[str, str]) -> None:
        assert told_of_convolution(param, shape) == [expected]

    @pytest.mark.parametrize(
        ("param", "shape"),
        [
            ("num_output: 4 kernel_size: 3 kernel_size: 3", IMAGE),
            ("num_output: 4 kernel_size: 3 pad_h: 1", IMAGE),
            ("num_output: 4 kernel_size: [1, 2, 3] stride: [1, 2, 3]", (2, 3, 8, 8, 8)),
            ("num_output: 4", (2, 3)),
            ("num_output: 4 kernel_size: 3", (2, 3)),
            ("num_output: 4 kernel_size: 3 axis: -3", IMAGE),
            ("num_output: 4 kernel_size: 3 axis: 2 pad: 7", (2, 3, 8, 8)),
            ("num_output: 4 kernel_size: 3 dilation: 0", IMAGE),
            (f"num_output: 4 kernel_size: 3 pad: {BIG}", IMAGE),
            (f"num_output: 4 kernel_size: 8 stride_h: {BIG} stride_w: 1", IMAGE),
            ("num_output: 4 kernel_size: 30", (2, 3, None, None)),
        ],
    )
    def test_is_taken_as_odd_as_it_looks(self, param: str, shape: AnyShape) -> None:
        assert told_of_convolution(param, shape) == []

    def test_all_its_faults_aretold(self) -> None:
        expected = told_of_convolution("kernel_size: 3 kernel_h: 3 stride: 0 group: 2 pad: [1, 1, 1]")
        assert [check.rpartition(":")[2] for check, _ in expected] == ["119", "29", "83", "68", "121"]

    def test_without_a_bias_an_empty_output_is_found_at_the_first_pass(self) -> None:
        _, net = net_above(
            "Convolution", "convolution_param { num_output: 4 kernel_size: 9 bias_term: false }", [IMAGE]
        )
        (refusal,) = net.refusals
        assert (refusal.fault, refusal.stage) == (Fault.EMPTY_BLOB, "first-iteration")
        assert net.blobs["y0"] == (2, 4, 0, 0)

    def test_several_inputs_have_one_shape(self) -> None:
        fields = "convolution_param { num_output: 4 kernel_size: 3 }"
        assert told("Convolution", fields, IMAGE, (2, 3, 8, 7), tops=2) == [("base_conv_layer.cpp:195", '"x1"')]

    def test_a_stride_of_zero_lets_a_deconvolution_crash_at_the_first_pass(self) -> None:
        _, net = net_above("Deconvolution", "convolution_param { num_output: 4 kernel_size: 3 stride_h: 2 }", [IMAGE])
        assert [(refusal.check, refusal.stage) for refusal in net.refusals] == [("SIGFPE", "first-iteration")]

    def test_a_deconvolutions_padding_takes_from_its_output(self) -> None:
        assert told_of_convolution("num_output: 3 kernel_size: 1 pad: 8", kind="Deconvolution") == [
            ("blob.cpp:32", "8")
        ]
        assert told_of_convolution("num_output: 3 kernel_size: 1 pad: 4", kind="Deconvolution") == [
            ("blob.cpp:133", "4")
        ]

    def test_im2col_has_the_same_checks_at_other_lines(self) -> None:
        assert told_of_convolution("kernel_size: 0", kind="Im2col") == [("im2col_layer.cpp:41", "0")]
        assert told_of_convolution("kernel_size: 3", (2, 3), kind="Im2col") == [("im2col_layer.cpp:17", '"x0"')]

    def test_the_place_of_the_size_is_told_along_its_axis(self) -> None:
        _, net = net_above("Convolution", "convolution_param { num_output: 4 kernel_size: 3 group: 2 }", [IMAGE])
        assert net.refusals[0].about == ((0, 1),)
