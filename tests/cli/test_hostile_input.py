"""Whatever a file holds, the answer is bounded, clear and no traceback."""

from __future__ import annotations

import random

import pytest

from tests.cli.running import check_json, run

_HOSTILE = {
    "nested 100,000 deep": b"layer {" * 100_000,
    "nested and closed": b"a {" * 100_000 + b"}" * 100_000,
    "brackets": b"layer: [" * 100_000,
    "closing brackets": b"}" * 100_000,
    "a line of 10 MB": b'name: "' + b"x" * 10_000_000 + b'"',
    "a line of 1 MB of fields": b'bottom: "x" ' * 80_000,
    "an open string": b'layer { name: "' + b"x" * 1_000_000,
    "NUL bytes": b"layer { name: \0 }\n" * 5_000,
    "zeros alone": b"\0" * 1_000_000,
    "binary": random.Random(1).randbytes(500_000),
    "UTF-16": 'layer { name: "a" }\n'.encode("utf-16") * 1_000,
    "broken UTF-8": b'layer { name: "\xc3\x28\xff\xfe" type: "ReLU" }\n' * 2_000,
    "100,000 layers": b'layer { name: "a" type: "ReLU" bottom: "a" top: "a" }\n' * 100_000,
    "only comments": b"# nothing\n" * 300_000,
    "carriage returns": b"\r" * 1_000_000,
}


@pytest.mark.parametrize("name", _HOSTILE)
@pytest.mark.parametrize("kind", ["net", "solver"])
def test_the_answer_is_bounded(name: str, kind: str) -> None:
    if kind == "solver" and len(_HOSTILE[name]) > 3_000_000:
        pytest.skip("once is enough")
    answer = check_json("--kind", kind, "-", stdin=_HOSTILE[name])
    assert answer.status in (0, 1), answer.told
    assert answer.told == ""
    assert len(answer.out) < 3_000_000


@pytest.mark.parametrize("name", ["nested 100,000 deep", "binary", "NUL bytes", "an open string"])
def test_fixing_it_is_bounded_too(name: str) -> None:
    answer = run("check", "--fix", "--unsafe", "--kind", "net", "-", stdin=_HOSTILE[name])
    assert answer.status in (0, 1), answer.told


@pytest.mark.parametrize("name", ["nested 100,000 deep", "binary", "zeros alone"])
def test_what_cannot_be_read_has_a_finding(name: str) -> None:
    assert check_json("--kind", "net", "-", stdin=_HOSTILE[name]).rules
