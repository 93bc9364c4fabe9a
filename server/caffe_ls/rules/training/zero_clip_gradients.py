"""Gradients are clipped to nothing.

`clip_gradients` is the largest L2 norm that all gradients together may have; larger ones are scaled down to it. 0
scales every gradient to 0: only the weight decay still changes anything. To clip nothing, leave it out or give -1; nan
never clips.

A tiny threshold does much the same: with SGD no update is longer than the rate times the threshold, momentum counted.
Where all updates of the run together come to less than a thousandth, over all weights, nothing is learnt.

Source: sgd_solver.cpp (SGDSolver::ClipGradients).

Bad:
    net: "train_val.prototxt"
    base_lr: 0.01
    lr_policy: "fixed"
    clip_gradients: 0
    #               ^
    max_iter: 10000

Good:
    net: "train_val.prototxt"
    base_lr: 0.01
    lr_policy: "fixed"
    clip_gradients: 10
    max_iter: 10000

Bad:
    net: "train_val.prototxt"
    base_lr: 0.01
    lr_policy: "fixed"
    clip_gradients: 1e-9
    #               ^^^^
    max_iter: 10000
"""

from __future__ import annotations

from collections.abc import Iterator

from caffe_ls.analysis.documents import PrototxtDocument
from caffe_ls.rules.finding import Category, Finding, Severity
from caffe_ls.rules.rule import document_rule
from caffe_ls.rules.solver_fields import number_text, remove_field, replace_value
from caffe_ls.solver.learning_rate import policy_of
from caffe_ls.solver.model import Solver
from caffe_ls.solver.rate_analysis import analyse

_NOTHING = 1e-3


@document_rule(category=Category.TRAINING, severity=Severity.WARNING, reads="solver", fixable=True)
def check(document: PrototxtDocument) -> Iterator[Finding]:
    threshold, given = document.solver.number("clip_gradients"), document.solver.first("clip_gradients")
    if given is None:
        return
    fixes = (replace_value(given, "10"), remove_field(document, given))
    if threshold == 0:
        yield Finding(given.span, "`clip_gradients` is 0: every gradient is scaled to 0", fixes)
    elif threshold != threshold:
        yield Finding(given.span, "`clip_gradients` is nan: nothing is ever clipped", fixes)
    elif threshold > 0 and (longest := _longest_way(document.solver, threshold)) is not None and longest < _NOTHING:
        message = f"`clip_gradients: {number_text(threshold)}` leaves {longest:.0e} for all updates of the run together"
        yield Finding(given.span, message, fixes, severity=Severity.INFORMATION)


def _longest_way(solver: Solver, threshold: float) -> float | None:
    """How far, as an L2 norm, clipped gradients can move all weights together; None where that is not known."""
    momentum, policy = solver.number("momentum"), policy_of(solver)
    if solver.type not in ("SGD", "Nesterov") or not 0 <= momentum < 1 or policy is None or solver.max_iter <= 0:
        return None
    highest = analyse(policy, solver.max_iter).highest
    return None if highest is None else highest.rate * threshold / (1 - momentum) * solver.max_iter
