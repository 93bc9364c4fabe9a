"""The places that made two inputs differ."""

from __future__ import annotations

import pytest

from caffe_ls.net.provenance import places_behind
from tests.net.nets import inputs, net_of
from tests.net.shapes.refused import IMAGE

_TWO = 'layer { name: "sum" type: "Eltwise" bottom: "a" bottom: "b" top: "sum" }\n'


def _window(name: str, fields: str, kind: str = "Convolution", param: str = "convolution_param") -> str:
    return f'layer {{ name: "{name}" type: "{kind}" bottom: "x0" top: "{name}" {param} {{ {fields} }} }}\n'


def _blamed(text: str) -> list[str]:
    net = net_of(text)
    (refusal,) = net.refusals
    places = [place.span.shift(net.text.layers[place.layer].base) for place in places_behind(net, refusal)]
    return [" ".join(text[max(0, span.start - 30) : span.end].split()[-2:]) for span in places]


class TestTheFieldThatDecides:
    @pytest.mark.parametrize(
        ("fields", "blamed"),
        [
            ("num_output: 7 kernel_size: 1", "num_output: 7"),
            ("num_output: 3 kernel_size: 3 pad: 1 stride: 2", "stride: 2"),
            ("num_output: 3 kernel_size: 3 stride: 1", "kernel_size: 3"),
            ("num_output: 3 kernel_size: 1 pad: 2", "pad: 2"),
            ("num_output: 3 kernel_size: 3 dilation: 2 pad: 1", "dilation: 2"),
            ("num_output: 3 kernel_h: 3 kernel_w: 1 pad_h: 1 pad_w: 1", "pad_w: 1"),
            ("num_output: 3 kernel_h: 1 kernel_w: 3", "kernel_w: 3"),
            ("num_output: 3 kernel_size: 1 kernel_size: 3", "kernel_size: 3"),
        ],
    )
    def test_is_that_of_the_axis_in_which_the_inputs_differ(self, fields: str, blamed: str) -> None:
        text = inputs(IMAGE) + _window("a", fields) + _window("b", "num_output: 3 kernel_size: 1") + _TWO
        assert blamed in _blamed(text)

    def test_of_a_pooling(self) -> None:
        pooling = _window("a", "kernel_size: 2 stride: 2", "Pooling", "pooling_param")
        text = inputs(IMAGE) + pooling + _window("b", "num_output: 3 kernel_size: 1") + _TWO
        assert "stride: 2" in _blamed(text)

    def test_of_memory_data_the_width(self) -> None:
        sizes = "batch_size: 2 channels: 3 height: 8 width: 9"
        memory = f'layer {{ name: "m" type: "MemoryData" top: "b" top: "l" memory_data_param {{ {sizes} }} }}\n'
        text = inputs(IMAGE) + memory + _TWO.replace('"a"', '"x0"')
        assert "width: 9" in _blamed(text)

    def test_inputs_with_unlike_numbers_of_axes_are_blamed_as_wholes(self) -> None:
        text = inputs(IMAGE, (2, 3)) + _TWO.replace('"a"', '"x0"').replace('"b"', '"x1"')
        assert len(_blamed(text)) == 2
