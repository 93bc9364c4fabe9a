"""A layer that cannot work in place is written in place."""

from __future__ import annotations

from collections.abc import Iterable

from caffe_ls.net.faults import Fault
from caffe_ls.rules.finding import Fix
from caffe_ls.rules.rule import RefusalView, refusal_rule


@refusal_rule(Fault.IN_PLACE_NOT_POSSIBLE)
def fixes(view: RefusalView) -> Iterable[Fix]:
    return ()
