"""Joining, cutting, repeating and picking: what Caffe refuses, and what it takes."""

from __future__ import annotations

import pytest

from caffe_ls.net.model import AnyShape
from tests.net.nets import inputs, net_of
from tests.net.shapes.refused import BIG, IMAGE, net_above, told


class TestRearranging:
    @pytest.mark.parametrize(
        ("kind", "fields", "shapes", "tops", "expected"),
        [
            ("Concat", "concat_param { axis: 1 concat_dim: 1 }", [IMAGE], 1, ("concat_layer.cpp:12", "1")),
            ("Concat", "concat_param { concat_dim: 4 }", [IMAGE], 1, ("concat_layer.cpp:28", "4")),
            ("Concat", f"concat_param {{ concat_dim: {BIG} }}", [IMAGE], 1, ("concat_layer.cpp:28", BIG)),
            ("Concat", "", [IMAGE, (2, 3)], 1, ("concat_layer.cpp:38", '"x1"')),
            ("Concat", "", [IMAGE, (3, 3, 8, 8)], 1, ("concat_layer.cpp:42", '"x1"')),
            ("Concat", "concat_param { axis: -5 }", [IMAGE], 1, ("blob.hpp:119", "-5")),
            ("Slice", "slice_param { axis: 1 slice_dim: 1 }", [(2, 2)], 2, ("slice_layer.cpp:13", "1")),
            ("Slice", "slice_param { slice_dim: 4 }", [IMAGE], 2, ("slice_layer.cpp:33", "4")),
            ("Slice", "slice_param { slice_point: 1 }", [IMAGE], 3, ("slice_layer.cpp:43", "1")),
            ("Slice", "slice_param { slice_point: [1, 2, 3] }", [(2, 3)], 4, ("slice_layer.cpp:44", '"y0"')),
            ("Slice", "slice_param { slice_point: 0 }", [IMAGE], 2, ("slice_layer.cpp:50", "0")),
            ("Slice", "slice_param { slice_point: [2, 1] }", [IMAGE], 3, ("slice_layer.cpp:50", "1")),
            ("Slice", f"slice_param {{ slice_point: {BIG} }}", [IMAGE], 2, ("slice_layer.cpp:50", BIG)),
            ("Slice", "", [IMAGE], 2, ("slice_layer.cpp:61", '"y0"')),
            ("Slice", "slice_param { slice_point: 4 }", [IMAGE], 2, ("blob.cpp:32", "4")),
            ("Slice", "slice_param { slice_point: 3 }", [IMAGE], 2, ("blob.cpp:133", "3")),
            ("Flatten", "flatten_param { axis: 3 end_axis: 1 }", [IMAGE], 1, ("blob.hpp:86", "3")),
            ("Flatten", "flatten_param { end_axis: 4 }", [IMAGE], 1, ("blob.hpp:122", "4")),
            ("Crop", "crop_param { axis: 4 }", [IMAGE, IMAGE], 1, ("blob.hpp:122", "4")),
            ("Crop", "crop_param { offset: [1, 1, 1] }", [IMAGE, IMAGE], 1, ("crop_layer.cpp:29", "1")),
            ("Crop", "crop_param { offset: 5 }", [IMAGE, (2, 3, 4, 4)], 1, ("crop_layer.cpp:63", "5")),
            ("Crop", "", [IMAGE, (2, 3, 9, 8)], 1, ("crop_layer.cpp:63", '"x1"')),
            ("Crop", "", [IMAGE, (2, 3, 4)], 1, ("blob.hpp:122", '"x1"')),
            ("Tile", "", [IMAGE], 1, ("tile_layer.cpp:13", '"Tile"')),
            ("Tile", "tile_param { tiles: -1 }", [IMAGE], 1, ("tile_layer.cpp:15", "-1")),
            ("Reduction", "reduction_param { axis: -5 }", [IMAGE], 1, ("blob.hpp:119", "-5")),
            ("Reduction", "reduction_param { axis: 1 }", [(2, 0)], 1, ("blob.cpp:133", '"x0"')),
            ("ArgMax", "argmax_param { top_k: 0 }", [IMAGE], 1, ("argmax_layer.cpp:17", "0")),
            ("ArgMax", "argmax_param { axis: 1 top_k: 4 }", [IMAGE], 1, ("argmax_layer.cpp:23", "4")),
            ("ArgMax", "argmax_param { top_k: 11 }", [(2, 10)], 1, ("argmax_layer.cpp:26", "11")),
            ("ArgMax", "", [()], 1, ("blob.hpp:89", '"x0"')),
            ("BatchReindex", "", [IMAGE, (4, 1)], 1, ("batch_reindex_layer.cpp:11", '"x1"')),
            ("Filter", "", [IMAGE, (2, 1)], 2, ("filter_layer.cpp:11", '"y1"')),
            ("Filter", "", [IMAGE, (2, 2)], 1, ("filter_layer.cpp:22", '"x1"')),
            ("Filter", "", [IMAGE, (3, 1)], 1, ("filter_layer.cpp:26", '"x0"')),
            ("Filter", "", [IMAGE, ()], 1, ("blob.hpp:122", '"x1"')),
        ],
    )
    def test_is_refused_once_and_at_its_place(
        self, kind: str, fields: str, shapes: list[AnyShape], tops: int, expected: tuple[str, str]
    ) -> None:
        assert told(kind, fields, *shapes, tops=tops) == [expected]

    @pytest.mark.parametrize(
        ("kind", "fields", "shapes", "top"),
        [
            ("Flatten", "flatten_param { axis: 2 end_axis: 1 }", [(2, 3, 4)], (2, 3, 1, 4)),
            ("Crop", f"crop_param {{ offset: {BIG} }}", [IMAGE, (2, 3, 9, 9)], (2, 3, 9, 9)),
            ("Reduction", "reduction_param { axis: 1 operation: ASUM }", [(2, 0)], (2,)),
            ("Concat", "concat_param { axis: -1 }", [(2, 3), (2, 4)], (2, 7)),
        ],
    )
    def test_is_taken_as_odd_as_it_looks(self, kind: str, fields: str, shapes: list[AnyShape], top: AnyShape) -> None:
        _, net = net_above(kind, fields, shapes)
        assert (net.refusals, net.blobs["y0"]) == ((), top)

    def test_a_slice_whose_first_top_is_its_input_loses_count(self) -> None:
        text = inputs((2, 4)) + 'layer { name: "s" type: "Slice" bottom: "x0" top: "x0" top: "b" }'
        assert [refusal.check for refusal in net_of(text).refusals] == ["slice_layer.cpp:70"]
