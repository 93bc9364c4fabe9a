"""done, fatal, crashed, killed or running: from what the last lines say, and where the text stops."""

from __future__ import annotations

import pytest

from caffe_ls.training_log.ending import ended
from caffe_ls.training_log.reader import Reader
from tests.training_log.logs import DEBUG, end_of, glog

_ITERATION = "Iteration {0}, loss = 1\n    Train net output #0: loss = 1\nIteration {0}, lr = 0.1"
_TWO = _ITERATION.format(0) + "\n" + _ITERATION.format(10) + "\n"


@pytest.mark.parametrize(
    ("last", "expected"),
    [
        ("Optimization Done.", "done"),
        ("Optimization stopped early.\nOptimization Done.", "killed"),
        ("|Check failed: a == b (1 vs. 2)", "fatal"),
        (
            "|F1121 01:30:00.000123    77 x.cpp:1] Check failed: a\n|*** Check failure stack trace: ***\n|    @ 0x1 f",
            "fatal",
        ),
        ("|F1121 01:30:00.000123    77 solver.cpp:1] Cannot write to snapshot prefix", "fatal"),
        (
            "|*** Aborted at 1 (unix time) try\n|*** SIGSEGV (@0x0) received by PID 7 ***\n|    @  0x7f (unknown)",
            "crashed",
        ),
        (
            "|*** Aborted at 1 (unix time) try\n|*** SIGTERM (@0x0) received by PID 7 ***\n|    @  0x7f (unknown)",
            "killed",
        ),
        ("|Traceback (most recent call last):\n|  File\n|ValueError: no", "crashed"),
        ("Optimization Done.\n|double free or corruption (out)\n|Aborted (core dumped)", "crashed"),
        ("|Segmentation fault (core dumped)", "crashed"),
        ("|terminate called after throwing an instance of 'x'", "crashed"),
        ("|Killed", "killed"),
        ("Data layer prefetch queue empty", "running"),
        ("Iteration 20, loss = 1", "killed"),
        ("Iteration 20, loss = 1\n    Train net output #0: loss = 1", "killed"),
        (DEBUG.format(1, 1), "killed"),
        ("Iteration 20, Testing net (#0)", "killed"),
        ("Iteration 20, Testing net (#0)\n    Test net output #0: loss = 1", "running"),
        ("|Traceback (most recent call last):\n" + _ITERATION.format(20), "running"),
    ],
)
def test_the_last_lines_tell(last: str, expected: str) -> None:
    assert end_of(glog(_TWO + last)) == expected


def test_after_whole_lines_the_run_may_go_on() -> None:
    assert end_of(glog(_TWO)) == "running"


def test_a_line_without_an_end_is_the_end_of_a_run_unless_the_log_grows() -> None:
    log = glog(_TWO) + b"I1121 0"
    assert end_of(log) == "killed"
    reader = Reader()
    reader.feed(log)
    assert ended(reader.record(), reader.record().runs[-1], growing=True) == "running"


def test_done_needs_no_last_line_end() -> None:
    assert end_of(glog(_TWO + "Optimization Done.").rstrip(b"\n")) == "done"
