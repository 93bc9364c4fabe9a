"""A cause: what made a run go as it did, how sure that is, and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from caffe_ls.rules.finding import Fix

CAUSES = (
    "healthy", "learning-rate-too-high", "learning-rate-too-low", "learning-rate-grows", "learning-rate-not-finite",
    "momentum-too-high", "weight-decay-too-high", "unclipped-recurrent-gradient", "zero-initialised-weights",
    "weights-initialised-too-large", "dead-relu", "vanishing-gradient", "bad-input", "unscaled-input", "loss-misuse",
    "loss-weight-too-large", "pooling-window-outside-input", "batch-norm-misuse", "numeric-domain",
    "label-out-of-range", "solver-misconfigured", "net-misconfigured", "environment", "interrupted",
)  # fmt: skip


class Reason(NamedTuple):
    """Something that speaks for a cause; `line` is the log's, from 1, None where it stands elsewhere."""

    line: int | None
    text: str


@dataclass(frozen=True, slots=True)
class Cause:
    """What may be the root of how a run went.

    `confidence` is between 0 and 1. `confirm` says what to try or to look at to be sure. `fixes` are edits of the
    user's own solver and net where these are known, and titles alone where not.
    """

    cause: str
    confidence: float
    because: tuple[Reason, ...]
    confirm: str
    fixes: tuple[Fix, ...] = ()
