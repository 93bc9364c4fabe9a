"""The learning rate of a solver's run, for the rules that judge it."""

from __future__ import annotations

import math
from typing import NamedTuple

from caffe_ls.analysis.documents import PrototxtDocument
from caffe_ls.solver.learning_rate import RatePolicy, changes, policy_of
from caffe_ls.solver.rate_analysis import RateAnalysis, analyse

# How many iterations are looked at where the solver does not say how many there will be.
_HORIZON = 100_000

# More steps than this are seldom tenfold ones.
_TENFOLD_STEPS = 4


class RunRate(NamedTuple):
    """A policy and what becomes of its rate; `end_is_known` where `max_iter` says how long the run is."""

    policy: RatePolicy
    analysis: RateAnalysis
    end_is_known: bool

    @property
    def grows(self) -> bool:
        """Whether the rate rises above what it was at the start, or after its warm-up.

        That of a sigmoid always does, up to `base_lr`, and the stages of `multifixed` are written one by one.
        """
        return (
            self.policy.name not in ("sigmoid", "multifixed")
            and self.policy.base_lr > 0
            and self.analysis.first_above_start is not None
        )


def run_rate(document: PrototxtDocument) -> RunRate | None:
    """The rate over the run; None where it cannot be known, and where Caffe refuses the solver's text or policy.

    A polynomial without an end has no rate that makes sense.
    """
    solver = document.solver
    policy = policy_of(solver) if solver.complete else None
    if policy is None or (policy.name == "poly" and policy.max_iter <= 0):
        return None
    known = solver.max_iter > 0
    return RunRate(policy, analyse(policy, solver.max_iter if known else _HORIZON), known)


def gentle_gamma(run: RunRate) -> float:
    """A gamma with which a rate that is multiplied by it again and again falls to a useful share over the run."""
    if run.policy.name == "exp":
        return math.pow(0.001, 1 / run.analysis.end)
    steps = len(changes(run.policy, run.analysis.end))
    return 0.1 if steps <= _TENFOLD_STEPS else math.pow(0.0001, 1 / steps)
