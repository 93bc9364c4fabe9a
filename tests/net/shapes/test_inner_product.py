"""Matrix products that Caffe refuses."""

from __future__ import annotations

import pytest

from caffe_ls.net.model import AnyShape
from tests.net.nets import inputs, layer, net_of
from tests.net.shapes.refused import BIG, IMAGE, checks_of, told


class TestProducts:
    @pytest.mark.parametrize(
        ("kind", "fields", "shape", "expected"),
        [
            ("InnerProduct", "inner_product_param { num_output: 4 axis: 4 }", IMAGE, ("blob.hpp:122", "4")),
            ("InnerProduct", "inner_product_param { num_output: 4 }", (5,), ("blob.hpp:122", '"x0"')),
            ("InnerProduct", "inner_product_param { num_output: 0 }", IMAGE, ("blob.cpp:133", "0")),
            ("InnerProduct", f"inner_product_param {{ num_output: {BIG} }}", IMAGE, ("blob.cpp:133", BIG)),
            ("InnerProduct", "", IMAGE, ("blob.cpp:133", '"InnerProduct"')),
            ("InnerProduct", "inner_product_param { num_output: 4 bias_term: false }", (2, 0), ("blob.cpp:133", '"y"')),
            ("Embed", "embed_param { input_dim: 4 }", (2,), ("embed_layer.cpp:13", "{ input_dim: 4 }")),
            ("Embed", "embed_param { num_output: 4 input_dim: 0 }", (2,), ("embed_layer.cpp:15", "0")),
            ("Embed", "embed_param { num_output: 4 input_dim: 4 }", (0,), ("blob.cpp:133", '"x0"')),
        ],
    )
    def test_is_refused_at_the_field(self, kind: str, fields: str, shape: AnyShape, expected: tuple[str, str]) -> None:
        assert told(kind, fields, shape) == [expected]

    def test_an_empty_batch_needs_a_bias_to_be_found(self) -> None:
        assert checks_of("InnerProduct", "inner_product_param { num_output: 4 bias_term: false }", (0, 3)) == []

    def test_an_empty_batch_is_told_once(self) -> None:
        fields = "inner_product_param { num_output: 4 }"
        text = inputs((0, 3)) + layer("InnerProduct", fields)
        text += f'layer {{ name: "z" type: "InnerProduct" bottom: "y0" top: "z" {fields} }}'
        assert len(net_of(text).refusals) == 1
