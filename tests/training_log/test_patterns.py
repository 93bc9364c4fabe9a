"""Each pattern recognises its sample lines, and no other pattern takes them."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from caffe_ls.training_log.line import lines_of
from caffe_ls.training_log.patterns import PATTERNS, kind_of, number


@pytest.mark.parametrize(("name", "sample"), [(one.name, sample) for one in PATTERNS for sample in one.samples])
@pytest.mark.parametrize("prefix", ["", "I1121 01:30:18.899614  1154 net.cpp:86] "])
def test_a_sample_is_of_its_pattern(name: str, sample: str, prefix: str) -> None:
    assert [kind_of(line) for line in lines_of((prefix + sample).encode())] == [name]


@pytest.mark.parametrize(
    "raw",
    ["", "hello", "loss is nan", 'layer { name: "a" }', "Iteration 5", "Iteration 5, loss = infamous", "base_lr: nan"],
)
def test_other_text_is_none_of_caffes(raw: str) -> None:
    assert [kind_of(line) for line in lines_of(raw.encode())] in ([None], [])


def test_the_rest_of_caffes_lines_go_by_their_source() -> None:
    (line,) = lines_of(b"I0918 02:06:02.857064  5721 cudnn_conv_layer.cpp:194] Reallocating workspace storage: 4356")
    assert kind_of(line) == "message cudnn_conv_layer.cpp"


@pytest.mark.parametrize(
    ("raw", "value", "negative"),
    [
        (b"1e+20", 1e20, False),
        (b"nan", math.nan, False),
        (b"-nan", math.nan, True),
        (b"-nan(ind)", math.nan, True),
        (b"1.#QNAN", math.nan, False),
        (b"-1.#IND", math.nan, True),
        (b"1.#INF", math.inf, False),
        (b"-inf", -math.inf, True),
    ],
)
def test_numbers_are_read_as_any_machine_prints_them(raw: bytes, value: float, negative: bool) -> None:
    found = number(raw)
    assert found == value or (math.isnan(found) and math.isnan(value))
    assert (math.copysign(1, found) < 0) == negative


@pytest.mark.shared
def test_the_shapes_of_public_logs_are_understood(shared: Path) -> None:
    """Each of them is a line of Caffe's or of a fork's, by where it was collected."""
    rows = (shared / "logs/wild/shapes.tsv").read_text(encoding="utf-8", errors="replace").split("\n")[1:]
    examples = [cell for row in rows for cell in row.split("\t", 4)[4:]]
    assert len(examples) > 1_000
    unknown = [one for one in examples if any(kind_of(line) is None for line in lines_of(one.encode()))]
    assert unknown == []
