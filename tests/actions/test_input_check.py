"""A net that checks the input reads the data as the net does, and turns each top into a loss that is 0 or nan."""

from __future__ import annotations

from caffe_ls.actions.input_check import input_check
from caffe_ls.analysis.documents import PrototxtDocument
from caffe_ls.net.graph import build
from caffe_ls.net.lower import lower_file
from caffe_ls.net.model import State
from caffe_ls.rules.checking import check
from caffe_ls.settings import Settings
from caffe_ls.syntax.parser import parse

_NET = """\
layer {
  name: "d" type: "Data" top: "data" top: "label" include { phase: TRAIN }
  data_param { source: "x" batch_size: 4 }
}
layer { name: "t" type: "Data" top: "test" include { phase: TEST } data_param { source: "x" batch_size: 4 } }
layer { name: "ip" type: "InnerProduct" bottom: "data" top: "ip" inner_product_param { num_output: 4 } }
"""
_SETTINGS = Settings(dialect="bvlc", data_shape="3x8x8")


def test_every_top_of_the_train_data_gets_its_own_loss() -> None:
    fix = input_check(PrototxtDocument("/nets/train.prototxt", _NET, _SETTINGS), lambda path: False)
    assert fix is not None
    (net_path, text), (solver_path, solver) = fix.new_files
    assert net_path == "/nets/train_input_check.prototxt"
    assert solver_path == "/nets/train_input_check_solver.prototxt"
    net = build(lower_file(parse(text)), State("TRAIN"))
    assert [layer.type for layer in net.layers] == ["Data", "EuclideanLoss", "EuclideanLoss"]
    assert net.refusals == ()
    assert net.outputs == ("not_finite_in_data", "not_finite_in_label")
    assert 'net: "train_input_check.prototxt"' in solver


def test_nothing_is_found_in_the_new_files() -> None:
    fix = input_check(PrototxtDocument("/nets/train.prototxt", _NET, _SETTINGS), lambda path: False)
    assert fix is not None
    for path, text in fix.new_files:
        assert list(check(PrototxtDocument(path, text, _SETTINGS))) == []


def test_files_that_are_there_are_left_alone() -> None:
    taken = "/nets/train_input_check_solver.prototxt"
    fix = input_check(PrototxtDocument("/nets/train.prototxt", _NET, _SETTINGS), lambda path: path == taken)
    assert fix is not None
    assert [path for path, _ in fix.new_files] == [
        "/nets/train_input_check_2.prototxt", "/nets/train_input_check_2_solver.prototxt",
    ]  # fmt: skip


def test_a_net_without_data_has_no_input_to_check() -> None:
    text = 'layer { name: "a" type: "Input" top: "a" input_param { shape { dim: 1 } } }'
    assert input_check(PrototxtDocument("/deploy.prototxt", text, _SETTINGS), lambda path: False) is None
