"""Blobs given in the text do not fit the layer."""

from __future__ import annotations

from collections.abc import Iterable

from caffe_ls.net.faults import Fault
from caffe_ls.rules.finding import Fix
from caffe_ls.rules.rule import RefusalView, refusal_rule


@refusal_rule(Fault.GIVEN_BLOBS_DO_NOT_FIT)
def fixes(view: RefusalView) -> Iterable[Fix]:
    return ()
