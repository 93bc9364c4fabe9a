"""A cause: what made a run go as it did, how sure that is, and why."""

from __future__ import annotations

from typing import NamedTuple

from caffe_ls.immutable import dataclass
from caffe_ls.rules.finding import Fix

MEANINGS = {
    "healthy": "nothing is wrong, as far as the log shows",
    "learning-rate-too-high": "the learning rate is too high for this net, its loss and its data",
    "learning-rate-too-low": "the learning rate is so low that the parameters hardly move",
    "learning-rate-grows": "the policy makes the learning rate grow",
    "learning-rate-not-finite": "the learning rate is nan or infinite",
    "momentum-too-high": "momentum adds up the steps without end",
    "weight-decay-too-high": "weight decay outweighs the gradient",
    "unclipped-recurrent-gradient": "the gradient of a recurrent net explodes, and nothing clips it",
    "zero-initialised-weights": "weights begin at 0, and no gradient passes them",
    "weights-initialised-too-large": "the first weights are far too large",
    "dead-relu": "units let nothing through, and never will",
    "vanishing-gradient": "hardly any gradient arrives at the lower layers",
    "bad-input": "nan or inf comes with the data",
    "unscaled-input": "data or targets are far larger than 1",
    "loss-misuse": "the loss is given what it is not made for",
    "loss-weight-too-large": "the weight of a loss makes every step too large",
    "pooling-window-outside-input": "a pooling window lies outside of its input",
    "batch-norm-misuse": "BatchNorm normalises with statistics that do not fit",
    "numeric-domain": "a layer computes what is not defined for its input",
    "label-out-of-range": "labels lie outside of the classes",
    "solver-misconfigured": "the solver's own settings stop or void the run",
    "net-misconfigured": "Caffe cannot build or run the net",
    "environment": "a file, folder, device, module or memory that the run needs is not there",
    "interrupted": "somebody or something stopped the run",
}
"""Each cause in plain words."""

HARMLESS = frozenset({"healthy", "interrupted"})
"""Causes with which nothing is wrong but the end."""


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
