"""A ReLU layer lets nothing through any more.

Where all inputs of a ReLU are negative its output is exactly 0, and so is the gradient that it hands down: the layers
below learn nothing, and it stays dead. From the first pass on it was born so (a bias filler far below 0); later a step
that was too large did it.

Source: relu_layer.cpp (ReLULayer::Forward_cpu, Backward_cpu), net.cpp (Net::ForwardDebugInfo).

Bad:
        [Forward] Layer conv1, top blob conv1 data: 0.4
        [Forward] Layer relu1, top blob conv1 data: 0.2
    Iteration 0, loss = 2.3
        [Forward] Layer conv1, top blob conv1 data: 9.1
        [Forward] Layer relu1, top blob conv1 data: 0
        # ^^^
    Iteration 1, loss = 2.3
        [Forward] Layer conv1, top blob conv1 data: 9.1
        [Forward] Layer relu1, top blob conv1 data: 0
    Iteration 2, loss = 2.3
        [Forward] Layer conv1, top blob conv1 data: 9.1
        [Forward] Layer relu1, top blob conv1 data: 0
    Iteration 3, loss = 2.3

Good:
        [Forward] Layer conv1, top blob conv1 data: 0.4
        [Forward] Layer relu1, top blob conv1 data: 0.2
    Iteration 0, loss = 2.3
        [Forward] Layer conv1, top blob conv1 data: 0.4
        [Forward] Layer relu1, top blob conv1 data: 0.19
    Iteration 1, loss = 2.2
"""

from __future__ import annotations

from collections.abc import Iterator

from caffe_ls.analysis.evidence import Evidence
from caffe_ls.analysis.observations import dead_rectifiers
from caffe_ls.rules.finding import LogFinding, Severity
from caffe_ls.rules.rule import log_rule


@log_rule(severity=Severity.WARNING)
def check(evidence: Evidence) -> Iterator[LogFinding]:
    for death in dead_rectifiers(evidence):
        since = "from the first pass on" if death.born else f"from iteration {death.iteration} on"
        text = f"all outputs of `{death.layer}` are exactly 0 {since}: nothing is learnt through it"
        yield LogFinding(death.line, text, death.iteration, death.layer, phase="TRAIN")
