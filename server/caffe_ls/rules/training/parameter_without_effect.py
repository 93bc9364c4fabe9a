"""A layer's parameter has no effect beside another one.

Some parameters that exclude each other are not refused, one of them is just not read: a pooling with `kernel_size` and
`kernel_h` is square, and an Eltwise multiplies by its `coeff` in a sum only, not in `operation: MAX`. What is written
there is not what runs. A Dropout with a ratio of 0 does nothing at all, and an Eltwise takes nothing of what it
multiplies by a `coeff` of 0, nor does it send a gradient there.

Source: pooling_layer.cpp (PoolingLayer::LayerSetUp), eltwise_layer.cpp (EltwiseLayer::Forward_cpu), dropout_layer.cpp.

Bad:
    layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 1 dim: 3 dim: 8 dim: 8 } } }
    layer {
      name: "pool"
      type: "Pooling"
      bottom: "data"
      top: "pool"
      pooling_param { kernel_size: 2 kernel_h: 4 }
      #                                        ^
    }

Good:
    layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 1 dim: 3 dim: 8 dim: 8 } } }
    layer {
      name: "pool"
      type: "Pooling"
      bottom: "data"
      top: "pool"
      pooling_param { kernel_h: 4 kernel_w: 2 }
    }

Bad:
    layer { name: "data" type: "Input" top: "a" top: "b" input_param { shape { dim: 2 dim: 3 } } }
    layer {
      name: "max"
      type: "Eltwise"
      bottom: "a"
      bottom: "b"
      top: "max"
      eltwise_param { operation: MAX coeff: 1 coeff: 0.5 }
      #                                              ^^^
    }
"""

from __future__ import annotations

from collections.abc import Iterator

from caffe_ls.rules.finding import Finding, Severity
from caffe_ls.rules.rule import LayerView, layer_rule


@layer_rule(
    "Pooling",
    "Eltwise",
    "Dropout",
    severity=Severity.WARNING,
    fields=("kernel_h", "kernel_w", "coeff", "dropout_ratio"),
)
def check(view: LayerView) -> Iterator[Finding]:
    if view.layer.type == "Pooling":
        yield from _in_pooling(view)
    elif view.layer.type == "Eltwise":
        yield from _in_eltwise(view)
    else:
        param = view.group("dropout_param")
        if param.has("dropout_ratio") and param.number("dropout_ratio", 0.5) == 0 and view.phase == "TRAIN":
            message = "`dropout_ratio: 0` drops nothing"
            yield Finding(param.place("dropout_ratio"), message, severity=Severity.HINT)


def _in_pooling(view: LayerView) -> Iterator[Finding]:
    param = view.group("pooling_param")
    halves = [name for name in ("kernel_h", "kernel_w") if param.has(name)]
    if param.has("kernel_size") and len(halves) == 1 and not param.flag("global_pooling"):
        same = param.integer(halves[0]) == param.integer("kernel_size")
        message = f"`{halves[0]}` is not read beside `kernel_size: {param.integer('kernel_size')}`"
        yield Finding(param.place(halves[0]), message, severity=Severity.HINT if same else None)


def _in_eltwise(view: LayerView) -> Iterator[Finding]:
    param = view.group("eltwise_param")
    operation = param.choice("operation", ("PROD", "SUM", "MAX"), "SUM")
    if operation == "SUM":
        for index, factor in enumerate(param.numbers("coeff")[: len(view.layer.bottoms)]):
            if factor == 0:
                message = f"`coeff: 0`: `{view.layer.bottoms[index]}` counts for nothing, and gets no gradient"
                yield Finding(param.place("coeff", index), message, severity=Severity.INFORMATION)
    if operation != "MAX":
        return
    for index, factor in enumerate(param.numbers("coeff")):
        if factor != 1:
            yield Finding(param.place("coeff", index), "`coeff` has no effect on a maximum")
