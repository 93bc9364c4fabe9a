"""A layer's parameter has a value that the layer refuses.

Each layer checks its own numbers when it is built, most of them without more words than the comparison that failed:
`Check failed: kernel_h_ > 0 (0 vs. 0) Filter dimensions cannot be zero`, `Check failed: size_ % 2 == 1 (0 vs. 1) LRN
only supports odd values for local_size`. Some are not checked and end in a crash: `group: 0` divides by it. An unsigned
number beyond 2,147,483,647 is read as a negative one.

Source: the layers' LayerSetUp and Reshape, as in base_conv_layer.cpp, pooling_layer.cpp, lrn_layer.cpp, exp_layer.cpp,
log_layer.cpp, argmax_layer.cpp and tile_layer.cpp.

Bad:
    layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 1 dim: 3 dim: 8 dim: 8 } } }
    layer { name: "norm" type: "LRN" bottom: "data" top: "norm" lrn_param { local_size: 4 } }
    #                                                                                   ^

Good:
    layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 1 dim: 3 dim: 8 dim: 8 } } }
    layer { name: "norm" type: "LRN" bottom: "data" top: "norm" lrn_param { local_size: 5 } }

Bad:
    layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 1 dim: 3 dim: 8 dim: 8 } } }
    layer {
      name: "conv1"
      type: "Convolution"
      bottom: "data"
      top: "conv1"
      convolution_param { num_output: 4 kernel_size: 3 stride: 0 group: 0 }
      #                                                        ^        ^
    }
"""

from __future__ import annotations

from collections.abc import Iterable

from caffe_ls.net.faults import Fault
from caffe_ls.rules.layer_parameters import blamed, remove_fields, set_value
from caffe_ls.rules.rule import Advice, RefusalView, refusal_rule

# What Caffe takes where nothing is said, for fields that are better left out than wrong.
_LEFT_OUT = ("stride", "stride_h", "stride_w", "group", "top_k", "base", "num_axes", "dropout_ratio")


@refusal_rule(Fault.INVALID_LAYER_PARAMETER, fixable=True)
def advise(view: RefusalView) -> Iterable[Advice]:
    parameter = blamed(view)
    if parameter is None:
        return
    owner, name = parameter.owner, parameter.name
    if name == "local_size" and 0 < owner.integer(name) < 2**31 - 1:
        yield set_value(view, parameter, str(owner.integer(name) + 1))
    elif name.startswith("stride_") and owner.has("stride_h") and owner.has("stride_w"):
        yield set_value(view, parameter, "1")
    elif name in _LEFT_OUT:
        yield from remove_fields(view, owner, [name], f"Remove `{name}`")
