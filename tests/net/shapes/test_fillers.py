"""What fillers demand of their values and of the blobs that they fill."""

from __future__ import annotations

import pytest

from tests.net.shapes.refused import IMAGE, checks_of, told, told_of_convolution


class TestFillers:
    @pytest.mark.parametrize(
        ("filler", "expected"),
        [
            ('type: "constant" sparse: 2', ("filler.hpp:43", "2")),
            ("sparse: 0", ("filler.hpp:43", "0")),
            ('type: "uniform" sparse: 2', ("filler.hpp:58", "2")),
            ('type: "uniform" min: 2', ("math_functions.cpp:259", "2")),
            ('type: "uniform" max: -1', ("math_functions.cpp:259", "-1")),
            ('type: "uniform" min: nan', ("math_functions.cpp:259", "nan")),
            ('type: "gaussian" std: 0', ("math_functions.cpp:281", "0")),
            ('type: "gaussian" std: -1', ("math_functions.cpp:281", "-1")),
            ('type: "gaussian" std: nan', ("math_functions.cpp:281", "nan")),
            # The number is a float, and this one is too small for one.
            ('type: "gaussian" std: 1e-50', ("math_functions.cpp:281", "1e-50")),
            ('type: "gaussian" sparse: -2', ("filler.hpp:75", "-2")),
            ('type: "gaussian" sparse: 5', ("math_functions.cpp:303", "5")),
            ('type: "positive_unitball" sparse: 2', ("filler.hpp:122", "2")),
            ('type: "xavier" sparse: 2', ("filler.hpp:166", "2")),
            ('type: "msra" sparse: 2', ("filler.hpp:211", "2")),
            ('type: "bilinear" sparse: 2', ("filler.hpp:265", "2")),
        ],
    )
    def test_a_weight_filler_is_refused(self, filler: str, expected: tuple[str, str]) -> None:
        assert told_of_convolution(f"num_output: 4 kernel_size: 3 weight_filler {{ {filler} }}") == [expected]

    @pytest.mark.parametrize(
        "filler",
        [
            'type: "gaussian"', 'type: "gaussian" std: 0.01 sparse: 4', 'type: "gaussian" sparse: -1',
            'type: "uniform" min: 0.1 max: 0.1', 'type: "uniform"', 'type: "constant" sparse: -1',
            'type: "bilinear"', 'type: "msra" variance_norm: FAN_OUT', 'type: "positive_unitball"',
        ],
    )  # fmt: skip
    def test_a_weight_filler_is_taken(self, filler: str) -> None:
        assert told_of_convolution(f"num_output: 4 kernel_size: 3 weight_filler {{ {filler} }}") == []

    def test_bilinear_fills_square_kernels_of_images_only(self) -> None:
        bilinear = '{ type: "bilinear" }'
        assert told_of_convolution(f"num_output: 4 kernel_size: 3 bias_filler {bilinear}") == [
            ("filler.hpp:255", '"bilinear"')
        ]
        wide = f"num_output: 4 kernel_h: 3 kernel_w: 5 weight_filler {bilinear}"
        assert told_of_convolution(wide) == [("filler.hpp:256", '"bilinear"')]
        assert told_of_convolution(f"num_output: 4 kernel_size: 3 weight_filler {bilinear}", (1, 3, 8, 8, 8)) == [
            ("filler.hpp:255", '"bilinear"')
        ]

    def test_a_bias_that_is_not_there_is_not_filled(self) -> None:
        assert (
            told_of_convolution('num_output: 4 kernel_size: 3 bias_term: false bias_filler { type: "bilinear" }') == []
        )

    def test_blobs_in_the_text_are_not_filled(self) -> None:
        numbers = ", ".join("1" * 12)
        fields = f"blobs {{ shape {{ dim: 4 dim: 3 }} data: [{numbers}] }}"
        fields += ' inner_product_param { num_output: 4 bias_term: false weight_filler { type: "gaussian" std: 0 } }'
        assert told("InnerProduct", fields, (2, 3)) == []

    @pytest.mark.parametrize("filler", ["xavier", "msra", "positive_unitball"])
    def test_axes_are_counted_as_the_dialects_fillers_do(self, filler: str) -> None:
        solid = f'num_output: 4 kernel_size: 3 weight_filler {{ type: "{filler}" }}'
        assert told_of_convolution(solid, (1, 3, 8, 8, 8)) == []
        assert told_of_convolution(solid, (1, 3, 8, 8, 8), dialect="ssd") == [("blob.hpp:140", f'"{filler}"')]
        shared = f'prelu_param {{ channel_shared: true filler {{ type: "{filler}" }} }}'
        assert told("PReLU", shared, IMAGE) == [("blob.hpp:122", f'"{filler}"')]
        assert told("PReLU", shared, IMAGE, dialect="ssd") == []

    @pytest.mark.parametrize(
        ("kind", "fields"),
        [
            ("InnerProduct", "inner_product_param { num_output: 4 weight_filler %s }"),
            ("Embed", "embed_param { num_output: 4 input_dim: 9 bias_filler %s }"),
            ("PReLU", "prelu_param { filler %s }"),
            ("Scale", "scale_param { filler %s }"),
            ("Scale", "scale_param { bias_term: true bias_filler %s }"),
            ("Bias", "bias_param { filler %s }"),
            ("Normalize", "norm_param { scale_filler %s }"),
        ],
    )
    def test_every_layer_that_fills_asks_its_filler(self, kind: str, fields: str) -> None:
        assert checks_of(kind, fields % '{ type: "gaussian" std: 0 }', IMAGE) == ["math_functions.cpp:281"]
