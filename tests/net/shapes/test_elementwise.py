"""Layers that work number by number, and those that normalise: what Caffe refuses of them."""

from __future__ import annotations

import pytest

from caffe_ls.net.model import AnyShape, Phase
from tests.net.nets import inputs, layer, net_of
from tests.net.shapes.refused import BIG, IMAGE, checks_of


class TestNumberByNumber:
    @pytest.mark.parametrize(
        ("kind", "fields", "shapes", "expected"),
        [
            ("Exp", "exp_param { base: 0 }", [IMAGE], ["exp_layer.cpp:14"]),
            ("Exp", "exp_param { base: -2 }", [IMAGE], ["exp_layer.cpp:14"]),
            ("Exp", "exp_param { base: nan }", [IMAGE], ["exp_layer.cpp:14"]),
            ("Exp", "exp_param { base: inf }", [IMAGE], ["exp_layer.cpp:21"]),
            ("Exp", "exp_param { base: 1e-60 }", [IMAGE], ["exp_layer.cpp:14"]),
            ("Exp", "exp_param { base: 1 }", [IMAGE], []),
            ("Exp", "exp_param { base: -1 }", [IMAGE], []),
            ("Log", "log_param { base: 1 }", [IMAGE], ["log_layer.cpp:26"]),
            ("Log", "log_param { base: 1.00000001 }", [IMAGE], ["log_layer.cpp:26"]),
            ("Log", "log_param { base: 0 }", [IMAGE], ["log_layer.cpp:14"]),
            ("Log", "log_param { base: 10 }", [IMAGE], []),
            ("PReLU", "", [(5,)], ["prelu_layer.cpp:14"]),
            ("PReLU", "", [(1, 2, 3, 4, 5)], ["blob.hpp:140"]),
            ("PReLU", "prelu_param { channel_shared: true }", [(2, 3, 0)], ["blob.cpp:133"]),
            ("PReLU", "", [(0, 3)], []),
            ("Eltwise", "", [IMAGE, (2, 3, 8, 7)], ["eltwise_layer.cpp:34"]),
            ("Eltwise", "eltwise_param { coeff: 1 }", [IMAGE, IMAGE], ["eltwise_layer.cpp:12"]),
            ("Eltwise", "eltwise_param { operation: PROD coeff: [1, 2] }", [IMAGE, IMAGE], ["eltwise_layer.cpp:15"]),
            ("Eltwise", "eltwise_param { operation: PROD coeff: 1 }", [IMAGE, IMAGE],
             ["eltwise_layer.cpp:12", "eltwise_layer.cpp:15"]),
            ("Scale", "scale_param { num_axes: -2 }", [IMAGE], ["scale_layer.cpp:21"]),
            ("Scale", "scale_param { axis: 2 num_axes: 3 }", [IMAGE], ["scale_layer.cpp:24"]),
            ("Scale", "scale_param { axis: 4 }", [IMAGE], ["blob.hpp:122"]),
            ("Scale", "", [IMAGE, (3, 8, 8, 1)], ["scale_layer.cpp:88"]),
            ("Scale", "", [IMAGE, (4,)], ["scale_layer.cpp:92"]),
            ("Scale", "scale_param { axis: 9 }", [IMAGE, ()], []),
            # Its bias is a layer of its own, which looks for the axis.
            ("Scale", "scale_param { axis: 9 bias_term: true }", [IMAGE, ()], ["blob.hpp:122"]),
            ("Scale", "", [(2, 3, 0, 0)], []),
            ("Scale", "", [(0, 3, 0)], ["blob.cpp:85"]),
            ("Bias", "bias_param { num_axes: -2 }", [IMAGE], ["bias_layer.cpp:19"]),
            ("Bias", "bias_param { axis: 3 num_axes: 2 }", [IMAGE], ["bias_layer.cpp:22"]),
            ("Bias", "", [IMAGE, (3, 8, 8, 8)], ["bias_layer.cpp:50"]),
            ("Bias", "", [IMAGE, (3, 7)], ["bias_layer.cpp:54"]),
            ("Bias", "", [(2, 3, 0)], ["blob.cpp:85"]),
            ("BatchNorm", "param { lr_mult: 1 }", [IMAGE], ["batch_norm_layer.cpp:44"]),
            ("BatchNorm", "param { }", [IMAGE], ["batch_norm_layer.cpp:44"]),
            ("BatchNorm", "param { lr_mult: 0 } param { }", [(5,)], ["batch_norm_layer.cpp:44", "blob.hpp:122"]),
            ("BatchNorm", "param { lr_mult: 2 } param { lr_mult: 2 } param { lr_mult: 2 }", [IMAGE], []),
            ("LRN", "lrn_param { local_size: 4 }", [(2, 3)], ["lrn_layer.cpp:12", "lrn_layer.cpp:71"]),
            ("LRN", f"lrn_param {{ local_size: {BIG} }}", [IMAGE], ["lrn_layer.cpp:12"]),
            ("LRN", "lrn_param { local_size: 2147483647 }", [IMAGE], ["blob.cpp:34"]),
            ("LRN", "lrn_param { local_size: 99 norm_region: WITHIN_CHANNEL }", [IMAGE], []),
            ("MVN", "", [(2, 3, 0, 4)], ["blob.cpp:133"]),
            ("MVN", "", [(1, 2, 3, 4, 5)], ["blob.hpp:140"]),
            ("MVN", "", [(2, 0, 3, 4)], []),
            ("MVN", "mvn_param { across_channels: true }", [(2, 0, 3, 4)], ["blob.cpp:133"]),
            ("Softmax", "", [(2, 0)], ["blob.cpp:133"]),
            ("Softmax", "softmax_param { axis: -3 }", [(2, 3)], ["blob.hpp:119"]),
            ("Normalize", "", [(2, 3, 0)], ["blob.cpp:133"]),
            ("Normalize", "", [(3,)], ["normalize_layer.cpp:13"]),
        ],
    )  # fmt: skip
    def test_is_refused(self, kind: str, fields: str, shapes: list[AnyShape], expected: list[str]) -> None:
        assert checks_of(kind, fields, *shapes) == expected

    @pytest.mark.parametrize(
        ("ratio", "phase", "expected"),
        [
            ("1.5", "TRAIN", ["math_functions.cpp:322"]),
            ("-0.5", "TRAIN", ["math_functions.cpp:323"]),
            ("nan", "TRAIN", ["math_functions.cpp:323"]),
            ("1.5", "TEST", []),
            ("1", "TRAIN", []),
            ("1.00000001", "TRAIN", []),
        ],
    )
    def test_a_dropout_draws_in_training_only(self, ratio: str, phase: Phase, expected: list[str]) -> None:
        text = inputs(IMAGE) + layer("Dropout", f"dropout_param {{ dropout_ratio: {ratio} }}")
        refusals = net_of(text, phase).refusals
        assert [refusal.check for refusal in refusals] == expected
        assert all(refusal.stage == "first-iteration" for refusal in refusals)
