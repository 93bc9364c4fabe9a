"""A layer in place writes over the input that it still needs.

With `top` equal to `bottom` a layer's output takes the place of its input. Activations such as ReLU, Sigmoid and TanH,
and Dropout, BatchNorm and Scale are written for that. Others are not, and nothing refuses them:

- Pooling, Convolution and InnerProduct read their input again and again while they write: what they make is garbage, a
  MAX pooling's -FLT_MAX.
- The backward pass of Log, BNLL, LRN, Power (with a `power` other than 0 and 1), of an Eltwise that multiplies, and of
  a ReLU with a slope below 0 reads the input, and finds the output there: the gradients are wrong.
- Clip cannot tell any more which numbers it cut off: it hands their gradient down, too. Nets learn with that; so it is
  information.

Give the layer a top of its own.

Source: Forward_cpu and Backward_cpu of pooling_layer.cpp, conv_layer.cpp, inner_product_layer.cpp, log_layer.cpp,
bnll_layer.cpp, lrn_layer.cpp, power_layer.cpp, eltwise_layer.cpp, relu_layer.cpp and clip_layer.cpp.

Bad:
    layer { name: "data" type: "DummyData" top: "data" dummy_data_param { shape { dim: 8 dim: 20 } } }
    layer { name: "label" type: "DummyData" top: "label" dummy_data_param { shape { dim: 8 } } }
    layer { name: "fc1" type: "InnerProduct" bottom: "data" top: "fc1" inner_product_param { num_output: 9 } }
    layer { name: "square" type: "Power" bottom: "fc1" top: "fc1" power_param { power: 2 } }
    #                                                       ^^^^^
    layer { name: "fc2" type: "InnerProduct" bottom: "fc1" top: "fc2" inner_product_param { num_output: 5 } }
    layer { name: "loss" type: "SoftmaxWithLoss" bottom: "fc2" bottom: "label" top: "loss" }

Good:
    layer { name: "data" type: "DummyData" top: "data" dummy_data_param { shape { dim: 8 dim: 20 } } }
    layer { name: "label" type: "DummyData" top: "label" dummy_data_param { shape { dim: 8 } } }
    layer { name: "fc1" type: "InnerProduct" bottom: "data" top: "fc1" inner_product_param { num_output: 9 } }
    layer { name: "square" type: "Power" bottom: "fc1" top: "square" power_param { power: 2 } }
    layer { name: "fc2" type: "InnerProduct" bottom: "square" top: "fc2" inner_product_param { num_output: 5 } }
    layer { name: "loss" type: "SoftmaxWithLoss" bottom: "fc2" bottom: "label" top: "loss" }

Bad:
    layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 1 dim: 3 dim: 8 dim: 8 } } }
    layer {
      name: "pool"
      type: "Pooling"
      bottom: "data"
      top: "data"
      #    ^^^^^^
      pooling_param { kernel_size: 3 stride: 1 pad: 1 }
    }
"""

from __future__ import annotations

from collections.abc import Iterator

from caffe_ls.net.model import Layer, Net
from caffe_ls.net.shapes.step import float32
from caffe_ls.rules.connecting import own_top
from caffe_ls.rules.finding import Finding, Severity
from caffe_ls.rules.rule import net_rule

_READ_AGAIN = ("Pooling", "Convolution", "Deconvolution", "InnerProduct")
_READ_BACKWARD = ("Log", "BNLL", "LRN", "Power", "Eltwise", "ReLU", "Clip")


@net_rule(severity=Severity.WARNING, fixable=True)
def check(net: Net) -> Iterator[Finding]:
    for index in net.of_type(*_READ_AGAIN):
        layer = net.layers[index]
        if layer.is_in_place(0) and layer.bottom_shapes[0] == layer.top_shapes[0] is not None:
            message = f"`{layer.type}` in place writes over the input that it is still reading"
            yield Finding(net.place(index, "top"), message, own_top(net, index), layer=layer.name)
    if net.phase != "TRAIN":
        return
    for index in net.of_type(*_READ_BACKWARD):
        layer = net.layers[index]
        if not layer.is_in_place(0) or not any(layer.bottoms_need_backward) or not _reads_bottom(layer):
            continue
        severity = Severity.INFORMATION if layer.type == "Clip" else None
        what = "gradients of what it cut off pass" if layer.type == "Clip" else "its gradients are wrong"
        message = f"`{layer.type}` in place writes over the input that its backward pass reads: {what}"
        fixes = own_top(net, index)
        yield Finding(net.place(index, "top"), message, fixes, severity=severity, layer=layer.name)


def _reads_bottom(layer: Layer) -> bool:
    fields = layer.spec.fields
    if layer.type == "Power":
        own = fields.group("power_param")
        return float32(own.number("power", 1.0)) not in (0.0, 1.0) and float32(own.number("scale", 1.0)) != 0
    if layer.type == "Eltwise":
        return fields.group("eltwise_param").choice("operation", ("PROD", "SUM", "MAX"), "SUM") == "PROD"
    if layer.type == "ReLU":
        return fields.group("relu_param").number("negative_slope") < 0
    return True
