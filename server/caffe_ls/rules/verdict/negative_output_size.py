"""The window is larger than the input, so that the output would have a negative size."""

from __future__ import annotations

from collections.abc import Iterable

from caffe_ls.net.faults import Fault
from caffe_ls.rules.finding import Fix
from caffe_ls.rules.rule import RefusalView, refusal_rule


@refusal_rule(Fault.NEGATIVE_OUTPUT_SIZE)
def fixes(view: RefusalView) -> Iterable[Fix]:
    return ()
