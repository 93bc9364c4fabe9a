"""A padding layer of the oldest form does not stand between one blob and a convolution or pooling.

The oldest form had layers of type `padding`. The upgrade puts their `pad` into the `conv` or `pool` layer that reads
them, and stops where there is another reader (`Padding layer input to non-convolutional / non-pooling layer type
relu`), or where the padding layer or its reader has not exactly one bottom, or the padding layer not one top.

Today a convolution and a pooling pad for themselves: `pad` in `convolution_param` and `pooling_param`.

Source: upgrade_proto.cpp (UpgradeV0PaddingLayers).

Bad:
    input: "data" input_dim: 1 input_dim: 3 input_dim: 8 input_dim: 8
    layers { layer { name: "pad1" type: "padding" pad: 1 } bottom: "data" top: "pad1" }
    layers { layer { name: "relu1" type: "relu" } bottom: "pad1" top: "relu1" }
    #                                                     ^^^^^^

Good:
    input: "data" input_dim: 1 input_dim: 3 input_dim: 8 input_dim: 8
    layers { layer { name: "pad1" type: "padding" pad: 1 } bottom: "data" top: "pad1" }
    layers { layer { name: "conv1" type: "conv" num_output: 4 kernelsize: 3 } bottom: "pad1" top: "conv1" }
"""

from __future__ import annotations

from collections.abc import Iterable

from caffe_ls.net.faults import Fault
from caffe_ls.rules.rule import Advice, RefusalView, refusal_rule


@refusal_rule(Fault.PADDING_LAYER_MISUSED)
def advise(view: RefusalView) -> Iterable[Advice]:
    return ()
