"""The learning rate over the run, for hovers on the fields of a solver that decide it."""

from __future__ import annotations

from caffe_ls.analysis.documents import PrototxtDocument
from caffe_ls.rules.learning_rates import RunRate, run_rate
from caffe_ls.solver.float32 import shown
from caffe_ls.solver.learning_rate import changes, rate_at

RATE_FIELDS = frozenset({
    "base_lr", "gamma", "lr_policy", "max_iter", "min_lr", "plateau_winsize", "power", "rampup_interval", "rampup_lr",
    "stageiter", "stagelr", "stepsize", "stepvalue", "warmup_iter", "warmup_start_lr",
})  # fmt: skip
"""The fields of a solver that the learning rate follows from."""

# More steps than this are counted, not listed.
_LISTED = 8


def rate_over_the_run(document: PrototxtDocument) -> str | None:
    """The simulated rate at the quarters of the run and where it steps, as Markdown; None where it is not known."""
    run = run_rate(document)
    if run is None:
        return None
    steps = changes(run.policy, run.analysis.end)
    last = run.analysis.end - 1
    iterations = {0, *(last * quarter // 4 for quarter in (1, 2, 3)), last, *steps[:_LISTED]}
    lines = [_title(run), ""]
    for iteration in sorted(iterations):
        step = " (step)" if iteration in steps[:_LISTED] else ""
        lines.append(f"- iteration {iteration:,}: {shown(rate_at(run.policy, iteration))}{step}")
    if len(steps) > _LISTED:
        lines += ["", f"{len(steps):,} steps in all."]
    return "\n".join(lines)


def _title(run: RunRate) -> str:
    length = f"{run.analysis.end:,} iterations"
    if not run.end_is_known:
        length = f"the first {length} (`max_iter` is not given)"
    if run.policy.depends_on_loss:
        return f"**Learning rate** over {length}, if the loss never falls; while it does, steps come later:"
    return f"**Learning rate** over {length}, computed as Caffe does:"
