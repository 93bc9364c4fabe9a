"""The statistics of BatchNorm are asked to learn."""

from __future__ import annotations

from collections.abc import Iterable

from caffe_ls.net.faults import Fault
from caffe_ls.rules.finding import Fix
from caffe_ls.rules.rule import RefusalView, refusal_rule


@refusal_rule(Fault.BATCH_NORM_STATISTICS_LEARNED)
def fixes(view: RefusalView) -> Iterable[Fix]:
    return ()
