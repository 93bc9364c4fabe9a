"""The first line, in the file's order, on which nan or inf stands as a quantity's value."""

from __future__ import annotations

import json
import lzma
from pathlib import Path

import pytest

from caffe_ls.training_log.ending import ended
from caffe_ls.training_log.json_form import first_nonfinite_json
from caffe_ls.training_log.record import NonFinite
from tests.training_log.logs import DEBUG, NORMS, SOLVER, glog, read, trouble_of

_GOOD = "Iteration 0, loss = 1\nIteration 0, lr = 0.1\n"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (_GOOD, None),
        ("Iteration 0 (-nan iter/s, infs/1 iters), loss = 1", None),
        (f"{SOLVER}\n|base_lr: nan\n{_GOOD}", None),
        ("Iteration 0, loss = -nan", NonFinite(1, 0, "TRAIN", "loss")),
        (_GOOD + "Iteration 5, lr = inf", NonFinite(3, 5, "TRAIN", "learning-rate")),
        (
            "Iteration 5, loss = 1\n    Train net output #1: a = b = nan (* 1 = nan loss)",
            NonFinite(2, 5, "TRAIN", "loss", None, "a = b"),
        ),
        (
            "Iteration 5, loss = 1\n    Train net output #0: x = 3e+38 (* 1e+06 = inf loss)",
            NonFinite(2, 5, "TRAIN", "loss", None, "x"),
        ),
        (
            "Iteration 7, Testing net (#1)\n    Test net output #0: acc = nan",
            NonFinite(2, 7, "TEST", "loss", None, "acc"),
        ),
        (
            DEBUG.format("0.5", "nan") + "\nIteration 9, loss = 1",
            NonFinite(2, 9, "TRAIN", "backward", "ip", "0", "diff"),
        ),
        (
            NORMS.format(1, 2, 3, "inf") + "\nIteration 9, loss = nan",
            NonFinite(1, 9, "TRAIN", "norm", None, None, "diff"),
        ),
        (NORMS.format(1, 2, "inf", "inf") + "\nIteration 9, loss = 1", NonFinite(1, 9, "TRAIN", "norm", part="data")),
        (
            "Iteration 9, loss = 1\nIteration 9, lr = 1\n    [Update] Layer ip, param 0 data: 0.5; diff: nan\n"
            + DEBUG.format(1, 1)
            + "\nIteration 10, loss = 1",
            NonFinite(3, 9, "TRAIN", "update", "ip", "0", "diff"),
        ),
        (
            "Iteration 4, Testing net (#0)\n[Forward] Layer bn, top blob x data: inf\nTest net output #0: a = 1",
            NonFinite(2, 4, "TEST", "forward", "bn", "x", "data"),
        ),
        (
            _GOOD + "Gradient clipping: scaling down gradients (L2 norm inf > 35) by scale factor 0",
            NonFinite(3, 0, "TRAIN", "norm", part="diff"),
        ),
    ],
)
def test_where_it_stands(text: str, found: NonFinite | None) -> None:
    assert trouble_of(glog(text)) == found


def test_a_test_that_prints_no_output_does_not_make_the_training_after_it_a_test() -> None:
    log = glog("Iteration 0, Testing net (#0)\n" + DEBUG.format("nan", 1) + "\nIteration 0, loss = 1")
    assert trouble_of(log) == NonFinite(2, 0, "TRAIN", "forward", "ip", "ip", "data")


@pytest.mark.parametrize(
    ("before", "iteration"),
    [
        ("", 0),
        ("Resuming from snap/n_iter_100.solverstate\n", 100),
        ("Iteration 20, loss = 1\nIteration 30, loss = 1\n", 40),
        (f"{SOLVER}\n|display: 5\nIteration 20, loss = 1\n", 25),
    ],
)
def test_a_block_that_nothing_closes_is_of_the_next_display(before: str, iteration: int) -> None:
    found = trouble_of(glog(before + DEBUG.format("nan", 1)))
    assert found is not None
    assert found.iteration == iteration


def test_lines_end_at_line_feeds_alone() -> None:
    log = b"bar 1\rbar 2\r\x0b\x0c\n\xe2\x80\xa8\n" + glog("Iteration 3, loss = nan")
    assert trouble_of(log) == NonFinite(3, 3, "TRAIN", "loss")


@pytest.mark.shared
def test_it_agrees_with_every_known_truth(shared: Path) -> None:
    wrong = []
    for line in (shared / "logs/truth.jsonl").read_text(encoding="utf-8").splitlines():
        truth = json.loads(line)
        folder = shared / "logs" / truth["scenario"]
        packed = folder / "train.log.xz"
        record = read(lzma.decompress(packed.read_bytes()) if packed.exists() else (folder / "train.log").read_bytes())
        run = record.troubled_run
        found = first_nonfinite_json(run) if run else None
        end = ended(record, record.runs[-1])
        if found != truth["first_nonfinite"] or end not in (truth["ended"], truth.get("ended_also")):
            wrong.append((truth["scenario"], found, end))
    assert wrong == []
