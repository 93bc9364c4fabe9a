"""The tops of a Slice do not fit its input.

Slice cuts its input along `axis` (1 unless it is given): into equal parts, one for each top, or at each `slice_point`,
of which there is one less than tops. Parts that do not come out even are refused (`Number of top blobs (2) should
evenly divide input slice axis (3)`), and so are points that do not grow or lie beyond the axis. A last point at the end
of the axis leaves an empty top, which ends the first pass with `Check failed: data_`.

Source: slice_layer.cpp (SliceLayer::Reshape).

Bad:
    layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 2 dim: 3 dim: 8 dim: 8 } } }
    layer { name: "slice" type: "Slice" bottom: "data" top: "a" top: "b" }
    #                                                       ^^^

Good:
    layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 2 dim: 3 dim: 8 dim: 8 } } }
    layer { name: "slice" type: "Slice" bottom: "data" top: "a" top: "b" slice_param { slice_point: 1 } }

Bad:
    layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 2 dim: 3 dim: 8 dim: 8 } } }
    layer { name: "slice" type: "Slice" bottom: "data" top: "a" top: "b" slice_param { slice_point: 4 } }
    #                                                                                               ^
"""

from __future__ import annotations

from collections.abc import Iterable

from caffe_ls.net.faults import Fault
from caffe_ls.rules.rule import Advice, RefusalView, refusal_rule


@refusal_rule(Fault.SLICE_DOES_NOT_FIT)
def advise(view: RefusalView) -> Iterable[Advice]:
    return ()
