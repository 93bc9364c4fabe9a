"""The groups do not divide the channels.

A convolution in groups cuts its input's channels and its outputs into `group` equal parts, so that both numbers must be
multiples of it. For the input the message has no words: `Check failed: channels_ % group_ == 0 (1 vs. 0)`; for the
output it is `Number of output should be multiples of group`. In a depthwise convolution `group`, `num_output` and the
input's channels change together.

Source: base_conv_layer.cpp (BaseConvolutionLayer::LayerSetUp).

Bad:
    layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 1 dim: 48 dim: 8 dim: 8 } } }
    layer {
      name: "dw"
      type: "Convolution"
      bottom: "data"
      top: "dw"
      convolution_param { num_output: 64 kernel_size: 3 group: 32 }
      #                                                        ^^
    }

Good:
    layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 1 dim: 48 dim: 8 dim: 8 } } }
    layer {
      name: "dw"
      type: "Convolution"
      bottom: "data"
      top: "dw"
      convolution_param { num_output: 64 kernel_size: 3 group: 16 }
    }

Bad:
    layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 1 dim: 48 dim: 8 dim: 8 } } }
    layer {
      name: "dw"
      type: "Convolution"
      bottom: "data"
      top: "dw"
      convolution_param { num_output: 50 kernel_size: 3 group: 48 }
      #                               ^^
    }
"""

from __future__ import annotations

import math
from collections.abc import Iterable

from caffe_ls.net.faults import Fault
from caffe_ls.net.model import Layer
from caffe_ls.net.values import Group
from caffe_ls.rules.layer_parameters import blamed, remove_fields, set_value
from caffe_ls.rules.rule import Advice, RefusalView, refusal_rule


@refusal_rule(Fault.GROUP_DOES_NOT_DIVIDE, fixable=True)
def advise(view: RefusalView) -> Iterable[Advice]:
    parameter, layer = blamed(view), view.layer
    if parameter is None or layer is None:
        return
    owner = parameter.owner
    groups, outputs, channels = owner.integer("group", 1), owner.integer("num_output"), _channels(layer, owner)
    divisor = math.gcd(groups, channels, outputs) if channels else 1
    if divisor > 1 and owner.has("group"):
        yield set_value(view, parameter._replace(name="group", position=0), str(divisor))
    if parameter.name == "num_output" and (not channels or channels % groups == 0):
        for number in (outputs - outputs % groups, outputs + groups - outputs % groups):
            if number > 0:
                yield set_value(view, parameter, str(number))
    if owner.has("group"):
        yield from remove_fields(view, owner, ["group"], "Remove `group`")


def _channels(layer: Layer, param: Group) -> int:
    """The channels of the input; 0 where they are not known."""
    shape, axis = layer.bottom_shapes[0] if layer.bottom_shapes else None, param.integer("axis", 1)
    return shape[axis] or 0 if shape is not None and -len(shape) <= axis < len(shape) else 0
