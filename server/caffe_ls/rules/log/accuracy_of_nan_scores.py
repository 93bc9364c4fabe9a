"""An accuracy stands beside a loss that is nan.

Accuracy counts how many scores are larger than the label's; with nan none is, and it reports 1, or chance
(accuracy_layer.cpp). A perfect accuracy beside a nan loss is no success.

Source: accuracy_layer.cpp (AccuracyLayer::Forward_cpu), solver.cpp (Solver::Test).

Bad:
    Iteration 60, Testing net (#0)
        Test net output #0: accuracy = 1
        # ^^^
        Test net output #1: loss = nan (* 1 = nan loss)

Good:
    Iteration 60, Testing net (#0)
        Test net output #0: accuracy = 0.98
        Test net output #1: loss = 0.05 (* 1 = 0.05 loss)
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from caffe_ls.analysis.evidence import Evidence
from caffe_ls.rules.finding import LogFinding, Severity
from caffe_ls.rules.rule import log_rule


@log_rule(severity=Severity.WARNING)
def check(evidence: Evidence) -> Iterator[LogFinding]:
    outputs = evidence.run.outputs
    broken = {
        (output.net, iteration)
        for output, series in outputs.items()
        if output.phase == "TEST"
        for iteration, value in zip(series.iterations, series.values, strict=True)
        if not math.isfinite(value)
    }
    for output, series in outputs.items():
        if output.phase != "TEST" or evidence.type_of_output(output.name) not in ("Accuracy", ""):
            continue
        for at, (iteration, value) in enumerate(zip(series.iterations, series.values, strict=True)):
            if (output.net, iteration) in broken and 0 <= value <= 1 and _is_named_so(evidence, output.name):
                text = f"`{output.name}` is {value:g} of scores that are no numbers: it means nothing"
                yield LogFinding(series.line_at(at), text, iteration, blob=output.name, phase="TEST")
                break


def _is_named_so(evidence: Evidence, name: str) -> bool:
    """Whether the output is an accuracy; where the net is not known, its name tells."""
    return bool(evidence.written) or "acc" in name.lower()
