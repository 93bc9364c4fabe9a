"""Values are given for another number of axes.

The kernel, stride, pad and dilation of a convolution are given once, for all spatial axes, or once for each:
`kernel_size must be specified once, or once per spatial dimension (kernel_size specified 3 times; 2 spatial dims)`. The
offsets of a Crop are given once, or once for each axis from `axis` on.

Source: base_conv_layer.cpp (BaseConvolutionLayer::LayerSetUp), im2col_layer.cpp, crop_layer.cpp.

Bad:
    layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 1 dim: 3 dim: 8 dim: 8 } } }
    layer {
      name: "conv1"
      type: "Convolution"
      bottom: "data"
      top: "conv1"
      convolution_param { num_output: 4 kernel_size: 3 kernel_size: 3 kernel_size: 3 }
      #                                                                            ^
    }

Good:
    layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 1 dim: 3 dim: 8 dim: 8 } } }
    layer {
      name: "conv1"
      type: "Convolution"
      bottom: "data"
      top: "conv1"
      convolution_param { num_output: 4 kernel_size: 3 }
    }
"""

from __future__ import annotations

from collections.abc import Iterable

from caffe_ls.net.faults import Fault
from caffe_ls.rules.finding import fix
from caffe_ls.rules.layer_parameters import blamed
from caffe_ls.rules.rewriting import removal
from caffe_ls.rules.rule import Advice, RefusalView, refusal_rule
from caffe_ls.rules.written import field_span


@refusal_rule(Fault.VALUES_PER_AXIS, fixable=True)
def advise(view: RefusalView) -> Iterable[Advice]:
    parameter = blamed(view)
    if parameter is None:
        return
    owner, name = parameter.owner, parameter.name
    values = owner.integers(name)
    spans = [field_span(view.document, view.place(owner.place(name, index))) for index in range(1, owner.count(name))]
    edits = [removal(view.document.text, span) for span in spans if span is not None]
    if len(edits) == len(spans):
        same = len(set(values)) == 1
        yield fix(f"Give `{name}: {values[0]}` for all axes", *edits, safe=same)
