"""Matrices of InfogainLoss layers."""

from __future__ import annotations

import pytest

from caffe_ls.rules.finding import Severity
from caffe_ls.weights.binary import read_numbers
from caffe_ls.wire.stored_bytes import NotReadableError, held
from tests.rules.checking import findings_of
from tests.weights.stored_files import stored

NET = """\
#- /net.prototxt
layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 4 dim: 2 } } }
layer { name: "label" type: "Input" top: "label" input_param { shape { dim: 4 } } }
layer { name: "loss" type: "InfogainLoss" bottom: "data" bottom: "label" top: "loss"
        infogain_loss_param { source: "h.binaryproto" } }
#- /h.binaryproto
num: 1 channels: 1 height: 2 width: 2 %s
"""


@pytest.mark.parametrize(
    ("matrix", "severity", "said"),
    [
        ("1 0 0 1", None, ""),
        ("1 2 3 4", None, ""),
        ("0 0 0 0", Severity.WARNING, "holds zeros alone: the loss is 0, and nothing is learnt"),
        ("1 0 0 0", Severity.INFORMATION, "has zeros alone in row 1: label 1 is never learnt"),
        ("1 0 -2 1", Severity.WARNING, "has -2 in row 1: the loss of label 1 falls without end"),
        ("1 0 0 nan", Severity.WARNING, "has nan in row 1: the first label 1 makes the loss nan"),
        ("1e6 0 0 1e6", Severity.WARNING, "has entries of up to 1,000,000, which multiply the gradient"),
        ("500 0 0 1", Severity.INFORMATION, "has entries of up to 500, which multiply the gradient"),
        ("1 0 1", None, ""),
    ],
)
def test_a_matrix_is_looked_at_where_it_is_there(matrix: str, severity: Severity | None, said: str) -> None:
    found = findings_of(NET % " ".join(f"data: {number}" for number in matrix.split()))
    found = [one for one in found if one.rule == "infogain-matrix-suspicious"]
    assert [(one.severity, one.message) for one in found] == ([(severity, f"`h.binaryproto` {said}")] if said else [])


@pytest.mark.parametrize(
    ("message", "text", "numbers"),
    [
        ("BlobProto", "data: 1 data: 2.5", (1.0, 2.5)),
        ("BlobProto", "double_data: 0.1 double_data: 3", (0.1, 3.0)),
        ("BlobProto", "data: 1 double_data: 3", (3.0,)),
        ("UnpackedBlobProto", "num: 2 data: 1 data: 2 data: -3", (1.0, 2.0, -3.0)),
        ("BlobProto", "num: 1", ()),
    ],
)
def test_numbers_are_read_packed_or_not_in_either_precision(
    message: str, text: str, numbers: tuple[float, ...]
) -> None:
    assert read_numbers(held(stored(message, text)), 10) == numbers


def test_a_file_of_many_numbers_is_left_alone() -> None:
    with pytest.raises(NotReadableError, match="more than 2 numbers"):
        read_numbers(held(stored("BlobProto", "data: 1 data: 2 data: 3")), 2)
