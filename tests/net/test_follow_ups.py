"""What follows from a mistake that is told is not told again; what would stay if that were mended is."""

from __future__ import annotations

import pytest

from tests.net.nets import inputs, net_of
from tests.net.shapes.refused import IMAGE

_SUM = 'layer { name: "z" type: "Eltwise" bottom: "y" bottom: "x2" top: "z" }\n'


def _layer(kind: str, bottoms: str, top: str, fields: str = "") -> str:
    reads = " ".join(f'bottom: "{name}"' for name in bottoms.split())
    return f'layer {{ name: "{top}" type: "{kind}" {reads} top: "{top}" {fields} }}\n'


def _told(text: str) -> list[str]:
    net = net_of(text)
    return [net.text.layers[refusal.layer or 0].spec.type for refusal in net.refusals]


class TestSizesInDispute:
    @pytest.mark.parametrize("sides", [(2, 6, 8, 8), (2, 6, 8, 7)])
    def test_of_inputs_that_cannot_be_joined_either_may_be_meant(self, sides: tuple[int, ...]) -> None:
        text = inputs(IMAGE, (2, 3, 8, 7), sides) + _layer("Concat", "x0 x1", "y") + _SUM
        assert _told(text) == ["Concat"]

    def test_sizes_that_agree_stay_known(self) -> None:
        text = inputs(IMAGE, (2, 3, 8, 7), (2, 6, 9, 7)) + _layer("Concat", "x0 x1", "y") + _SUM
        assert _told(text) == ["Concat", "Eltwise"]

    @pytest.mark.parametrize("sides", [(2, 3, 8, 8), (2, 3, 9, 9)])
    def test_of_a_crop_that_does_not_fit(self, sides: tuple[int, ...]) -> None:
        text = inputs(IMAGE, (2, 3, 9, 9), sides) + _layer("Crop", "x0 x1", "y") + _SUM
        assert _told(text) == ["Crop"]

    @pytest.mark.parametrize("dims", ["dim: 5 dim: -1", "dim: 5 dim: 7"])
    def test_of_a_new_shape_that_does_not_fit(self, dims: str) -> None:
        text = inputs(IMAGE, (2,))
        text += _layer("Reshape", "x0", "y", f"reshape_param {{ shape {{ {dims} }} }}")
        text += _layer("SoftmaxWithLoss", "y x1", "loss")
        assert _told(text) == ["Reshape"]

    def test_sizes_that_a_new_shape_copies_stay_known(self) -> None:
        text = inputs(IMAGE, (3,))
        text += _layer("Reshape", "x0", "y", "reshape_param { shape { dim: 0 dim: 7 } }")
        text += _layer("SoftmaxWithLoss", "y x1", "loss")
        assert _told(text) == ["Reshape", "SoftmaxWithLoss"]

    def test_of_a_convolution_for_more_axes_than_there_are(self) -> None:
        text = inputs((2, 192))
        text += _layer("Convolution", "x0", "y", "convolution_param { num_output: 4 kernel_size: 1 stride_h: 2 }")
        text += _layer("Pooling", "y", "z", "pooling_param { kernel_size: 2 }")
        assert _told(text) == ["Convolution"]

    @pytest.mark.parametrize("channels", [4, 5])
    def test_of_a_blob_that_two_layers_make(self, channels: int) -> None:
        text = inputs(IMAGE, IMAGE, (2, channels, 8, 8))
        for outputs in (4, 5):
            fields = f"convolution_param {{ num_output: {outputs} kernel_size: 1 }}"
            text += _layer("Convolution", "x0", "y", fields)
        assert _told(text + _SUM) == ["Convolution"]
        assert _told(text + _SUM.replace('"x2"', '"x0"')) == ["Convolution"]
        assert _told(text + _SUM.replace('"x2"', '"w"') + inputs((2, 4, 9, 8)).replace("x0", "w")) != ["Convolution"]
