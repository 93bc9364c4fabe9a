"""A blob would have more numbers, or more axes, than Caffe can count.

A blob holds at most 2,147,483,647 numbers and has at most 32 axes: `Check failed: shape[i] <= 0x7fffffff / count_ ...
blob size exceeds INT_MAX`. The batch counts; a convolution also needs room for one whole image, unrolled into a row for
each place of its output, and a first InnerProduct on a large map has more weights than one thinks.

Source: blob.cpp (Blob::Reshape), base_conv_layer.cpp (BaseConvolutionLayer::Reshape).

Bad:
    layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 1 dim: 512 dim: 800 dim: 800 } } }
    layer {
      name: "fc6"
    #       ^^^^^
      type: "InnerProduct"
      bottom: "data"
      top: "fc6"
      inner_product_param { num_output: 4096 }
    }

Good:
    layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 1 dim: 512 dim: 7 dim: 7 } } }
    layer {
      name: "fc6"
      type: "InnerProduct"
      bottom: "data"
      top: "fc6"
      inner_product_param { num_output: 4096 }
    }

Bad:
    layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 1 dim: 512 dim: 800 dim: 800 } } }
    layer {
      name: "conv1"
      type: "Convolution"
      bottom: "data"
      top: "conv1"
      convolution_param { num_output: 4 kernel_size: 3 }
      #                                              ^
    }
"""

from __future__ import annotations

from collections.abc import Iterable

from caffe_ls.net.faults import Fault
from caffe_ls.rules.rule import Advice, RefusalView, refusal_rule


@refusal_rule(Fault.BLOB_TOO_LARGE)
def advise(view: RefusalView) -> Iterable[Advice]:
    return ()
