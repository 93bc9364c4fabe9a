"""An average pooling counts its padding.

AVE divides by the number of places that a window has with its padding, so that zeros around the input are averaged
with it: along the edges the results are smaller than within. Other programs leave the padding out; weights that were
trained there give other results here.

Source: pooling_layer.cpp (PoolingLayer::Forward_cpu, `pool_size`).

Bad:
    layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 1 dim: 3 dim: 8 dim: 8 } } }
    layer {
      name: "pool"
      type: "Pooling"
      bottom: "data"
      top: "pool"
      pooling_param { pool: AVE kernel_size: 3 stride: 1 pad: 1 }
      #                                                       ^
    }

Good:
    layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 1 dim: 3 dim: 8 dim: 8 } } }
    layer {
      name: "pool"
      type: "Pooling"
      bottom: "data"
      top: "pool"
      pooling_param { pool: AVE kernel_size: 2 stride: 2 }
    }
"""

from __future__ import annotations

from collections.abc import Iterator

from caffe_ls.net.pooling_windows import field_along, method_of, windows_of
from caffe_ls.rules.finding import Finding, Severity
from caffe_ls.rules.rule import LayerView, layer_rule


@layer_rule("Pooling", severity=Severity.HINT, fields=("pad", "pad_h", "pad_w"))
def check(view: LayerView) -> Iterator[Finding]:
    if method_of(view.layer) != "AVE":
        return
    own = view.group("pooling_param")
    padded = next((windows for windows in windows_of(view.layer) if windows.pad), None)
    if padded is not None:
        field = field_along(own, "pad", padded.axis)
        message = (
            f"`{field}: {padded.pad}`: the average counts the zeros of the padding, and is smaller along the edges"
        )
        yield Finding(own.place(field), message)
