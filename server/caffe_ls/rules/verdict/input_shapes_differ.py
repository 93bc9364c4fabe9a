"""The inputs of a layer do not have the shapes that it compares or joins."""

from __future__ import annotations

from collections.abc import Iterable

from caffe_ls.net.faults import Fault
from caffe_ls.rules.finding import Fix
from caffe_ls.rules.rule import RefusalView, refusal_rule


@refusal_rule(Fault.INPUT_SHAPES_DIFFER)
def fixes(view: RefusalView) -> Iterable[Fix]:
    return ()
