"""The learning rate of a solver's run, for the rules that judge it."""

from __future__ import annotations

from typing import NamedTuple

from caffe_ls.analysis.documents import PrototxtDocument
from caffe_ls.solver.learning_rate import RateAnalysis, RatePolicy, analyse, policy_of

# How many iterations are looked at where the solver does not say how many there will be.
_HORIZON = 100_000


class RunRate(NamedTuple):
    """A policy and what becomes of its rate; `end_is_known` where `max_iter` says how long the run is."""

    policy: RatePolicy
    analysis: RateAnalysis
    end_is_known: bool

    @property
    def grows(self) -> bool:
        """Whether the rate rises above what it was at the start; that of a sigmoid always does, up to `base_lr`."""
        return self.policy.name != "sigmoid" and self.policy.base_lr > 0 and self.analysis.first_above_start is not None


def run_rate(document: PrototxtDocument) -> RunRate | None:
    """The rate over the run; None where it cannot be known, and where Caffe refuses the solver's text or policy."""
    solver = document.solver
    policy = policy_of(solver) if solver.complete else None
    if policy is None:
        return None
    known = solver.max_iter > 0
    return RunRate(policy, analyse(policy, solver.max_iter if known else _HORIZON), known)
