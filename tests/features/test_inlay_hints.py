"""Inlay hints show the shape of each blob where it is made."""

from __future__ import annotations

from caffe_ls.features.inlay_hints import inlay_hints
from caffe_ls.text.span import Span
from tests.features.views import view_of
from tests.fixture import read
from tests.lsp.client import session

NET = """\
layer {
  name: "data" type: "DummyData" top: "data" top: "label" include { phase: TRAIN }
  dummy_data_param { shape { dim: 8 dim: 3 dim: 9 dim: 9 } shape { dim: 8 } }
}
layer {
  name: "data" type: "DummyData" top: "data" top: "label" include { phase: TEST }
  dummy_data_param { shape { dim: 2 dim: 3 dim: 9 dim: 9 } shape { dim: 2 } }
}
layer { name: "relu" type: "ReLU" bottom: "data" top: "data" }
layer { name: "ip" type: "InnerProduct" bottom: "data" top: "ip" inner_product_param { num_output: 1000 } }
layer { name: "mine" type: "Mine" bottom: "ip" top: "mine" }
layer { name: "loss" type: "SoftmaxWithLoss" bottom: "ip" bottom: "label" top: "loss" }
"""


def hints(text: str, span: Span | None = None) -> list[tuple[str, str]]:
    """What stands before each hint, back to the last space, and the hint."""
    view = view_of(read(text))
    found = inlay_hints(view, span or Span(0, len(view.document.text)))
    return [(view.document.text[: view.offset(hint.position)].split(" ")[-1], str(hint.label)) for hint in found]


def test_a_top_in_place_and_one_of_unknown_shape_have_none() -> None:
    assert hints(NET) == [
        ('"data"', "8 x 3 x 9 x 9"),
        ('"label"', "8"),
        ('"ip"', "8/2 x 1,000"),
        ('"loss"', "a single number"),
        ('"data"', "2 x 3 x 9 x 9"),
        ('"label"', "2"),
    ]


def test_the_tooltip_tells_the_shape_in_each_phase() -> None:
    (hint,) = (one for one in inlay_hints(view_of(read(NET)), Span(0, len(NET))) if one.label == "8/2 x 1,000")
    assert hint.tooltip == "TRAIN: 8 x 1,000\nTEST: 2 x 1,000"


def test_only_what_is_asked_for_is_told() -> None:
    start = NET.index('top: "ip"')
    assert hints(NET, Span(start, start + 9)) == [('"ip"', "8/2 x 1,000")]


def test_numbers_of_axes_that_differ_between_phases_stand_apart() -> None:
    either = "layer {{ name: 'd' type: 'Input' top: 'd' include {{ phase: {} }} input_param {{ shape {{ {} }} }} }}\n"
    text = either.format("TRAIN", "dim: 4 dim: 2") + either.format("TEST", "dim: 8")
    text += "layer { name: 's' type: 'Sigmoid' bottom: 'd' top: 's' }"
    assert ("'s'", "4 x 2, 8") in hints(text)


def test_a_file_of_hostile_text_has_none() -> None:
    assert hints("layer { top: top: \x00 }}}}") == []


def test_a_client_gets_them_from_the_server() -> None:
    uri = "untitled:net.prototxt"
    with session() as client:
        client.open(uri, NET)
        place = {"start": {"line": 0, "character": 0}, "end": {"line": 20, "character": 0}}
        found = client.ask("textDocument/inlayHint", {"textDocument": {"uri": uri}, "range": place})
    assert "8/2 x 1,000" in [hint["label"] for hint in found]
