"""The padding of a pooling is as large as its window."""

from __future__ import annotations

from collections.abc import Iterable

from caffe_ls.net.faults import Fault
from caffe_ls.rules.finding import Fix
from caffe_ls.rules.rule import RefusalView, refusal_rule


@refusal_rule(Fault.PAD_NOT_BELOW_KERNEL)
def fixes(view: RefusalView) -> Iterable[Fix]:
    return ()
