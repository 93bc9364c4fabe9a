"""A layer has more `param` than parameter blobs."""

from __future__ import annotations

from collections.abc import Iterable

from caffe_ls.net.faults import Fault
from caffe_ls.rules.finding import Fix
from caffe_ls.rules.rule import RefusalView, refusal_rule


@refusal_rule(Fault.TOO_MANY_PARAMS)
def fixes(view: RefusalView) -> Iterable[Fix]:
    return ()
