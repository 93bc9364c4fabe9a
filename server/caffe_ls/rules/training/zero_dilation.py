"""A convolution has a dilation of 0.

The dilation is the distance between the taps of the kernel, 1 for a plain one. With 0 all taps of the kernel read the
same place of the input: the layer computes what a kernel of size 1 would, with as many times the weights. Nothing
checks it.

Source: base_conv_layer.cpp (BaseConvolutionLayer::LayerSetUp), im2col.cpp.

Bad:
    layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 1 dim: 3 dim: 8 dim: 8 } } }
    layer {
      name: "conv1"
      type: "Convolution"
      bottom: "data"
      top: "conv1"
      convolution_param { num_output: 4 kernel_size: 3 dilation: 0 }
      #                                                          ^
    }

Good:
    layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 1 dim: 3 dim: 8 dim: 8 } } }
    layer {
      name: "conv1"
      type: "Convolution"
      bottom: "data"
      top: "conv1"
      convolution_param { num_output: 4 kernel_size: 3 dilation: 1 }
    }
"""

from __future__ import annotations

from collections.abc import Iterator

from caffe_ls.rules.finding import Finding, Severity, fix
from caffe_ls.rules.rule import LayerView, layer_rule
from caffe_ls.text.edit import Edit


@layer_rule("Convolution", "Deconvolution", "Im2col", severity=Severity.WARNING, fixable=True, fields=("dilation",))
def check(view: LayerView) -> Iterator[Finding]:
    param = view.group("convolution_param")
    kernels = [*param.integers("kernel_size"), param.integer("kernel_h"), param.integer("kernel_w")]
    if max(kernels) < 2:
        return
    for index, dilation in enumerate(param.integers("dilation")):
        if dilation == 0:
            place = param.place("dilation", index)
            message = "`dilation: 0`: all taps of the kernel read the same place"
            yield Finding(place, message, (fix("Set `dilation: 1`", Edit(place, "1")),))
