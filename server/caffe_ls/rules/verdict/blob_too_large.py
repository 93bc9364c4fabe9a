"""A blob would have more numbers, or more axes, than Caffe can count."""

from __future__ import annotations

from collections.abc import Iterable

from caffe_ls.net.faults import Fault
from caffe_ls.rules.finding import Fix
from caffe_ls.rules.rule import RefusalView, refusal_rule


@refusal_rule(Fault.BLOB_TOO_LARGE)
def fixes(view: RefusalView) -> Iterable[Fix]:
    return ()
