"""Whatever a text says, a net comes out of it, in bounded time."""

from __future__ import annotations

import random
import re

import pytest

from caffe_ls.net.model import DataSource
from caffe_ls.net.shapes.registry import layer_types
from tests.net.nets import inputs, layer, net_of

_PIECES = ["", "-", "0", "9" * 30, '"x"', "{", "}", "nan", "1e9", "dim: 0", "axis: 7", "[1, 2]", "[]", 'top: "y0"']
_PARAMS = """
    convolution_param { num_output: 4 kernel_size: 3 pad: 1 } pooling_param { kernel_size: 2 } concat_param { axis: 1 }
    inner_product_param { num_output: 3 } reshape_param { shape { dim: 0 dim: -1 } } slice_param { slice_point: 1 }
    recurrent_param { num_output: 2 } prior_box_param { min_size: 3 aspect_ratio: 2 } permute_param { order: 1 }
    lrn_param { local_size: 3 } scale_param { bias_term: true } multibox_loss_param { num_classes: 2 }
    dummy_data_param { num: 1 channels: 2 height: 3 width: 4 } interp_param { zoom_factor: 2 } param { lr_mult: 1 }
"""


@pytest.mark.parametrize("seed", range(300))
def test_random_edits_of_random_layers(seed: int) -> None:
    choose = random.Random(seed)
    shapes = [
        tuple(choose.choice((0, 1, 2, 8)) for _ in range(choose.randrange(6))) for _ in range(choose.randrange(4))
    ]
    text = inputs(*shapes)
    for _ in range(4):
        text += layer(choose.choice(list(layer_types())), _PARAMS, len(shapes), choose.randrange(3))
    for _ in range(choose.randrange(4)):
        start = choose.randrange(len(text))
        text = text[:start] + choose.choice(_PIECES) + text[start + choose.randrange(10) :]
    text = re.sub(r"dim: \d", lambda found: found[0] if choose.random() < 0.8 else "dim: 2147483647", text)
    dialect = choose.choice(("bvlc", "ssd", "segnet", "deeplab", "cascade-rcnn", "synopsys", "windows-happynear"))
    for data in (None, DataSource((3, 8, 8), 1)):
        net_of(text, choose.choice(("TRAIN", "TEST")), data=data, dialect=dialect)


def test_a_chain_of_many_layers_takes_its_time_in_proportion() -> None:
    text = inputs((1, 2)) + "".join(
        f'layer {{ name: "r{index}" type: "ReLU" bottom: "x{index}" top: "x{index + 1}" }}' for index in range(5000)
    )
    assert net_of(text).blobs["x5000"] == (1, 2)


def test_more_numbers_than_a_blob_holds_are_refused() -> None:
    net = net_of(inputs((2**31 - 1, 2)))
    assert [refusal.check for refusal in net.refusals] == ["blob.cpp:34"]
