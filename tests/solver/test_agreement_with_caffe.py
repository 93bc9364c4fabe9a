"""Learning rates as the real Caffe printed them."""

from __future__ import annotations

import json
import lzma
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from caffe_ls.schema import catalog
from caffe_ls.solver.float32 import shown
from caffe_ls.solver.learning_rate import policy_of, rate_at
from caffe_ls.solver.lower import lower_solver
from caffe_ls.solver.rate_analysis import analyse
from caffe_ls.syntax.parser import parse
from caffe_ls.text.source import decode

pytestmark = pytest.mark.shared


@pytest.mark.parametrize("dialect", ["bvlc", "ssd"])
def test_rates_types_and_lengths_are_those_of_caffe(shared: Path, dialect: str) -> None:
    schema, wrong, number = catalog.load(dialect), [], 0
    for path, row in _solvers(shared, dialect):
        solver = lower_solver(parse(decode(path.read_bytes())), schema)
        policy = policy_of(solver)
        assert policy is not None, path
        printed = {at: rate.replace("-nan", "nan") for at, rate in zip(row["lr_at"], row["lr"], strict=True)}
        mine = {at: shown(rate_at(policy, at)) for at, rate in printed.items() if rate != "n/a"}
        first = analyse(policy, solver.max_iter).first_nonfinite
        answers = (solver.type, solver.max_iter, None if first is None else first.iteration)
        if answers != (row["solver_type"], row["max_iter"], row.get("lr_first_nonfinite")):
            wrong.append((path, answers))
        wrong += [(path, at, rate, printed[at]) for at, rate in mine.items() if rate != printed[at]]
        number += len(mine)
    assert wrong == []
    assert number > 100


def _solvers(shared: Path, dialect: str) -> Iterator[tuple[Path, dict[str, Any]]]:
    folder = shared / "oracle" if dialect == "bvlc" else shared / "oracle" / dialect
    with lzma.open(folder / "verdicts.jsonl.xz", "rt", encoding="utf-8") as lines:
        corpus = [(shared / "corpus", json.loads(line)) for line in lines]
    with (folder / "cases.jsonl").open(encoding="utf-8") as lines:
        cases = [(folder, json.loads(line)) for line in lines]
    for place, row in (*corpus, *cases):
        if "lr" in row:
            yield place / row["file"], row
