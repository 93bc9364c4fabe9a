"""The learning rate falls to nothing long before the run ends.

`gamma` has no default but 0: `step`, `multistep`, `exp` and SSD's `plateau` without it set the rate to 0 at the first
step, and every later iteration is for nothing. Much the same comes of a gamma that is applied too often: `exp` applies
it in each iteration, so that 0.96 leaves a ten-millionth after 395 of them. Said is the iteration from which on the
rate is 0, or below a ten-millionth of its largest, which float32 weights hardly feel.

Source: sgd_solver.cpp (SGDSolver::GetLearningRate), computed in float32.

Bad:
    net: "train_val.prototxt"
    base_lr: 0.01
    lr_policy: "step"
    #<^^^^^^^
    stepsize: 1000
    max_iter: 10000

Good:
    net: "train_val.prototxt"
    base_lr: 0.01
    lr_policy: "step"
    gamma: 0.1
    stepsize: 1000
    max_iter: 4000

Bad:
    net: "train_val.prototxt"
    base_lr: 0.01
    lr_policy: "exp"
    gamma: 0.96
    #      ^^^^
    max_iter: 10000
"""

from __future__ import annotations

from collections.abc import Iterator

from caffe_ls.analysis.documents import PrototxtDocument
from caffe_ls.rules.finding import Category, Finding, Fix, Severity
from caffe_ls.rules.learning_rates import RunRate, gentle_gamma, run_rate
from caffe_ls.rules.rule import document_rule
from caffe_ls.rules.solver_fields import anchor, number_text, set_field
from caffe_ls.solver.learning_rate import SHRINKING, STEPPED
from caffe_ls.solver.rate_analysis import TINY_SHARE

_EARLY = 0.8


@document_rule(category=Category.TRAINING, severity=Severity.WARNING, reads="solver", fixable=True)
def check(document: PrototxtDocument) -> Iterator[Finding]:
    run = run_rate(document)
    if run is None or run.policy.base_lr == 0:
        return
    analysis, without_gamma = run.analysis, run.policy.name in SHRINKING and run.policy.gamma == 0
    point = analysis.first_zero if without_gamma else analysis.first_tiny
    if point is None or point.iteration < run.policy.begins_at or (not without_gamma and not _stays_tiny(run)):
        return
    blamed = document.solver.first("power" if run.policy.name == "poly" else "gamma")
    place = blamed.span if blamed is not None else anchor(document, "lr_policy")
    assert place is not None
    what = "0" if point.rate == 0 else number_text(point.rate)
    why = ""
    if without_gamma:
        why = "`gamma` is 0: " if document.solver.has("gamma") else "without `gamma`, "
    message = f"{why}the learning rate is {what} from iteration {point.iteration:,} on"
    if run.end_is_known:
        message += f" of {analysis.end:,}"
    # Steps are counted by whoever sets them, and a run without a sensible end is stopped by hand.
    certain = without_gamma or (run.end_is_known and run.policy.name not in STEPPED)
    severity = Severity.WARNING if certain else Severity.INFORMATION
    yield Finding(place, message, tuple(_fixes(document, run)), severity=severity)


def _stays_tiny(run: RunRate) -> bool:
    """Whether the rate comes down to nothing, and not only in the last part of the run, as a polynomial does."""
    analysis = run.analysis
    if analysis.first_tiny is None or analysis.highest is None or run.policy.depends_on_loss:
        return False
    tiny = TINY_SHARE * analysis.highest.rate
    return analysis.first_tiny.iteration < _EARLY * analysis.end and abs(analysis.last.rate) < tiny


def _fixes(document: PrototxtDocument, run: RunRate) -> Iterator[Fix]:
    if run.policy.name in SHRINKING and run.policy.gamma < 1:
        yield set_field(document, "gamma", f"{gentle_gamma(run):.6g}", "lr_policy")
