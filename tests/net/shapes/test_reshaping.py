"""Shapes that a Reshape may give, and those that it may not."""

from __future__ import annotations

import pytest

from caffe_ls.net.model import AnyShape
from caffe_ls.net.shapes.registry import step
from caffe_ls.net.shapes.step import Given
from tests.net.nets import inputs, layer, net_of
from tests.net.shapes.refused import IMAGE, net_above, told


class TestReshape:
    @pytest.mark.parametrize(
        ("param", "shape", "expected"),
        [
            ("shape { dim: -1 dim: -1 }", IMAGE, ("reshape_layer.cpp:22", "-1")),
            ("axis: 5", IMAGE, ("reshape_layer.cpp:38", "5")),
            ("axis: -6", IMAGE, ("reshape_layer.cpp:37", "-6")),
            ("num_axes: -2", IMAGE, ("reshape_layer.cpp:41", "-2")),
            ("axis: 1 num_axes: 9", IMAGE, ("reshape_layer.cpp:44", "9")),
            ("shape { dim: 0 dim: 0 dim: 0 }", (2, 3), ("reshape_layer.cpp:64", "0")),
            ("shape { dim: 0 dim: 5 dim: -1 }", IMAGE, ("reshape_layer.cpp:80", "{ dim: 0 dim: 5 dim: -1 }")),
            ("shape { dim: 2 dim: 7 }", IMAGE, ("reshape_layer.cpp:87", "{ dim: 2 dim: 7 }")),
            ("shape { dim: -2 dim: -1 }", IMAGE, ("blob.cpp:32", "-2")),
            ("shape { dim: 0 dim: -1 }", (0, 3), ("SIGFPE", "{ dim: 0 dim: -1 }")),
        ],
    )
    def test_is_refused_once_and_at_its_place(self, param: str, shape: AnyShape, expected: tuple[str, str]) -> None:
        assert told("Reshape", f"reshape_param {{ {param} }}", shape) == [expected]

    @pytest.mark.parametrize(
        ("param", "shape", "top"),
        [
            ("axis: -1 shape { dim: 1 }", (2, 3), (2, 3, 1)),
            ("shape { dim: 4 dim: -1 }", (2, 0), (4, 0)),
            ("shape { dim: 0 dim: 7 }", (0, 3), (0, 7)),
            ("axis: 1 num_axes: 0 shape { dim: 1 dim: 1 }", (2, 3), (2, 1, 1, 3)),
        ],
    )
    def test_is_taken(self, param: str, shape: AnyShape, top: AnyShape) -> None:
        _, net = net_above("Reshape", f"reshape_param {{ {param} }}", [shape])
        assert (net.refusals, net.blobs["y0"]) == ((), top)

    @pytest.mark.parametrize(
        ("param", "expected", "top"),
        [
            ("shape { dim: 0 dim: -1 }", [], (None, 192)),
            ("shape { dim: -1 dim: 64 }", [], (None, 64)),
            ("axis: 1 shape { dim: 3 dim: -1 }", [], (None, 3, 64)),
            ("shape { dim: 0 dim: 7 }", ["reshape_layer.cpp:87"], (None, None)),
            ("shape { dim: 0 dim: 7 dim: -1 }", ["reshape_layer.cpp:80"], (None, None, None)),
            ("shape { dim: 2 dim: 192 }", [], (2, 192)),
        ],
    )
    def test_what_is_not_known_stands_on_both_sides(self, param: str, expected: list[str], top: AnyShape) -> None:
        spec = net_of(inputs(None) + layer("Reshape", f"reshape_param {{ {param} }}")).layers[-1].spec
        found = step(Given(spec, spec.bottoms, 1, ((None, 3, 8, 8),)))
        assert ([refusal.check for refusal in found.refusals], found.tops) == (expected, (top,))
