"""How many BatchNorms numbers pass through, as the text of a net's layers tells."""

from __future__ import annotations

from caffe_ls.net.batch_norms import normalizations_in_a_row
from caffe_ls.net.lower import lower_file
from caffe_ls.net.model import Phase
from caffe_ls.syntax.parser import parse

_BRANCHES = """
layer { name: "one" type: "BatchNorm" bottom: "x" top: "a" }
layer { name: "two" type: "BatchNorm" bottom: "a" top: "a" }
layer { name: "other" type: "BatchNorm" bottom: "x" top: "b" }
layer { name: "sum" type: "Eltwise" bottom: "a" bottom: "b" top: "sum" }
layer { name: "last" type: "BatchNorm" bottom: "sum" top: "last" batch_norm_param { use_global_stats: true } }
"""


def _in_a_row(phase: Phase) -> int:
    return normalizations_in_a_row([placed.spec for placed in lower_file(parse(_BRANCHES)).layers], phase)


def test_the_longest_way_counts_and_branches_do_not_add() -> None:
    assert _in_a_row("TEST") == 3


def test_one_that_normalizes_by_its_batch_does_not_count() -> None:
    assert _in_a_row("TRAIN") == 1
