"""The table is parse_log's, and the JSON the contract's; nan, -nan and inf stand in both."""

from __future__ import annotations

import json

from caffe_ls.training_log.json_form import runs_json
from caffe_ls.training_log.table import columns, rows
from tests.training_log.logs import glog, read, run_of

_LOG = glog(
    """
    Iteration 0, Testing net (#0)
        Test net output #0: accuracy = 0.1
    Iteration 0, loss = 2.5
        Train net output #0: loss = 2.5 (* 1 = 2.5 loss)
        Train net output #1: prob = 1
        Train net output #2: prob = 2
    Iteration 0, lr = 0.01
    Iteration 10, loss = nan
        Train net output #0: loss = -nan (* 1 = -nan loss)
    Iteration 10, lr = inf
    Iteration 20, Testing net (#0)
        Test net output #0: accuracy = nan
    """
)


def test_a_row_for_each_iteration() -> None:
    run = run_of(_LOG)
    assert columns(run, "TRAIN") == ["NumIters", "LearningRate", "loss", "prob", "prob[2]"]
    assert list(rows(run, "TRAIN")) == [["0", "0.01", "2.5", "1", "2"], ["10", "inf", "-nan", "", ""]]
    assert columns(run, "TEST", 0) == ["NumIters", "LearningRate", "accuracy"]
    assert list(rows(run, "TEST", 0)) == [["0", "0.01", "0.1"], ["20", "inf", "nan"]]


def test_json_has_strings_for_what_json_has_no_numbers_for() -> None:
    (run,) = json.loads(json.dumps(runs_json(read(_LOG)), allow_nan=False))
    assert run["outputs"][1] == {
        "phase": "TRAIN",
        "net": 0,
        "name": "loss",
        "iterations": [0, 10],
        "values": [2.5, "-nan"],
    }
    assert run["learning_rate"] == {"iterations": [0, 10], "values": [0.01, "inf"]}
    assert (run["start_line"], run["first_iteration"], run["last_iteration"], run["ended"]) == (1, 0, 20, "running")
    assert run["first_nonfinite"]["line"] == 8
