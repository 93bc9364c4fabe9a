"""A layer asks for cuDNN, which not every Caffe has.

`engine: CUDNN` is refused by a Caffe that was built without cuDNN, as all CPU-only ones are: `Layer conv1 has unknown
engine`. Without the line Caffe takes cuDNN where it is there, and its own code where it is not. A dilation above 1 is
refused with it in every build: `CuDNN doesn't support the dilated convolution at Layer conv1`.

It is told once for a file, at the first layer that asks, with the other layers as further places.

Whose Caffe has no cuDNN sets this rule to `error` in the setting `rules`; whose Caffe has it, to `off`.

Source: layer_factory.cpp (GetConvolutionLayer, GetPoolingLayer and the others).

Bad:
    layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 1 dim: 3 dim: 8 dim: 8 } } }
    layer { name: "relu" type: "ReLU" bottom: "data" top: "data" relu_param { engine: CUDNN } }
    #                                                                                 ^^^^^

Good:
    layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 1 dim: 3 dim: 8 dim: 8 } } }
    layer { name: "relu" type: "ReLU" bottom: "data" top: "data" relu_param { engine: DEFAULT } }

Bad (settings {"dialect": "bvlc"}):
    layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 1 dim: 3 dim: 8 dim: 8 } } }
    layer {
      name: "conv1"
      type: "Convolution"
      bottom: "data"
      top: "conv1"
      convolution_param { num_output: 4 kernel_size: 3 dilation: 2 engine: CUDNN }
      #                                                                    ^^^^^
    }
"""

from __future__ import annotations

from collections.abc import Iterator

from caffe_ls.rules.finding import Category, Finding, Severity, fix
from caffe_ls.rules.rule import LayerView, layer_rule
from caffe_ls.text.edit import Edit

_ENGINES = ("DEFAULT", "CAFFE", "CUDNN")
_MESSAGES = {
    "Convolution": "convolution_param",
    "Deconvolution": "convolution_param",
    "Pooling": "pooling_param",
    "LRN": "lrn_param",
    "ReLU": "relu_param",
    "Sigmoid": "sigmoid_param",
    "Softmax": "softmax_param",
    "SoftmaxWithLoss": "softmax_param",
    "InfogainLoss": "softmax_param",
    "TanH": "tanh_param",
}


@layer_rule(
    *_MESSAGES, severity=Severity.INFORMATION, category=Category.VERDICT, stage="init", fixable=True, fields=("engine",)
)
def check(view: LayerView) -> Iterator[Finding]:
    kind = view.layer.type
    param = view.group(_MESSAGES[kind])
    if not param.has("engine") or param.choice("engine", _ENGINES) != "CUDNN":
        return
    if view.dialect == "ssd" and kind == "Deconvolution":
        return
    place = param.place("engine")
    fixes = (fix("Let Caffe choose: `engine: DEFAULT`", Edit(place, "DEFAULT")),)
    dilations = param.integers("dilation") if kind in ("Convolution", "Deconvolution") else []
    if view.dialect == "bvlc" and max(dilations, default=1) > 1:
        message = f"`engine: CUDNN` with `dilation: {max(dilations)}`, which cuDNN's convolution does not have"
        yield Finding(place, message, fixes, severity=Severity.ERROR, stage="init")
    else:
        yield Finding(place, "`engine: CUDNN` is refused by a Caffe that is built without cuDNN", fixes)
