"""A line is glog's prefix, in any form it has been seen in, and a body."""

from __future__ import annotations

import pytest

from caffe_ls.training_log.line import lines_of, source_name


@pytest.mark.parametrize(
    "raw",
    [
        "I1121 01:31:08.246205  2357 solver.cpp:312] Iteration 5, loss = 1",
        "I20211121 01:31:08.246205  2357 solver.cpp:312] Iteration 5, loss = 1",
        "I1121 01:31:08.246205 2013098752 solver.cpp:312] Iteration 5, loss = 1\r",
        r"W1121 01:31:08.246205  2357 C:\my caffe\src\caffe\solver.cpp:312] Iteration 5, loss = 1",
        "[3] I1121 01:31:08.246205  2357 solver.cpp:312] Iteration 5, loss = 1",
        "GPU 1: I1121 01:31:08.246205  2357 solver.cpp:312] Iteration 5, loss = 1",
        "> I1121 01:31:08.246205  2357 solver.cpp:312] Iteration 5, loss = 1",
        "solver.cpp:312] Iteration 5, loss = 1",
        "... solver.cpp:312] Iteration 5, loss = 1",
        "        I1121 ...]     Iteration 5, loss = 1",
        "Iteration 5, loss = 1",
        "   Iteration 5, loss = 1  ",
        "**Iteration 5, loss = 1**",
        r"""      "I1121 01:31:08.246205 20130 solver.cpp:312] Iteration 5, loss = 1\r\n",""",
        "I1121 01:31:08.246205  2357 solver.cpp:312] \x1b[32mIteration 5, loss = 1\x1b[0m",
        "other text without an endI1121 01:31:08.246205  2357 solver.cpp:312] Iteration 5, loss = 1",
    ],
)
def test_the_body_is_found_behind_every_prefix(raw: str) -> None:
    (line,) = lines_of(raw.encode())
    assert line.body == b"Iteration 5, loss = 1"


def test_the_prefix_is_taken_apart() -> None:
    (line,) = lines_of(rb"[3] E1121 01:31:08.246205  2357 D:\caffe\net.cpp:721] words")
    assert line[:4] == (b"E", b"2357", rb"D:\caffe\net.cpp", b"3")
    assert source_name(line.source) == "net.cpp"


def test_a_progress_bar_ends_where_a_line_of_caffe_begins() -> None:
    raw = b" 10%\r 20%\rI1121 01:31:08.246205  2357 solver.cpp:1] Solving net\r"
    assert [line.body for line in lines_of(raw)] == [b"10%", b"20%", b"Solving net"]


def test_two_lines_glued_together_are_two() -> None:
    raw = b"I1121 01:31:08.246205  2357 a.cpp:1] oneI1121 01:31:08.246205  2358 b.cpp:2] two"
    assert [(line.thread, line.body) for line in lines_of(raw)] == [(b"2357", b"one"), (b"2358", b"two")]
