"""Stochastic pooling runs on a GPU only.

`pool: STOCHASTIC` is written for the GPU alone, and for Caffe's own engine. On the CPU, where training from the command
line runs unless a GPU is named, the net is built and the first pass ends with `Not Implemented Yet`.

Who trains on the CPU sets this rule to `error` in the setting `rules`.

Source: pooling_layer.cpp (PoolingLayer::Forward_cpu and Backward_cpu); caffe.cpp for the device.

Bad:
    layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 1 dim: 3 dim: 8 dim: 8 } } }
    layer {
      name: "pool"
      type: "Pooling"
      bottom: "data"
      top: "pool"
      pooling_param { pool: STOCHASTIC kernel_size: 2 stride: 2 }
      #                     ^^^^^^^^^^
    }

Good:
    layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 1 dim: 3 dim: 8 dim: 8 } } }
    layer {
      name: "pool"
      type: "Pooling"
      bottom: "data"
      top: "pool"
      pooling_param { pool: MAX kernel_size: 2 stride: 2 }
    }
"""

from __future__ import annotations

from collections.abc import Iterator

from caffe_ls.rules.finding import Category, Finding, Severity
from caffe_ls.rules.rule import LayerView, layer_rule

_MESSAGES = {"Pooling": "pooling_param", "SPP": "spp_param"}
_METHODS = ("MAX", "AVE", "STOCHASTIC")


@layer_rule(
    *_MESSAGES, severity=Severity.INFORMATION, category=Category.VERDICT, stage="first-iteration", fields=("pool",)
)
def check(view: LayerView) -> Iterator[Finding]:
    param = view.group(_MESSAGES[view.layer.type])
    if param.choice("pool", _METHODS) == "STOCHASTIC":
        message = "stochastic pooling runs on a GPU only: on the CPU the first pass ends with `Not Implemented Yet`"
        yield Finding(param.place("pool"), message)
