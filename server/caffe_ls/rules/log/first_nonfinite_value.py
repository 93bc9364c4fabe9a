"""A value of the run is nan or inf.

The first such line, in the log's order, is where to look: all later ones follow from it. The number behind `[Forward]`
and `[Backward]` is the mean of the absolute values (net.cpp, Net::ForwardDebugInfo), so that a single nan in a blob
makes it nan. With `display: N` a pass is shown every N iterations only: it came up somewhere since the last one shown.

Source: net.cpp (Net::ForwardDebugInfo, Net::BackwardDebugInfo), blob.cpp (Blob::asum_data), solver.cpp (Solver::Step).

Bad:
    Iteration 0, loss = 2.3
        Train net output #0: loss = 2.3 (* 1 = 2.3 loss)
    Iteration 10, loss = nan
    # ^^^
        Train net output #0: loss = nan (* 1 = nan loss)

Good:
    Iteration 0, loss = 2.3
        Train net output #0: loss = 2.3 (* 1 = 2.3 loss)
    Iteration 10, loss = 2.1
        Train net output #0: loss = 2.1 (* 1 = 2.1 loss)
"""

from __future__ import annotations

from collections.abc import Iterator

from caffe_ls.analysis.evidence import Evidence
from caffe_ls.analysis.observations import first_nonfinite_in_training
from caffe_ls.rules.finding import LogFinding, Severity
from caffe_ls.rules.rule import log_rule


@log_rule(severity=Severity.WARNING)
def check(evidence: Evidence) -> Iterator[LogFinding]:
    found = first_nonfinite_in_training(evidence)
    if found is None or found.direction == "norm":
        return
    where = {
        "forward": f"layer `{found.layer}` gives `{found.blob}` with a value that is no number",
        "backward": f"layer `{found.layer}` hands down a gradient of `{found.blob}` that is no number",
        "update": f"the update of layer `{found.layer}` is no number",
        "learning-rate": "the learning rate is no number",
        "loss": f"the output `{found.blob}` is no number" if found.blob else "the smoothed loss is no number",
    }[found.direction]
    since = _since(evidence, found.iteration)
    text = f"{where}, the first in this run, in iteration {found.iteration}{since}"
    yield LogFinding(found.line, text, found.iteration, found.layer, found.blob, found.phase)


def _since(evidence: Evidence, iteration: int | None) -> str:
    """In which iterations it must have come up, where not every one is shown."""
    before = [shown for shown in evidence.run.loss.iterations if iteration is not None and shown < iteration]
    last = max(before, default=None)
    if last is None or iteration is None or iteration - last <= 1:
        return ""
    return f": it came up after iteration {last}"
