"""A number is larger than an int and read as a negative one.

The sizes of a layer are unsigned in the text, up to 4,294,967,295, and ints in the layer: beyond 2,147,483,647 they
turn negative, without a word. Where such a number is not refused, it means something else: a `pad` of 4294967295 is
-1, and cuts a row off each side. It usually was meant to be -1, or came out of a script.

Source: the layers' headers, as base_conv_layer.hpp and pooling_layer.hpp; caffe.proto.

Bad:
    layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 1 dim: 3 dim: 8 dim: 8 } } }
    layer {
      name: "conv1"
      type: "Convolution"
      bottom: "data"
      top: "conv1"
      convolution_param { num_output: 4 kernel_size: 3 pad: 4294967295 }
      #                                                     ^^^^^^^^^^
    }

Good:
    layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 1 dim: 3 dim: 8 dim: 8 } } }
    layer {
      name: "conv1"
      type: "Convolution"
      bottom: "data"
      top: "conv1"
      convolution_param { num_output: 4 kernel_size: 3 pad: 1 }
    }
"""

from __future__ import annotations

from collections.abc import Iterator

from caffe_ls.net.shapes.step import as_int
from caffe_ls.rules.finding import Finding, Severity
from caffe_ls.rules.rule import LayerView, layer_rule

_WINDOW = ("pad", "pad_h", "pad_w", "stride", "stride_h", "stride_w", "dilation")
_FIELDS = {
    "Convolution": ("convolution_param", _WINDOW),
    "Deconvolution": ("convolution_param", _WINDOW),
    "Im2col": ("convolution_param", _WINDOW),
    "Pooling": ("pooling_param", _WINDOW),
    "Crop": ("crop_param", ("offset",)),
}
_LARGEST_INT = 2**31 - 1


@layer_rule(*_FIELDS, severity=Severity.WARNING, fields=(*_WINDOW, "offset"))
def check(view: LayerView) -> Iterator[Finding]:
    # What is refused already has no shape.
    if view.layer.top_shapes[:1] == (None,):
        return
    message, names = _FIELDS[view.layer.type]
    param = view.group(message)
    for name in [name for name in names if name in param.fields]:
        for index, number in enumerate(param.integers(name)):
            if number > _LARGEST_INT:
                words = f"`{name}: {number}` is more than an int holds: Caffe reads it as {as_int(number):,}"
                yield Finding(param.place(name, index), words)
