"""Values are given for another number of axes."""

from __future__ import annotations

from collections.abc import Iterable

from caffe_ls.net.faults import Fault
from caffe_ls.rules.finding import Fix
from caffe_ls.rules.rule import RefusalView, refusal_rule


@refusal_rule(Fault.VALUES_PER_AXIS)
def fixes(view: RefusalView) -> Iterable[Fix]:
    return ()
