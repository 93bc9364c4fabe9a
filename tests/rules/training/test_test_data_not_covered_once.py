"""How much of the test data a test goes through."""

from __future__ import annotations

import pytest

from caffe_ls.rules.finding import Finding, Severity
from tests.rules.checking import findings_of, fixed

SOLVER = 'net: "net.prototxt" base_lr: 0.1 lr_policy: "fixed" max_iter: 9 test_interval: 3 test_iter: %d\n'
NET = """\
#- /net.prototxt
layer {
  name: "t" type: "ImageData" top: "data" top: "label" include { phase: TRAIN }
  image_data_param { source: "train.txt" new_height: 8 new_width: 8 batch_size: 10 }
}
layer {
  name: "v" type: "ImageData" top: "data" top: "label" include { phase: TEST }
  image_data_param { source: "test.txt" new_height: 8 new_width: 8 batch_size: 3 }
}
#- /train.txt
a.jpg 0
"""


def _text(batches: int, records: int) -> str:
    return f"#- /solver.prototxt\n{SOLVER % batches}{NET}#- /test.txt\n" + "a.jpg 1\n" * records


def _found(batches: int, records: int) -> list[Finding]:
    return [finding for finding in findings_of(_text(batches, records)) if finding.rule == "test-data-not-covered-once"]


@pytest.mark.parametrize(("batches", "records"), [(4, 12), (4, 10), (1, 1), (5, 0)])
def test_all_data_once_is_right_and_the_last_batch_may_begin_again(batches: int, records: int) -> None:
    assert _found(batches, records) == []


@pytest.mark.parametrize(
    ("batches", "words"),
    [(3, "3 batches of 3 test 9 of the 12 records of `test.txt` and leave some out"),
     (5, "5 batches of 3 test 15 of the 12 records of `test.txt` and count some twice")],
)  # fmt: skip
def test_less_and_more_are_told_with_the_numbers(batches: int, words: str) -> None:
    (found,) = _found(batches, 12)
    assert (found.message, found.severity) == (words, Severity.HINT)
    assert [related.path for related in found.related] == ["/net.prototxt"]


def test_the_fix_sets_as_many_batches_as_there_are() -> None:
    assert "test_iter: 4\n" in fixed(_text(9, 10), "Set `test_iter: 4`")
