"""A layer that cannot work in place writes over what it reads.

With `top` equal to `bottom` a layer overwrites its input. Most element-wise layers may; those that read their input
again, or whose output has another shape, check that it is another blob: `Check failed: top[0] != bottom[0]
Reshape Layer does not allow in-place computation`.

Source: the layers' own checks, as in flatten_layer.cpp, reshape_layer.cpp, permute_layer.cpp and split_layer.cpp.

Bad:
    layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 1 dim: 8 dim: 2 dim: 2 } } }
    layer { name: "flat" type: "Flatten" bottom: "data" top: "data" }
    #                                                        ^^^^^^
    layer { name: "ip" type: "InnerProduct" bottom: "data" top: "ip" inner_product_param { num_output: 4 } }

Good:
    layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 1 dim: 8 dim: 2 dim: 2 } } }
    layer { name: "flat" type: "Flatten" bottom: "data" top: "flat" }
    layer { name: "ip" type: "InnerProduct" bottom: "flat" top: "ip" inner_product_param { num_output: 4 } }
"""

from __future__ import annotations

from collections.abc import Iterable

from caffe_ls.net.faults import Fault
from caffe_ls.rules.connecting import free_name, rename_top
from caffe_ls.rules.finding import fix
from caffe_ls.rules.rule import Advice, RefusalView, refusal_rule


@refusal_rule(Fault.IN_PLACE_NOT_POSSIBLE, fixable=True)
def advise(view: RefusalView) -> Iterable[Advice]:
    layer = view.layer
    assert layer is not None
    top = next((index for index in range(len(layer.tops)) if layer.is_in_place(index)), None)
    if top is not None:
        name = free_name(view.net, layer)
        edits = rename_top(view.document, layer.origin, top, name)
        yield fix(f"Make a blob of its own, `{name}`", *edits, safe=True)
