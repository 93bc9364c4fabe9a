"""Lenses above a net say how large it is in each state."""

from __future__ import annotations

from caffe_ls.features.net_code_lens import net_code_lens
from tests.features.views import view_of
from tests.fixture import read
from tests.lsp.client import session

NET = """\
# A comment.
name: "small"
layer {
  name: "data" type: "DummyData" top: "data" top: "label"
  dummy_data_param { shape { dim: 512 dim: 100 } shape { dim: 512 } }
}
layer { name: "fc" type: "InnerProduct" bottom: "data" top: "fc" inner_product_param { num_output: 1000 } }
layer { name: "loss" type: "SoftmaxWithLoss" bottom: "fc" bottom: "label" top: "loss" }
layer { name: "accuracy" type: "Accuracy" bottom: "fc" bottom: "label" top: "accuracy" include { phase: TEST } }
"""


def lenses(text: str) -> list[tuple[int, str]]:
    found = net_code_lens(view_of(read(text)))
    return [(lens.range.start.line, lens.command.title) for lens in found if lens.command is not None]


def test_a_lens_for_each_state_stands_at_the_nets_name() -> None:
    assert lenses(NET) == [
        (1, "TRAIN: 3 layers, 101,000 parameters, 51,200,000 multiply-adds, 5.3 MiB of memory with SGD"),
        (1, "TEST: 4 layers, 101,000 parameters, 51,200,000 multiply-adds, 2.5 MiB of memory"),
    ]


def test_a_net_without_a_name_has_them_on_the_first_line() -> None:
    assert [line for line, _ in lenses(NET.replace('name: "small"\n', "", 1))] == [0, 0]


def test_what_is_not_known_is_said() -> None:
    net = NET.replace('type: "InnerProduct"', 'type: "Mine"').replace("inner_product_param { num_output: 1000 }", "")
    (_, train), *_ = lenses(net)
    assert train == "TRAIN: 3 layers, ? parameters, ? multiply-adds, at least 202.0 KiB of memory with SGD"


def test_a_solver_a_template_and_an_empty_file_have_none() -> None:
    assert lenses('#- /solver.prototxt\nnet: "net.prototxt"\nbase_lr: 0.1\n') == []
    assert lenses(NET + "force_backward: ${FORCE}\n") == []
    assert lenses("") == []


def test_in_a_session_they_are_the_answer_to_code_lens() -> None:
    with session() as client:
        client.open("file:///net.prototxt", NET)
        answer = client.ask("textDocument/codeLens", {"textDocument": {"uri": "file:///net.prototxt"}})
    assert [lens["command"]["title"].partition(":")[0] for lens in answer] == ["TRAIN", "TEST"]
