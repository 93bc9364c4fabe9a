"""Where a solver's snapshots are to be written."""

from __future__ import annotations

import pytest

from caffe_ls.analysis.disk import Access
from caffe_ls.analysis.workspace import open_document
from caffe_ls.rules.checking import check
from caffe_ls.settings import Settings

SOLVER = 'net: "n"\nbase_lr: 0.01\nlr_policy: "fixed"\nmax_iter: 9\n'
FOLDERS = {"/home": ["work"], "/home/desk": ["solver.prototxt", "empty", "full"], "/home/desk/full": ["a"]}


def _messages(more: str) -> list[str]:
    access = Access(lambda path: None, lambda folder: FOLDERS.get(folder, []))
    document = open_document("/home/desk/solver.prototxt", SOLVER + more, Settings(), access, lambda path, data: None)
    return [one.message for one in check(document) if one.rule == "snapshot-folder-not-found"]


@pytest.mark.parametrize(
    "prefix", ["net", "full/net", "empty/net", "empty/", "work/full/net", "/home/desk/empty/n", "%s/n"]
)
def test_a_folder_that_is_there_is_silent_even_if_it_is_empty(prefix: str) -> None:
    assert _messages(f'snapshot: 5 snapshot_prefix: "{prefix}"') == []


@pytest.mark.parametrize("prefix", ["none/net", "full/none/", "/nowhere/net", "../none/net"])
def test_a_folder_that_is_not_there_is_told(prefix: str) -> None:
    (message,) = _messages(f'snapshot: 5 snapshot_prefix: "{prefix}"')
    folder = prefix.rpartition("/")[0]
    assert message == (
        f"the folder `{folder}` is not found from here: Caffe looks for it from the directory it is started in, and"
        " makes none"
    )


def test_a_solver_that_writes_nothing_needs_no_folder() -> None:
    assert _messages('snapshot_prefix: "none/net" snapshot_after_train: false') == []
    assert len(_messages('snapshot_prefix: "none/net"')) == 1
