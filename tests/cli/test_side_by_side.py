"""Many files are judged by several processes, and nobody can tell from the answer."""

from __future__ import annotations

import os
import time
from multiprocessing import active_children
from pathlib import Path

import pytest

from caffe_ls.cli import side_by_side as module
from caffe_ls.cli.side_by_side import side_by_side
from tests.cli.running import check_json


def test_results_come_in_the_order_of_the_items() -> None:
    assert list(side_by_side(range(500), lambda item: item * item)) == [item * item for item in range(500)]


@pytest.mark.skipif(module._processors() < 2, reason="needs two processors, and Linux")
def test_many_items_are_worked_on_by_other_processes_and_few_by_this_one() -> None:
    assert os.getpid() not in set(side_by_side(range(500), lambda _: os.getpid()))
    assert set(side_by_side(range(50), lambda _: os.getpid())) == {os.getpid()}


def test_pieces_become_smaller_so_that_no_process_waits_long_for_the_last_one() -> None:
    pieces = list(module._pieces(range(500), 2))
    assert [item for piece in pieces for item in piece] == list(range(500))
    sizes = [len(piece) for piece in pieces]
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[-1] == 1


@pytest.mark.skipif(module._processors() < 2, reason="needs two processors, and Linux")
def test_work_that_nobody_asks_for_any_more_is_stopped() -> None:
    answers = side_by_side(range(500), lambda item: time.sleep(600 if item > 200 else 0))
    next(answers)
    children = active_children()
    assert children
    answers.close()  # type: ignore[attr-defined]  # It is a generator.
    for child in children:
        child.join(60)
    assert not any(child.is_alive() for child in children)


def test_a_report_of_many_files_is_that_of_each_alone(tmp_path: Path) -> None:
    texts = (
        'layer { name: "a" type: "Relu" }\n',
        'layers { name: "a" type: RELU bottom: "b" top: "c" }\n',
        'base_lr = 0.1\nlr_policy: "fixed"\n',
    )
    for number in range(100):
        (tmp_path / f"{number:03}.prototxt").write_text(texts[number % 3], encoding="utf-8")
    (tmp_path / "caffe-ls.toml").write_text("no_such_setting = 1\n", encoding="utf-8")
    together = check_json(tmp_path)
    files = together.report["files"]
    assert [Path(file["path"]).name for file in files] == [f"{number:03}.prototxt" for number in range(100)]
    for number in range(3):
        alone = check_json(files[number]["path"]).report["files"][0]
        assert files[number] == alone
    assert together.told.count("no_such_setting") == 1
