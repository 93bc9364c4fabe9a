"""Every net that the real Caffe builds has the shapes, parameters, gradients and memory that it says."""

from __future__ import annotations

import json
import lzma
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from caffe_ls.net.graph import build
from caffe_ls.net.lower import lower_file
from caffe_ls.net.model import AnyShape, DataSource, Net, NetText, State
from caffe_ls.syntax.parser import parse
from caffe_ls.text.source import decode

pytestmark = pytest.mark.shared

_DATA = DataSource((3, 227, 227), 1)
_SPLIT = re.compile(r"_split_\d+$")


@pytest.mark.parametrize("dialect", ["bvlc", "ssd"])
def test_nets_are_as_caffe_builds_them(shared: Path, dialect: str) -> None:
    texts: dict[str, NetText] = {}
    wrong = []
    for row in _accepted(shared, dialect):
        path = row["file"]
        if path not in texts:
            texts[path] = lower_file(parse(decode((shared / "corpus" / path).read_bytes())), dialect)
        differences = _differences(row, build(texts[path], State(row["phase"]), _DATA))
        if differences:
            wrong.append((path, row["phase"], differences[:3]))
    assert texts
    assert wrong == []


def _accepted(shared: Path, dialect: str) -> Iterator[dict[str, Any]]:
    folder = shared / "oracle" if dialect == "bvlc" else shared / "oracle" / dialect
    with lzma.open(folder / "verdicts.jsonl.xz", "rt", encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            if row["kind"] == "net" and row["verdict"] == "accept" and "shapes" in row and not row.get("environment"):
                yield row


def _differences(row: dict[str, Any], net: Net) -> list[object]:
    found: list[object] = [refusal.message for refusal in net.refusals]
    for name, dims in row["shapes"].items():
        if not _SPLIT.search(name) and not _same(dims, net.blobs.get(name)):
            found.append((name, dims, net.blobs.get(name)))
    layers = {layer.name: layer for layer in net.layers}
    for told in row["layers"]:
        if told["type"] == "Split":
            continue
        layer = layers[told["name"]]
        if [list(shape or ()) for shape in layer.param_shapes or ()] != told["param_shapes"]:
            found.append((layer.name, "parameters", told["param_shapes"], layer.param_shapes))
        if layer.needs_backward != told["backward"]:
            found.append((layer.name, "backward", told["backward"]))
        if any(told["loss"]) and list(layer.loss_weights) != told["loss"]:
            found.append((layer.name, "loss", told["loss"], layer.loss_weights))
    for key, mine in (("param_count", net.param_count), ("memory_required_for_data", net.data_memory_bytes)):
        if key in row and row[key] != mine:
            found.append((key, row[key], mine))
    return found


def _same(dims: list[int | None], mine: AnyShape) -> bool:
    """Whether two shapes agree; null in the record stands for any size."""
    if mine is None or len(dims) != len(mine):
        return False
    return all(told is None or told == known for told, known in zip(dims, mine, strict=True))
