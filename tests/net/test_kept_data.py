"""Which blobs are overwritten before a backward pass reads them again."""

from __future__ import annotations

import pytest

from caffe_ls.net.kept_data import overwritten
from tests.net.nets import net_of

SHAPES = "dummy_data_param { shape { dim: 4 dim: 9 } shape { dim: 4 } }"
DATA = f'layer {{ name: "x" type: "DummyData" top: "x" top: "t" {SHAPES} }}\n'


def fc(name: str, bottom: str, more: str = "") -> str:
    own = f"inner_product_param {{ num_output: 9 }} {more}"
    return f'layer {{ name: "{name}" type: "InnerProduct" bottom: "{bottom}" top: "{name}" {own} }}\n'


def unit(kind: str, blob: str, top: str = "", fields: str = "") -> str:
    return f'layer {{ name: "{kind}" type: "{kind}" bottom: "{blob}" top: "{top or blob}" {fields} }}\n'


def found(text: str, last: str) -> list[tuple[str, str]]:
    loss = f'layer {{ name: "l" type: "SoftmaxWithLoss" bottom: "{last}" bottom: "t" top: "l" }}'
    net = net_of(DATA + fc("a", "x") + text + loss)
    assert net.refusals == ()
    return [(net.layers[one.reader].name, net.layers[one.writer].name) for one in overwritten(net)]


@pytest.mark.parametrize("kind", ["Sigmoid", "TanH", "ELU"])
def test_dropout_in_place_spoils_what_saturating_units_look_at_again(kind: str) -> None:
    for top in ("a", "s"):
        assert found(unit(kind, "a", top) + unit("Dropout", top) + fc("b", top), "b") == [(kind, "Dropout")]
    assert found(unit(kind, "a") + unit("Dropout", "a", "d") + fc("b", "d"), "b") == []


def test_dropout_behind_a_relu_keeps_the_signs_and_a_batch_norm_does_not() -> None:
    assert found(unit("ReLU", "a") + unit("Dropout", "a") + fc("b", "a"), "b") == []
    assert found(unit("ReLU", "a") + unit("BatchNorm", "a") + fc("b", "a"), "b") == [("ReLU", "BatchNorm")]
    assert found(unit("ReLU", "a", "r") + unit("BatchNorm", "r") + fc("b", "r"), "b") == []


def test_the_usual_chains_in_place_are_fine() -> None:
    text = unit("BatchNorm", "a") + unit("Scale", "a") + unit("ReLU", "a") + unit("Dropout", "a")
    assert found(text + fc("b", "a"), "b") == []


def test_all_layers_in_place_that_follow_are_looked_at() -> None:
    text = unit("ReLU", "a") + unit("Dropout", "a") + unit("BatchNorm", "a")
    assert found(text + fc("b", "a"), "b") == [("ReLU", "BatchNorm")]


def test_what_changes_nothing_spoils_nothing() -> None:
    assert found(unit("TanH", "a") + unit("Dropout", "a", "", "dropout_param { dropout_ratio: 0 }"), "a") == []
