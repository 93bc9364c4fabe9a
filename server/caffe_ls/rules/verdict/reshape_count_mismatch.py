"""A Reshape does not keep the number of numbers.

Reshape gives the same numbers another shape: `Check failed: top[0]->count() == bottom[0]->count() (14 vs. 384) output
count must match input count`. In its `shape`, 0 copies the size of the input's same axis, and one -1 is worked out from
the others, which must divide the rest: `bottom count (384) must be divisible by the product of the specified dimensions
(10)`. A shape with the batch written into it holds for that batch only: 0 copies it.

Source: reshape_layer.cpp (ReshapeLayer::LayerSetUp and Reshape).

Bad:
    layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 2 dim: 3 dim: 8 dim: 8 } } }
    layer {
      name: "flat"
      type: "Reshape"
      bottom: "data"
      top: "flat"
      reshape_param { shape { dim: 2 dim: 64 } }
      #                     ^^^^^^^^^^^^^^^^^^
    }

Good:
    layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 2 dim: 3 dim: 8 dim: 8 } } }
    layer {
      name: "flat"
      type: "Reshape"
      bottom: "data"
      top: "flat"
      reshape_param { shape { dim: 2 dim: -1 } }
    }

Bad:
    layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 2 dim: 3 dim: 8 dim: 8 } } }
    layer {
      name: "two"
      type: "Reshape"
      bottom: "data"
      top: "two"
      reshape_param { shape { dim: 0 dim: -1 dim: -1 } }
      #                                           ^^
    }
"""

from __future__ import annotations

from collections.abc import Iterable

from caffe_ls.net.faults import Fault
from caffe_ls.net.shapes.step import product
from caffe_ls.rules.finding import fix
from caffe_ls.rules.rule import Advice, RefusalView, refusal_rule
from caffe_ls.text.edit import Edit


@refusal_rule(Fault.RESHAPE_COUNT_MISMATCH, fixable=True)
def advise(view: RefusalView) -> Iterable[Advice]:
    layer = view.layer
    bottom = layer.bottom_shapes[0] if layer is not None and layer.bottom_shapes else None
    if layer is None or bottom is None or not view.refusal.check.endswith(":87"):
        return
    param = layer.spec.fields.group("reshape_param")
    shape = param.group("shape")
    dims = shape.integers("dim")
    if param.has("axis") or param.has("num_axes"):
        return
    sizes = [bottom[at] if dim == 0 else dim for at, dim in enumerate(dims)]
    for at in reversed(range(len(dims))):
        others = product([size for index, size in enumerate(sizes) if index != at])
        whole = product(bottom)
        if dims[at] > 0 and others and whole is not None and whole % others == 0:
            place = Edit(view.place(shape.place("dim", at)), "-1")
            yield fix(f"Let Caffe work it out: `dim: -1`, which is {whole // others:,}", place)
            return
