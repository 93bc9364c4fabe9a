"""No gradient reaches the weights of a layer.

A gradient of exactly 0 in pass after pass is not small, it is cut off: by units that are dead, by weights that are all
0, by a lr_mult or a propagate_down above it, or by a loss that counts nothing. Layers that lose it in the same
iteration are told of together, where the one nearest to the loss stands.

Source: net.cpp (Net::Init, which decides what needs a gradient; Net::BackwardDebugInfo), relu_layer.cpp (Backward_cpu).

Bad:
        [Backward] Layer ip2, param blob 0 diff: 0.01
        [Backward] Layer ip1, param blob 0 diff: 0
        # ^^^
    Iteration 0, loss = 2.3
        [Backward] Layer ip2, param blob 0 diff: 0.01
        [Backward] Layer ip1, param blob 0 diff: 0
    Iteration 1, loss = 2.3
        [Backward] Layer ip2, param blob 0 diff: 0.01
        [Backward] Layer ip1, param blob 0 diff: 0
    Iteration 2, loss = 2.3

Bad:
        [Backward] Layer ip2, param blob 0 diff: 0
        # ^^^
        [Backward] Layer ip1, param blob 0 diff: 0
    Iteration 0, loss = 2.3
        [Backward] Layer ip2, param blob 0 diff: 0
        [Backward] Layer ip1, param blob 0 diff: 0
    Iteration 1, loss = 2.3
        [Backward] Layer ip2, param blob 0 diff: 0
        [Backward] Layer ip1, param blob 0 diff: 0
    Iteration 2, loss = 2.3

Good:
        [Backward] Layer ip2, param blob 0 diff: 0.01
        [Backward] Layer ip1, param blob 0 diff: 0
    Iteration 0, loss = 2.3
        [Backward] Layer ip2, param blob 0 diff: 0.01
        [Backward] Layer ip1, param blob 0 diff: 0.002
    Iteration 1, loss = 2.3
"""

from __future__ import annotations

from collections.abc import Iterator

from caffe_ls.analysis.evidence import Evidence
from caffe_ls.analysis.observations import NORMALISING
from caffe_ls.rules.finding import LogFinding, Severity
from caffe_ls.rules.rule import log_rule

_MANY = 3
_NAMED = 4


@log_rule(severity=Severity.WARNING)
def check(evidence: Evidence) -> Iterator[LogFinding]:
    cut_off: dict[int, list[tuple[int, str]]] = {}  # by the iteration from which on: what is cut off together
    for quantity, series in evidence.every_backward():
        if quantity.end != "param" or quantity.blob != "0" or evidence.type_of(quantity.layer) in NORMALISING:
            continue
        start = len(series.values)
        while start and series.values[start - 1] == 0:
            start -= 1
        if len(series.values) - start >= _MANY:
            cut_off.setdefault(series.iterations[start], []).append((series.line_at(start), quantity.layer or ""))
    for iteration, layers in cut_off.items():
        line, layer = layers[0]
        names = [f"`{name}`" for _, name in layers]
        which = (
            ", ".join(names) if len(names) <= _NAMED else f"{', '.join(names[:_NAMED])} and {len(names) - _NAMED} more"
        )
        text = f"no gradient reaches the weights of {which} from iteration {iteration} on: it is exactly 0"
        yield LogFinding(line, text, iteration, layer, phase="TRAIN")
