"""The padding of a pooling is as large as its window.

A window that lies in the padding alone would see nothing, and Caffe refuses to build it: `Check failed: pad_h_ <
kernel_h_ (2 vs. 2)`. A pyramid (SPP) with more levels than its input can be cut into comes to the same: with more bins
than pixels its windows are all padding. Convolutions have no such limit.

Source: pooling_layer.cpp (PoolingLayer::LayerSetUp), spp_layer.cpp (SPPLayer::GetPoolingParam).

Bad:
    layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 1 dim: 3 dim: 8 dim: 8 } } }
    layer {
      name: "pool"
      type: "Pooling"
      bottom: "data"
      top: "pool"
      pooling_param { kernel_size: 3 stride: 2 pad: 3 }
      #                                             ^
    }

Good:
    layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 1 dim: 3 dim: 8 dim: 8 } } }
    layer {
      name: "pool"
      type: "Pooling"
      bottom: "data"
      top: "pool"
      pooling_param { kernel_size: 3 stride: 2 pad: 1 }
    }

Bad:
    layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 1 dim: 3 dim: 5 dim: 5 } } }
    layer { name: "spp" type: "SPP" bottom: "data" top: "spp" spp_param { pyramid_height: 3 } }
    #                                                                                     ^
"""

from __future__ import annotations

from collections.abc import Iterable

from caffe_ls.net.faults import Fault
from caffe_ls.net.shapes.pooling import levels_that_fit
from caffe_ls.rules.layer_parameters import blamed, set_value
from caffe_ls.rules.rule import Advice, RefusalView, refusal_rule


@refusal_rule(Fault.PAD_NOT_BELOW_KERNEL, fixable=True)
def advise(view: RefusalView) -> Iterable[Advice]:
    parameter = blamed(view)
    if parameter is None:
        return
    if parameter.name == "pyramid_height":
        levels = _levels(view)
        if levels:
            yield set_value(view, parameter, str(levels))
        return
    halves = {"pad_h": "kernel_h", "pad_w": "kernel_w"}
    kernel = parameter.owner.integer("kernel_size") or parameter.owner.integer(halves.get(parameter.name, "kernel_h"))
    yield set_value(view, parameter, str((kernel - 1) // 2))


def _levels(view: RefusalView) -> int:
    """The level that is refused, counted from 0, is how many are taken."""
    layer = view.layer
    shape = layer.bottom_shapes[0] if layer is not None else None
    if shape is None or len(shape) != 4 or shape[2] is None or shape[3] is None:
        return 0
    return levels_that_fit(shape[2], shape[3])
