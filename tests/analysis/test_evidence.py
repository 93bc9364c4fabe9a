"""A run with its solver and its net: what the log prints goes first, and shapes are those that it tells."""

from __future__ import annotations

from caffe_ls.analysis.documents import PrototxtDocument
from caffe_ls.analysis.evidence import Evidence
from tests.training_log.logs import glog, run_of

LOG = glog(
    """
    Initializing solver from parameters:
    |base_lr: 0.5
    |momentum: 0.9
    Creating training net from net file: n.prototxt
    Initializing net from parameters:
    |layer { name: "data" type: "HDF5Data" top: "data" top: "label" }
    |layer {
    |  name: "conv" type: "Convolution" bottom: "data" top: "conv"
    |  convolution_param { num_output: 2 kernel_size: 3 }
    |}
    |layer { name: "relu" type: "ReLU" bottom: "conv" top: "conv" }
    |layer { name: "loss" type: "SoftmaxWithLoss" bottom: "conv" bottom: "label" top: "loss" }
    Creating Layer data
    Setting up data
    Top shape: 4 1 7 9 (252)
    Top shape: 4 (4)
    Network initialization done.
        [Forward] Layer data, top blob data data: 0.5
        [Forward] Layer conv, top blob conv data: 0.4
        [Forward] Layer conv, param blob w data: 0.3
        [Forward] Layer conv, param blob 1 data: 0
        [Forward] Layer relu, top blob conv data: 0.2
        [Backward] Layer conv, param blob w diff: 0.1
    Iteration 0, loss = 2.3
    """
)


def _evidence(log: bytes = LOG, **files: PrototxtDocument) -> Evidence:
    return Evidence(run_of(log), "done", **files)


def test_shapes_of_data_are_those_that_the_log_tells() -> None:
    evidence = _evidence()
    assert evidence.bottom_shape("conv") == (4, 1, 7, 9)
    assert evidence.layers["conv"].param_shapes == ((2, 1, 3, 3), (2,))
    assert evidence.type_of("data") == "HDF5Data"
    assert evidence.type_of("conv_conv_0_split") == "Split"


def test_fields_are_found_on_their_lines() -> None:
    evidence, lines = _evidence(), LOG.decode().split("\n")
    for line, words in (
        (evidence.solver_line("base_lr"), "base_lr: 0.5"),
        (evidence.layer_line("conv", "convolution_param", "kernel_size"), "kernel_size: 3"),
        (evidence.layer_line("relu"), 'name: "relu"'),
    ):
        assert line is not None
        assert words in lines[line - 1]


def test_a_layer_in_place_reads_what_the_one_before_it_made() -> None:
    evidence = _evidence()
    bottom = evidence.bottom("relu")
    assert bottom is not None
    assert list(bottom.values) == [0.4]
    without_net = _evidence(LOG.replace(b"from parameters", b"from nothing"))
    assert without_net.net is None
    bottom = without_net.bottom("relu")
    assert bottom is not None
    assert list(bottom.values) == [0.4]


def test_parameters_come_in_their_order_whatever_they_are_called() -> None:
    (weights, steps), (bias, none) = _evidence().params("conv")
    assert (list(weights.values), list(bias.values)) == ([0.3], [0])
    assert steps is not None
    assert list(steps.values) == [0.1]
    assert none is None


def test_the_log_goes_before_the_users_files_and_these_before_nothing() -> None:
    changed = PrototxtDocument("solver.prototxt", "base_lr: 0.1", kind="solver")
    printed = _evidence(solver_file=changed)
    assert printed.solver is not None
    assert printed.solver.number("base_lr") == 0.5
    given = _evidence(LOG.replace(b"Initializing solver", b"Initialized solver"), solver_file=changed)
    assert given.solver is not None
    assert round(given.solver.number("base_lr"), 6) == 0.1
    assert given.solver_line("base_lr") is None


def test_a_forks_solver_speaks_for_the_net_too() -> None:
    log = LOG.replace(b"momentum: 0.9", b'ap_version: "11point"')
    assert _evidence().dialect == "bvlc"
    assert _evidence(log).dialect == "ssd"


def test_broken_texts_break_nothing() -> None:
    text = LOG.replace(b"num_output: 2", b"num_output: }}} {{").replace(b"base_lr: 0.5", b"base_lr base_lr {")
    evidence = _evidence(text)
    assert evidence.solver is not None
    assert evidence.net is not None
    assert evidence.layer_line("absent") is None
