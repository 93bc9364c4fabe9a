"""Whatever a log holds, there is an answer: no exception, confidences between 0 and 1, reasons on lines that exist."""

from __future__ import annotations

import random
import re

import pytest

from caffe_ls.analysis.evidence import Evidence
from caffe_ls.diagnosis.diagnosing import diagnose, diagnose_evidence
from caffe_ls.rules.checking_logs import check_log
from caffe_ls.training_log.ending import ended
from tests.diagnosis.runs import RISES_AND_BREAKS, passes, run
from tests.training_log.logs import read

_NUMBER = re.compile(rb"[-+]?\d[\d.e+-]*")
_ODD = (b"nan", b"-nan", b"inf", b"-inf", b"0", b"-1", b"1e38", b"1e-45", b"99999999999999999999", b"")
_LOGS = (run(debug=lambda _: passes({})), run(RISES_AND_BREAKS, debug=lambda at: passes({"size": 5 * 9**at})))


def _mangled(log: bytes, chance: random.Random) -> bytes:
    lines = []
    for line in log.split(b"\n"):
        if chance.random() < 0.05:
            continue
        found = list(_NUMBER.finditer(line)) if chance.random() < 0.1 else []
        if found:
            number = chance.choice(found)
            line = line[: number.start()] + chance.choice(_ODD) + line[number.end() :]
        if line and chance.random() < 0.02:
            at = chance.randrange(len(line))
            line = line[:at] + bytes([chance.randrange(256)]) + line[at + 1 :]
        lines.append(line)
    cut = b"\n".join(lines)
    return cut[: chance.randrange(len(cut))] if chance.random() < 0.3 else cut


@pytest.mark.parametrize("seed", range(150))
def test_mangled_logs(seed: int) -> None:
    chance = random.Random(seed)
    log = _mangled(chance.choice(_LOGS), chance)
    record = read(log)
    for one in record.runs:
        evidence = Evidence(one, ended(record, one))
        causes = diagnose_evidence(evidence)
        assert causes
        assert all(0 <= cause.confidence <= 1 for cause in causes)
        lines = [reason.line for cause in causes for reason in cause.because]
        lines += [finding.line for finding in check_log(evidence)]
        assert all(line is None or 0 < line <= record.lines + 1 for line in lines)


@pytest.mark.parametrize(
    "log", [b"", b"\n", b"\0" * 1_000, b"Iteration 1, loss = nan", b"Optimization Done.\n", b"F\n"]
)
def test_logs_of_nothing(log: bytes) -> None:
    assert diagnose(read(log))


def test_a_net_of_very_many_layers_in_a_log() -> None:
    layers = "\n".join(
        f'layer {{ name: "s{at}" type: "Sigmoid" bottom: "b{at}" top: "b{at + 1}" }}' for at in range(5_000)
    )
    data = 'layer { name: "d" type: "Input" top: "b0" input_param { shape { dim: 1 dim: 2 } } }\n'
    assert diagnose(read(run(net=data + layers)))
