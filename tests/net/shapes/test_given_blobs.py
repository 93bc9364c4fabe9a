"""Weights in the text itself."""

from __future__ import annotations

import pytest

from caffe_ls.net.faults import Fault
from tests.net.shapes.refused import IMAGE, checks_of, net_above, told


class TestGivenBlobs:
    """Weights in the text itself."""

    @pytest.mark.parametrize(
        ("blob", "expected"),
        [
            ("{ shape { dim: 4 dim: 3 } data: 1 }", ("blob.cpp:496", "1")),
            ("{ shape { dim: 4 dim: 3 } }", ("blob.cpp:496", "{ shape { dim: 4 dim: 3 } }")),
            ("{ shape { dim: 1 } double_data: [1, 2] }", ("blob.cpp:496", None)),
            ("{ shape { dim: 1 } data: 1 diff: 1 diff: 2 }", ("blob.cpp:508", "1")),
            ("{ shape { dim: 0 } }", ("blob.cpp:133", "{ shape { dim: 0 } }")),
            ("{ shape { dim: -1 } }", ("blob.cpp:32", "{ shape { dim: -1 } }")),
            # The old sizes win, and those that are not given are 0.
            ("{ num: 2 shape { dim: 1 } data: 1 }", ("blob.cpp:133", "{ num: 2 shape { dim: 1 } data: 1 }")),
        ],
    )
    def test_hold_as_many_numbers_as_their_shape_says(self, blob: str, expected: tuple[str, str | None]) -> None:
        ((check, blamed),) = told("ReLU", f"blobs {blob}", IMAGE)
        assert (check, expected[1] or blamed) == (expected[0], blamed)

    def test_are_parameters_of_any_layer(self) -> None:
        _, net = net_above("ReLU", "blobs { data: 1 }", [IMAGE])
        assert (net.refusals, net.layers[-1].param_shapes) == ((), ((),))

    @pytest.mark.parametrize(
        ("kind", "fields", "expected"),
        [
            ("Convolution", "convolution_param { num_output: 1 kernel_size: 1 }", ["base_conv_layer.cpp:147"]),
            ("Convolution", "convolution_param { num_output: 1 kernel_size: 1 bias_term: false }",
             ["base_conv_layer.cpp:147"]),
            ("PReLU", "", []),
            ("PReLU", "prelu_param { channel_shared: true }", ["prelu_layer.cpp:40"]),
            ("Scale", "", []),
            ("Scale", "scale_param { axis: 2 }", ["scale_layer.cpp:92"]),
            ("Scale", "scale_param { axis: 4 }", ["blob.hpp:122"]),
            ("Bias", "bias_param { axis: 0 }", ["bias_layer.cpp:54"]),
        ],
    )  # fmt: skip
    def test_are_compared_with_what_the_layer_would_make(self, kind: str, fields: str, expected: list[str]) -> None:
        assert checks_of(kind, f"{fields} blobs {{ shape {{ dim: 3 }} data: [1, 2, 3] }}", IMAGE) == expected

    def test_too_few_are_missed_at_the_first_pass(self) -> None:
        fields = "inner_product_param { num_output: 1 } blobs { shape { dim: 1 dim: 3 } data: [1, 2, 3] }"
        _, net = net_above("InnerProduct", fields, [(2, 3)])
        assert [(refusal.fault, refusal.stage) for refusal in net.refusals] == [
            (Fault.GIVEN_BLOBS_DO_NOT_FIT, "first-iteration")
        ]

    def test_a_scale_adds_its_bias_to_them(self) -> None:
        fields = "scale_param { bias_term: true } blobs { shape { dim: 3 } data: [1, 2, 3] }"
        for dialect in ("bvlc", "ssd"):
            assert net_above("Scale", fields, [IMAGE], dialect=dialect)[1].layers[-1].param_shapes == ((3,), (3,))
