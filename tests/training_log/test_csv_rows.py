"""Rows while a log is read: the same in any portions, with all numbers, and nothing of other phases."""

from __future__ import annotations

from typing import Literal

import pytest

from caffe_ls.training_log.csv_rows import CsvRows
from tests.training_log.logs import glog

LOG = b"""\
I1121 23:59:58.500000  7 solver.cpp:1] Solving n
I1121 23:59:59.000000  7 solver.cpp:2] Iteration 0, Testing net (#0)
I1121 23:59:59.250000  7 solver.cpp:3]     Test net output #0: accuracy = 0.1
I1121 23:59:59.250000  7 solver.cpp:3]     Test net output #1: loss = 2.3 (* 1 = 2.3 loss)
I1122 00:00:00.500000  7 solver.cpp:4] Iteration 0, loss = 2.5
I1122 00:00:00.500000  7 solver.cpp:5]     Train net output #0: loss = 2.5 (* 1 = 2.5 loss)
I1122 00:00:00.500000  7 solver.cpp:5]     Train net output #1: scores = 1
I1122 00:00:00.500000  7 solver.cpp:5]     Train net output #2: scores = -nan
I1122 00:00:00.500000  7 sgd_solver.cpp:6] Iteration 0, lr = 0.01
I1122 00:00:01.500000  7 net.cpp:6]     [Forward] Layer ip, top blob ip data: 0.5
I1122 00:00:01.500000  7 solver.cpp:4] Iteration 10, loss = -inf
I1122 00:00:01.500000  7 solver.cpp:5]     Train net output #0: loss = nan (* 1 = nan loss)
I1122 00:00:01.500000  7 sgd_solver.cpp:6] Iteration 10, lr = 0.001
"""


def _rows(log: bytes, phase: Literal["TRAIN", "TEST"], portion: int = 1_000_000) -> list[list[str]]:
    rows = CsvRows(phase)
    found = [row for at in range(0, len(log), portion) for row in rows.feed(log[at : at + portion])]
    return [*found, *rows.close()]


@pytest.mark.parametrize("portion", [1, 7, 100, 1_000_000])
def test_training_has_a_row_for_each_iteration(portion: int) -> None:
    assert _rows(LOG, "TRAIN", portion) == [
        ["NumIters", "Seconds", "LearningRate", "loss", "scores", "scores[2]"],
        ["0", "2.000000", "0.01", "2.5", "1", "-nan"],
        ["10", "3.000000", "0.001", "nan", "", ""],
    ]


def test_tests_have_rows_of_their_own() -> None:
    assert _rows(LOG, "TEST") == [
        ["NumIters", "Seconds", "LearningRate", "accuracy", "loss"],
        ["0", "0.500000", "0.01", "0.1", "2.3"],
    ]


def test_a_log_without_prefixes_has_no_times() -> None:
    log = b"Iteration 3, loss = 1\n    Train net output #0: loss = 1 (* 1 = 1 loss)\nIteration 3, lr = 0.1"
    assert _rows(log, "TRAIN")[1:] == [["3", "", "0.1", "1"]]


@pytest.mark.parametrize("log", [b"", b"\n\n", b"nothing of Caffe's\n", b"Iteration 99999999999999999999, loss = 1\n"])
def test_a_log_without_iterations_has_no_rows(log: bytes) -> None:
    assert _rows(log, "TRAIN") == []


def test_the_loss_that_ends_a_run_comes_without_outputs_and_makes_no_row() -> None:
    log = glog("""
        Iteration 0, loss = 2
            Train net output #0: loss = 2 (* 1 = 2 loss)
        Iteration 0, lr = 0.1
        Iteration 5, loss = 1
        Optimization Done.
    """)
    assert [row[0] for row in _rows(log, "TRAIN")] == ["NumIters", "0"]
