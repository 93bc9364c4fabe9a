"""A blob would have a negative size.

The output of a window is (input + 2 x pad - kernel) / stride + 1, rounded; where the kernel is larger than the padded
input by a stride or more, that is less than 0: `Check failed: shape[i] >= 0 (-2 vs. 0)`. The usual causes are an input
that is smaller than the net was made for, so that little is left of it after some layers, and a kernel or dilation with
a digit too many. A size may also be written with a minus sign.

Source: blob.cpp (Blob::Reshape), conv_layer.cpp (ConvolutionLayer::compute_output_shape), pooling_layer.cpp.

Bad:
    layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 1 dim: 3 dim: 8 dim: 8 } } }
    layer {
      name: "pool"
      type: "Pooling"
      bottom: "data"
      top: "pool"
      pooling_param { pool: AVE kernel_size: 14 stride: 1 }
      #                                      ^^
    }

Good:
    layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 1 dim: 3 dim: 8 dim: 8 } } }
    layer {
      name: "pool"
      type: "Pooling"
      bottom: "data"
      top: "pool"
      pooling_param { pool: AVE global_pooling: true }
    }

Bad:
    layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 1 dim: 3 dim: 8 dim: 8 } } }
    layer {
      name: "conv1"
      type: "Convolution"
      bottom: "data"
      top: "conv1"
      convolution_param { num_output: 4 kernel_size: 3 dilation: 6 }
      #                                                          ^
    }
"""

from __future__ import annotations

from collections.abc import Iterable

from caffe_ls.net.faults import Fault
from caffe_ls.rules.layer_parameters import pool_over_whole_input
from caffe_ls.rules.rule import Advice, RefusalView, refusal_rule


@refusal_rule(Fault.NEGATIVE_OUTPUT_SIZE, fixable=True)
def advise(view: RefusalView) -> Iterable[Advice]:
    return pool_over_whole_input(view)
