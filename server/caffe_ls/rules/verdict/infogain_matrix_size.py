"""The matrix H of an InfogainLoss has another size than the classes ask for."""

from __future__ import annotations

from collections.abc import Iterable

from caffe_ls.net.faults import Fault
from caffe_ls.rules.finding import Fix
from caffe_ls.rules.rule import RefusalView, refusal_rule


@refusal_rule(Fault.INFOGAIN_MATRIX_SIZE)
def fixes(view: RefusalView) -> Iterable[Fix]:
    return ()
