"""The input has another number of axes than the layer takes.

Pooling, LRN and SPP read images: items, channels, height and width. Others need at least the channels, and `kernel_h`
and `kernel_w` say what a window of two axes is. Caffe stops when it builds the layer: `Check failed: 4 ==
bottom[0]->num_axes() (4 vs. 2) Input must have 4 axes, corresponding to (num, channels, height, width)`. What an
InnerProduct or a Flatten makes has two axes.

Source: pooling_layer.cpp, lrn_layer.cpp, spp_layer.cpp, prelu_layer.cpp, concat_layer.cpp, base_conv_layer.cpp, and
blob.hpp (Blob::LegacyShape), which reads no more than four.

Bad:
    layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 2 dim: 3 } } }
    layer { name: "pool" type: "Pooling" bottom: "data" top: "pool" pooling_param { kernel_size: 2 } }
    #                                            ^^^^^^

Good:
    layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 2 dim: 3 dim: 8 dim: 8 } } }
    layer { name: "pool" type: "Pooling" bottom: "data" top: "pool" pooling_param { kernel_size: 2 } }

Bad:
    layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 2 dim: 3 dim: 8 } } }
    layer {
      name: "conv1"
      type: "Convolution"
      bottom: "data"
      top: "conv1"
      convolution_param { num_output: 4 kernel_h: 3 kernel_w: 1 }
      #                                           ^
    }
"""

from __future__ import annotations

from collections.abc import Iterable

from caffe_ls.net.faults import Fault
from caffe_ls.rules.rule import Advice, RefusalView, refusal_rule


@refusal_rule(Fault.WRONG_NUMBER_OF_AXES)
def advise(view: RefusalView) -> Iterable[Advice]:
    return ()
