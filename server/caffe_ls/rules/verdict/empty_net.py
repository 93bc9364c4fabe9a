"""No layer of the net is built.

The `include` and `exclude` rules of a net leave nothing of it in a state in which it is to run, or it has no layers at
all. Caffe builds the empty net without a word and dies when it runs it: `Check failed: start < layers_.size()`.

A net is judged in the states in which the solvers around it, or the user, say that it is used.

Source: net.cpp (Net::ForwardFromTo, Net::BackwardFromTo).

Bad:
    name: "nothing"
    #     ^^^^^^^^^
    force_backward: true

Good:
    name: "something"
    force_backward: true
    layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 1 dim: 8 } } }
"""

from __future__ import annotations

from collections.abc import Iterable

from caffe_ls.net.faults import Fault
from caffe_ls.rules.rule import Advice, RefusalView, refusal_rule


@refusal_rule(Fault.EMPTY_NET)
def advise(view: RefusalView) -> Iterable[Advice]:
    return ()
