"""One factor of a step's size."""

from __future__ import annotations

from caffe_ls.diagnosis.cause import Reason
from caffe_ls.immutable import dataclass
from caffe_ls.rules.finding import Fix


@dataclass(frozen=True)
class Factor:
    """How many decades something lies above its usual size, and what shows it."""

    cause: str
    decades: float
    reasons: tuple[Reason, ...]
    confirm: str
    fixes: tuple[Fix, ...] = ()
